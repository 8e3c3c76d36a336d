import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import type { CaseAccountView, LedgerEntryView, LedgerVerdictView } from "../../../../src/shapes/privacy.ts";
import { createEventParser } from "../../lib/event-stream.ts";
import { ApiError, fetchJson } from "../../lib/fetch-json.ts";
import { cursorPaging, fetchPage } from "../../lib/paging.ts";

/** What narrows the list; it stands in the address. `from`, `to`: days, both with. */
export type LedgerSearch = { caseId?: string; kind?: string; actor?: string; from?: string; to?: string };

const DAY_MS = 86_400_000;

export function readLedgerSearch(search: Record<string, unknown>): LedgerSearch {
  const text = (name: keyof LedgerSearch) => {
    const value = search[name];
    return typeof value === "string" && value !== "" ? { [name]: value } : {};
  };
  return { ...text("caseId"), ...text("kind"), ...text("actor"), ...text("from"), ...text("to") };
}

export function ledgerQuery({ caseId, kind, actor, from, to }: LedgerSearch) {
  return infiniteQueryOptions({
    queryKey: ["ledger", { caseId, kind, actor, from, to }],
    queryFn: ({ pageParam, signal }) => fetchPage<LedgerEntryView>("/api/ledger", { limit: 50, caseId, kind, actor, from: startOf(from, 0), to: startOf(to, 1), cursor: pageParam }, signal),
    ...cursorPaging,
  });
}

/** The begin of a day here, or so many days after it; null for what is no day. */
function startOf(day: string | undefined, days: number): string | null {
  const time = day === undefined ? Number.NaN : new Date(`${day}T00:00:00`).getTime();
  return Number.isNaN(time) ? null : new Date(time + days * DAY_MS).toISOString();
}

export function accountQuery(caseId: string) {
  return queryOptions({ queryKey: ["ledger", "account", caseId], queryFn: ({ signal }) => fetchJson<CaseAccountView>(`/api/ledger/cases/${caseId}`, { signal }) });
}

/** Has the server walk the whole chain; `onProgress` is told how far it is. */
export async function verifyChain(onProgress: (checked: number) => void): Promise<LedgerVerdictView> {
  const response = await fetch("/api/ledger/verification", { credentials: "same-origin", cache: "no-store", headers: { accept: "text/event-stream" } }).catch(() => null);
  if (response === null || !response.ok || response.body === null) throw new ApiError(response?.status ?? 0, "ledger.unverified", "The ledger could not be verified now. Try again.");
  const found: { verdict: LedgerVerdictView | null } = { verdict: null };
  const feed = createEventParser(({ name, data }) => {
    if (name === "progress") onProgress(checkedOf(JSON.parse(data)));
    if (name === "verdict") found.verdict = JSON.parse(data);
  });
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) feed(part.value);
  if (found.verdict === null) throw new ApiError(0, "ledger.unverified", "The check was cut off before its end. Try again.");
  return found.verdict;
}

function checkedOf(data: { checked: number }): number {
  return data.checked;
}
