import type { Database } from "../storage/database.ts";
import { recordInLedger } from "../observe/ledger.ts";

/** Who asked, as the ledger names actors, and what it was about (a conversation, or the asker's own id). */
export type Asker = { actor: string; subjectId: string; caseId?: string | null };

/** Writes down that somebody without any right to read asked for a search, which was then not made. Replay: once for each time it is called. */
export async function recordBlockedSearch(database: Database, { tenantId, asker, at }: { tenantId: string; asker: Asker; at: Date }): Promise<void> {
  await database.transaction(tenantId, (query) => recordInLedger(query, tenantId, [{ kind: "knowledge.search_blocked", subjectId: asker.subjectId, caseId: asker.caseId ?? null, actor: asker.actor, at, body: { reason: "no_audience" } }]));
}
