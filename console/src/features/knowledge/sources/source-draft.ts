import type { SourceView } from "../../../../../src/shapes/knowledge.ts";
import type { SourceChange } from "../knowledge-queries.ts";

/** A source as its form holds it. `every`: a duration, "cron", or "" for when it is asked. */
export type SourceDraft = { name: string; kind: string; settings: Record<string, unknown>; audience: string[]; language: string; product: string; brand: string; ocrLanguages: string; every: string; cron: string; timeZone: string; staleAfterHours: string; isPaused: boolean };

export function draftOf(source: SourceView | null): SourceDraft {
  const { schedule = null, defaults = { audience: [] } } = source ?? {};
  return {
    name: source?.id ?? "", kind: source?.kind ?? "upload", settings: source?.settings ?? {}, audience: defaults.audience, language: defaults.language ?? "", product: defaults.product ?? "", brand: defaults.brand ?? "", ocrLanguages: (defaults.ocrLanguages ?? []).join(", "),
    every: schedule === null ? "" : "cron" in schedule ? "cron" : schedule.every, cron: schedule !== null && "cron" in schedule ? schedule.cron : "0 6 * * *", timeZone: schedule !== null && "cron" in schedule ? schedule.timeZone : "UTC",
    staleAfterHours: typeof source?.staleAfterMinutes === "number" ? String(source.staleAfterMinutes / 60) : "", isPaused: source?.isPaused ?? false,
  };
}

/** As the server takes it: what is empty is left out. */
export function changeOf(draft: SourceDraft): SourceChange {
  const { kind, settings, audience, language, product, brand, ocrLanguages, every, cron, timeZone, staleAfterHours, isPaused } = draft;
  const texts = Object.fromEntries(Object.entries({ language, product, brand }).map(([name, text]) => [name, text.trim()]).filter(([, text]) => text !== ""));
  const codes = ocrLanguages.split(/[\s,]+/).filter((code) => code !== "");
  const schedule = every === "" ? null : every === "cron" ? { cron: cron.trim(), timeZone: timeZone.trim() } : { every };
  const staleAfterMinutes = Math.round(Number(staleAfterHours) * 60);
  return { kind, settings, defaults: { audience, ...texts, ...(codes.length === 0 ? {} : { ocrLanguages: codes }) }, isPaused, ...(schedule === null ? {} : { schedule }), ...(staleAfterMinutes > 0 ? { staleAfterMinutes } : {}) };
}
