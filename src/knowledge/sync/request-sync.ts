import type { Durable, DurableEngine } from "../../durable/durable.ts";
import { messageOf } from "../../lib/app-error.ts";
import { newId } from "../../lib/ids.ts";
import { syncUnknown } from "../knowledge.errors.ts";
import { abandonSync } from "./finish-sync.ts";
import { readSource } from "./open-source.ts";
import type { SyncPlace } from "./list-items.ts";
import { runSync, SYNC_SERVICE } from "./run-sync.ts";
import type { SyncDeps } from "./sync-deps.ts";
import { findSync, findWaitingSync, putSync, setInvocation, type Sync, type SyncStatus } from "./sync.store.ts";

export type RequestSyncDeps = SyncDeps & { engine: () => DurableEngine };

/** `joins`: a sync that runs already will do, though it may have listed before what is wanted now. */
export type SyncRequest = { tenantId: string; sourceId: string; by: string; acceptRemovals: boolean; joins?: boolean };

/**
 * A sync of the source: the one that waits or runs, or a new one. One that runs is followed by another (`againBy`), once however often
 * it was asked for.
 * Throws `knowledge.source_unknown`, `knowledge.source_invalid`. Replay: asked again, the same sync or one more.
 */
export async function putSyncRow(deps: Pick<SyncDeps, "database" | "kinds" | "clock">, { tenantId, sourceId, by, acceptRemovals, joins = false }: SyncRequest): Promise<Sync> {
  await readSource(deps, tenantId, sourceId);
  const nowMs = deps.clock.nowMs();
  return deps.database.transaction(tenantId, (query) => putSync(query, tenantId, { id: newId("sync", nowMs), sourceId, by, acceptRemovals, joins, at: new Date(nowMs) }));
}

/** The same, handed to the engine. What the engine does not take now is begun by `scheduleSyncs`. */
export async function requestSync(deps: RequestSyncDeps, request: SyncRequest): Promise<Sync> {
  const sync = await putSyncRow(deps, request);
  if (sync.status === "waiting") await handOrLeave(deps, request.tenantId, sync);
  deps.live.publish({ kind: "knowledge", tenantId: request.tenantId, sourceId: request.sourceId });
  return sync;
}

/**
 * A sync that the engine runs, and when it has ended the one that was asked for meanwhile, as an invocation of its own. What the engine
 * does not take now is begun by `scheduleSyncs`. Errors and replay as `runSync`.
 */
export async function runRequestedSync(deps: RequestSyncDeps, durable: Pick<Durable, "step">, place: SyncPlace): Promise<SyncStatus> {
  const status = await runSync(deps, durable, place);
  await durable.step("again", async () => {
    const next = await findWaitingSync(deps.database, place.tenantId, place.sourceId);
    if (next !== null) await handOrLeave(deps, place.tenantId, next);
    return null;
  });
  return status;
}

/** The same as `hand`; what the engine does not take now is written down and begun by a later look of `scheduleSyncs`. */
export function handOrLeave(deps: RequestSyncDeps, tenantId: string, sync: Pick<Sync, "id" | "sourceId">, key: string = sync.id): Promise<void> {
  return hand(deps, tenantId, sync, key).catch((error: unknown) => deps.log.warn("knowledge.sync_not_handed_on", { syncId: sync.id, error: messageOf(error) }));
}

/** Gives the sync to the engine; with the same key once. */
async function hand(deps: RequestSyncDeps, tenantId: string, sync: Pick<Sync, "id" | "sourceId">, key: string): Promise<void> {
  const { invocationId } = await deps.engine().start({ service: SYNC_SERVICE, handler: "run", key: `${tenantId}/${sync.sourceId}`, input: { tenantId, syncId: sync.id, sourceId: sync.sourceId }, idempotencyKey: key });
  await setInvocation(deps.database, tenantId, sync.id, invocationId, new Date(deps.clock.nowMs()));
}

/** Stops a sync; what it has taken stays. Throws `knowledge.sync_unknown`. */
export async function cancelSync(deps: RequestSyncDeps, tenantId: string, id: string): Promise<Sync> {
  const sync = await findSync(deps.database, tenantId, id);
  if (sync === null) throw syncUnknown();
  if (sync.status !== "waiting" && sync.status !== "running") return sync;
  if (sync.invocationId !== null) await deps.engine().cancel(sync.invocationId);
  // A step under way ends by itself and finds that the sync is over.
  await abandonSync(deps, { tenantId, syncId: id, sourceId: sync.sourceId }, { status: "cancelled", error: null });
  return (await findSync(deps.database, tenantId, id)) ?? sync;
}
