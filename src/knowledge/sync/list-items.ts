import type { TransactionQuery } from "../../storage/database.ts";
import type { LeftOut, SourceItem } from "../sources/source-kind.ts";
import { markOf } from "./make-document.ts";
import { openSource, readSource } from "./open-source.ts";
import { MAX_ITEMS, type SyncDeps } from "./sync-deps.ts";
import { passUnchanged, putItems, putLeftOut, setProblems } from "./sync-item.store.ts";
import { addCounts, lockSync, setPhase } from "./sync.store.ts";

export type SyncPlace = { tenantId: string; syncId: string; sourceId: string };

/** One page of the source's list, stored. Returns the cursor of the next page, null after the last. Replay: a page put twice is put once. */
export async function listItems(deps: SyncDeps, place: SyncPlace, cursor: string | null, signal: AbortSignal): Promise<string | null> {
  const found = await readSource(deps, place.tenantId, place.sourceId);
  await using opened = await openSource(deps, place.tenantId, found);
  const page = await opened.list(cursor, signal);
  await deps.database.transaction(place.tenantId, async (query) => {
    if ((await lockSync(query, place.tenantId, place.syncId)) === null) return;
    const at = new Date(deps.clock.nowMs());
    await putUpTo(query, place, page.items.map((item) => marked(item, found)), { most: opened.maxItems ?? MAX_ITEMS, at });
    if (page.leftOut !== undefined) await tellLeftOut(query, place, page.leftOut, at);
    await setPhase(query, place.tenantId, place.syncId, "listing", at);
  });
  deps.live.publish({ kind: "knowledge", tenantId: place.tenantId, sourceId: place.sourceId });
  return page.next;
}

/** Puts items as long as the sync has room; what is left out is told, and counts as neither taken nor gone. */
export async function putUpTo(query: TransactionQuery, place: SyncPlace, items: readonly { item: SourceItem; mark: string | null }[], { most, at }: { most: number; at: Date }): Promise<void> {
  const limit = Math.min(MAX_ITEMS, most);
  const surplus = await putItems(query, place.tenantId, place.syncId, items, limit);
  if (surplus !== null) await tellLeftOut(query, place, { item: surplus.item, uri: surplus.uri, reason: `The source has more than the ${limit} items that are taken up: this one and those behind it were left out. Raise its limit, or narrow it.` }, at);
}

async function tellLeftOut(query: TransactionQuery, { tenantId, syncId, sourceId }: SyncPlace, { item, uri, reason }: LeftOut, at: Date): Promise<void> {
  if (await putLeftOut(query, tenantId, syncId, { item, uri })) await setProblems(query, tenantId, sourceId, { mended: [], failed: [{ item, uri, code: "left_out", reason }], at });
}

/** An item and what its document would have as fingerprint. */
export function marked(item: SourceItem, { source }: Awaited<ReturnType<typeof readSource>>): { item: SourceItem; mark: string | null } {
  return { item, mark: markOf(source.defaults, item.fingerprint) };
}

/** Passes over what has not changed since it was taken, all at once. Replay: what was passed is not passed again. */
export async function passOver(deps: Pick<SyncDeps, "database" | "clock">, { tenantId, syncId, sourceId }: SyncPlace): Promise<number> {
  return deps.database.transaction(tenantId, async (query) => {
    if ((await lockSync(query, tenantId, syncId)) === null) return 0;
    const at = new Date(deps.clock.nowMs());
    const unchanged = await passUnchanged(query, tenantId, syncId, sourceId);
    await addCounts(query, tenantId, syncId, { added: 0, changed: 0, unchanged, failed: 0 }, at);
    await setPhase(query, tenantId, syncId, "taking", at);
    return unchanged;
  });
}
