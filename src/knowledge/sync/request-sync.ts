import type { DurableEngine } from "../../durable/durable.ts";
import { messageOf } from "../../lib/app-error.ts";
import { newId } from "../../lib/ids.ts";
import { syncUnknown } from "../knowledge.errors.ts";
import { abandonSync } from "./finish-sync.ts";
import { readSource } from "./open-source.ts";
import { SYNC_SERVICE } from "./run-sync.ts";
import type { SyncDeps } from "./sync-deps.ts";
import { findSync, putSync, setInvocation, type Sync } from "./sync.store.ts";

export type RequestSyncDeps = SyncDeps & { engine: () => DurableEngine };

export type SyncRequest = { tenantId: string; sourceId: string; by: string; acceptRemovals: boolean };

/**
 * A sync of the source: the one that waits or runs, or a new one.
 * Throws `knowledge.source_unknown`, `knowledge.source_invalid`. Replay: asking again while it runs changes nothing but `acceptRemovals`.
 */
export async function putSyncRow(deps: Pick<SyncDeps, "database" | "kinds" | "clock">, { tenantId, sourceId, by, acceptRemovals }: SyncRequest): Promise<Sync> {
  await readSource(deps, tenantId, sourceId);
  const nowMs = deps.clock.nowMs();
  return deps.database.transaction(tenantId, (query) => putSync(query, tenantId, { id: newId("sync", nowMs), sourceId, by, acceptRemovals, at: new Date(nowMs) }));
}

/** The same, handed to the engine. What the engine does not take now is begun by `scheduleSyncs`. */
export async function requestSync(deps: RequestSyncDeps, request: SyncRequest): Promise<Sync> {
  const sync = await putSyncRow(deps, request);
  if (sync.status === "waiting") await hand(deps, request.tenantId, sync, sync.id).catch((error: unknown) => deps.log.warn("knowledge.sync_not_handed_on", { syncId: sync.id, error: messageOf(error) }));
  deps.live.publish({ kind: "knowledge", tenantId: request.tenantId, sourceId: request.sourceId });
  return sync;
}

/** Gives the sync to the engine; with the same key once. */
export async function hand(deps: RequestSyncDeps, tenantId: string, sync: Pick<Sync, "id" | "sourceId">, key: string): Promise<void> {
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
