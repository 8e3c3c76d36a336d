import { isSameSpecific } from "./specifics.ts";
import type { Specific } from "./specifics.ts";

/** Finds exact things without comparing each with each. */
export type SpecificIndex = { has(claimed: Specific): boolean; hasUnit(unit: string): boolean };

/** Where something is filed: two that can be the same share at least one of these. */
function keysOf({ kind, readings }: Specific): string[] {
  if (kind === "date") return readings.flatMap((reading) => [`date ${reading.slice(reading.indexOf("-"))}`, ...(reading.startsWith("-") ? [] : [`number ${reading.slice(0, 4)}`])]);
  if (kind === "time") return readings.flatMap((reading) => [`time ${reading}`, `hour ${Number(reading.split(":")[0]) % 12}`]);
  if (kind !== "number") return readings.map((reading) => `${kind} ${reading}`);
  return readings.flatMap((reading) => (/^\d{1,2}$/.test(reading) ? [`number ${reading}`, `hour ${Number(reading) % 12}`] : [`number ${reading}`]));
}

/** Files the exact things of a text or of several; equal ones are kept once. */
export function indexSpecifics(specifics: readonly Specific[]): SpecificIndex {
  const filed = new Map<string, Specific[]>();
  const seen = new Set<string>();
  const units = new Set<string>();
  for (const specific of specifics) {
    const identity = `${specific.kind} ${specific.readings.join(" ")} ${specific.unit ?? ""}`;
    if (seen.has(identity)) continue;
    seen.add(identity);
    if (specific.unit !== null) units.add(specific.unit);
    for (const key of keysOf(specific)) {
      const others = filed.get(key);
      if (others === undefined) filed.set(key, [specific]);
      else others.push(specific);
    }
  }
  return {
    has: (claimed) => keysOf(claimed).some((key) => (filed.get(key) ?? []).some((given) => isSameSpecific(claimed, given))),
    hasUnit: (unit) => units.has(unit),
  };
}
