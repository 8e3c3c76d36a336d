import { newId } from "../../lib/ids.ts";
import { recordInLedger } from "../../observe/ledger.ts";
import type { TransactionQuery } from "../../storage/database.ts";
import { closeDocuments, lockKnowledge, openVersion } from "../snapshots/version.store.ts";
import { markSourceOk } from "../sources/source.store.ts";
import type { SyncPlace } from "./list-items.ts";
import { readSource } from "./open-source.ts";
import type { SyncDeps } from "./sync-deps.ts";
import { findBlindSpot, forgetOldProblems, listMissing } from "./sync-item.store.ts";
import { endSync, lockSync, putSync, type Sync, type SyncStatus } from "./sync.store.ts";

/**
 * Takes out what the source no longer has, and ends the sync.
 *
 * A source that lists nothing any more, or less than half of what is served, has more likely failed than been emptied: its documents
 * stay, and the sync is `held` until a person says that they may go (`acceptRemovals`) or the source lists them again. So it is with
 * documents that it did not meet while something that may lead to them could not be read, or was left out.
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
    const found = await listMissing(query, tenantId, syncId, sourceId);
    const hold = open.acceptRemovals ? null : holdOf(found, { isGuarded: kind.removals === "guarded", blindSpot: await findBlindSpot(query, tenantId, syncId, sourceId) });
    const removed = hold === null ? [...found.gone, ...found.unmet] : hold.removed;
    if (removed.length > 0) await closeDocuments(query, tenantId, await openVersion(query, tenantId, { reason: "sync", subject: syncId, by: "sync", at }), removed);
    await forgetOldProblems(query, tenantId, syncId, sourceId);
    if (hold === null) await markSourceOk(query, tenantId, sourceId, at);
    const missing = found.gone.length + found.unmet.length - (hold?.removed.length ?? 0);
    return conclude(query, place, { status: hold === null ? "done" : "held", error: hold?.reason ?? null, removed: removed.length, missing, at });
  });
  if (ended !== null && ended.removed > 0) deps.onKnowledgeChanged(tenantId);
  tellEnd(deps, place, ended);
  return ended;
}

type Missing = { gone: string[]; unmet: string[]; served: number };

/** Why documents stay that were not met, and which go all the same; null: nothing speaks against their going. */
function holdOf({ gone, unmet, served }: Missing, { isGuarded, blindSpot }: { isGuarded: boolean; blindSpot: { item: string; reason: string } | null }): { reason: string; removed: string[] } | null {
  const missing = gone.length + unmet.length;
  if (isGuarded && missing > 0 && missing * 2 > served) {
    return { removed: [], reason: `The source lists ${served - missing} of ${served} documents. Nothing was removed: see whether the source is whole, then sync again, or let them go with --accept-removals.` };
  }
  if (blindSpot === null || unmet.length === 0) return null;
  return { removed: gone, reason: `${unmet.length} of ${served} documents were not met, and "${blindSpot.item}", which may lead to them, was not read: ${blindSpot.reason} They stay: sync again when it can be read, or let them go with --accept-removals.` };
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
