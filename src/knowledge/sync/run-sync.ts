import { z } from "zod";
import { isCancelled, isInterruption } from "../../durable/durable.errors.ts";
import type { Durable } from "../../durable/durable.ts";
import { messageOf } from "../../lib/app-error.ts";
import { abandonSync, finishSync } from "./finish-sync.ts";
import { listItems, passOver, type SyncPlace } from "./list-items.ts";
import type { SyncDeps } from "./sync-deps.ts";
import { beginSync, type SyncStatus } from "./sync.store.ts";
import { takeItems } from "./take-items.ts";

/** The service whose invocations are syncs, one at a time for a source. */
export const SYNC_SERVICE = "knowledge_sync";

export const syncInput = z.object({ tenantId: z.string(), syncId: z.string(), sourceId: z.string() });

/**
 * Brings the documents of a source to what it holds: list, pass over what is unchanged, take the rest in batches, take out what is gone.
 *
 * Returns how it ended. Errors: what is wrong with one item is a problem of that item; a source that does not answer ends the sync as
 * `failed`, with the reason; `storage.unavailable` is waited for.
 * Replay: every step stores what it did, so a sync goes on with the item after the last one stored, whichever process takes it up.
 */
export async function runSync(deps: SyncDeps, durable: Pick<Durable, "step">, place: SyncPlace): Promise<SyncStatus> {
  try {
    const isOpen = await durable.step("begin", async () => (await begin(deps, place)) !== null);
    if (!isOpen) return "cancelled";
    for (let cursor: string | null = null; ; ) {
      const from: string | null = cursor;
      cursor = await durable.step("list", (signal) => listItems(deps, place, from, signal));
      if (cursor === null) break;
    }
    await durable.step("compare", () => passOver(deps, place));
    while ((await durable.step("take", (signal) => takeItems(deps, place, signal))) > 0);
    return await durable.step("finish", async () => (await finishSync(deps, place))?.status ?? "cancelled");
  } catch (error) {
    if (isCancelled(error)) await abandon(deps, durable, place, { status: "cancelled", error: null });
    if (isInterruption(error)) throw error;
    return abandon(deps, durable, place, { status: "failed", error: messageOf(error).slice(0, 2_000) });
  }
}

function begin(deps: SyncDeps, { tenantId, syncId }: SyncPlace) {
  return deps.database.transaction(tenantId, (query) => beginSync(query, tenantId, syncId, new Date(deps.clock.nowMs())));
}

function abandon(deps: SyncDeps, durable: Pick<Durable, "step">, place: SyncPlace, end: { status: "failed" | "cancelled"; error: string | null }): Promise<SyncStatus> {
  return durable.step("abandon", async () => (await abandonSync(deps, place, end))?.status ?? end.status);
}

/** For a sync that runs within the call, without the engine: at the start, and from the command line while Baton does not run. */
export const HERE: Pick<Durable, "step"> = { step: (_, work) => work(new AbortController().signal) };
