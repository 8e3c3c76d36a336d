import { infiniteQueryOptions } from "@tanstack/react-query";
import { fetchJson } from "../../lib/fetch-json.ts";
import { cursorPaging, fetchPage } from "../../lib/paging.ts";

/** One link of the audit chain; `seq` and `hash` are null until it is chained. */
export type LedgerEntry = {
  id: string;
  seq: number | null;
  kind: string;
  subjectId: string;
  caseId: string | null;
  actor: string;
  at: string;
  body: Record<string, unknown>;
  hash: string | null;
};

export type ChainCheck = { ok: boolean; checked: number; problems: string[] };

export function ledgerQuery(caseId: string | null) {
  return infiniteQueryOptions({
    queryKey: ["ledger", caseId],
    queryFn: ({ pageParam, signal }) => fetchPage<LedgerEntry>("/api/ledger", { limit: 50, caseId, cursor: pageParam }, signal),
    ...cursorPaging,
  });
}

export function verifyChain(): Promise<ChainCheck> {
  return fetchJson<ChainCheck>("/api/ledger/verify");
}
