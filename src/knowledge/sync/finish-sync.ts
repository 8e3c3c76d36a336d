import { newId } from "../../lib/ids.ts";
import { recordInLedger } from "../../observe/ledger.ts";
import type { TransactionQuery } from "../../storage/database.ts";
import { closeDocuments, lockKnowledge, openVersion } from "../snapshots/version.store.ts";
import { markSourceOk } from "../sources/source.store.ts";
import type { SyncPlace } from "./list-items.ts";
import { readSource } from "./open-source.ts";
import type { SyncDeps } from "./sync-deps.ts";
import { forgetOldProblems, listMissing } from "./sync-item.store.ts";
import { endSync, lockSync, putSync, type Sync, type SyncStatus } from "./sync.store.ts";

/**
 * Takes out what the source no longer has, and ends the sync.
 *
 * A source that lists nothing any more, or less than half of what is served, has more likely failed than been emptied: its documents
 * stay, and the sync is `held` until a person says that they may go (`acceptRemovals`) or the source lists them again.
 * Returns null when the sync had ended. Replay: the second time it has ended.
 */
export async function finishSync(deps: SyncDeps, place: SyncPlace): Promise<Sync | null> {
  const { tenantId, syncId, sourceId } = place;
  const { kind } = await readSource(deps, tenantId, sourceId);
  const at = new Date(deps.clock.nowMs());
  const ended = await deps.database.transaction(tenantId, async (query) => {
    await lockKnowledge(query, tenantId);
    const open = await lockSync(query, tenantId, syncId);
    if (open === null) return null;
    const { missing, served } = await listMissing(query, tenantId, syncId, sourceId);
    const isHeld = !open.acceptRemovals && kind.removals === "guarded" && isSuspicious(missing.length, served);
    if (!isHeld && missing.length > 0) await closeDocuments(query, tenantId, await openVersion(query, tenantId, { reason: "sync", subject: syncId, by: "sync", at }), missing);
    await forgetOldProblems(query, tenantId, syncId, sourceId);
    if (!isHeld) await markSourceOk(query, tenantId, sourceId, at);
    const error = isHeld ? `The source lists ${served - missing.length} of ${served} documents. Nothing was removed: see whether the source is whole, then sync again, or let them go with --accept-removals.` : null;
    return conclude(query, place, { status: isHeld ? "held" : "done", error, removed: isHeld ? 0 : missing.length, missing: missing.length, at });
  });
  if (ended !== null && ended.removed > 0) deps.onKnowledgeChanged(tenantId);
  tellEnd(deps, place, ended);
  return ended;
}

function isSuspicious(missing: number, served: number): boolean {
  return missing > 0 && (missing === served || missing * 2 > served);
}

/** Ends a sync that did not come to its end. Null when it had ended. */
export async function abandonSync(deps: SyncDeps, place: SyncPlace, end: { status: "failed" | "cancelled"; error: string | null }): Promise<Sync | null> {
  const ended = await deps.database.transaction(place.tenantId, (query) => conclude(query, place, { ...end, removed: 0, missing: 0, at: new Date(deps.clock.nowMs()) }));
  tellEnd(deps, place, ended);
  return ended;
}

async function conclude(query: TransactionQuery, { tenantId, syncId, sourceId }: SyncPlace, end: { status: SyncStatus; error: string | null; removed: number; missing: number; at: Date }): Promise<Sync | null> {
  const ended = await endSync(query, tenantId, syncId, end);
  if (ended === null) return null;
  // Whoever stopped it wanted no other one.
  if (ended.againBy !== null && ended.status !== "cancelled") await putSync(query, tenantId, { id: newId("sync", end.at.getTime()), sourceId, by: ended.againBy, acceptRemovals: false, at: end.at });
  const { status, added, changed, removed, unchanged, failed, missing, versionBefore, versionAfter } = ended;
  const isNews = status !== "done" || added + changed + removed + failed > 0;
  if (isNews) await recordInLedger(query, tenantId, [{ kind: "knowledge.synced", subjectId: syncId, actor: ended.startedBy, at: end.at, body: { sourceId, status, added, changed, removed, unchanged, failed, missing, versionBefore, versionAfter } }]);
  return ended;
}

function tellEnd(deps: SyncDeps, { tenantId, syncId, sourceId }: SyncPlace, ended: Sync | null): void {
  if (ended === null) return;
  deps.live.publish({ kind: "knowledge", tenantId, sourceId });
  const { status, added, changed, removed, unchanged, failed, error } = ended;
  deps.log[status === "done" && failed === 0 ? "info" : "warn"]("knowledge.synced", { sourceId, syncId, status, added, changed, removed, unchanged, failed, ...(error === null ? {} : { error }) });
}
