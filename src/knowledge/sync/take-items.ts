import { canonicalJson } from "../../lib/canonical-json.ts";
import { AppError, isRetryable, messageOf } from "../../lib/app-error.ts";
import type { TransactionQuery } from "../../storage/database.ts";
import { sourceAway } from "../knowledge.errors.ts";
import type { ChunkRecord } from "../knowledge.store.ts";
import { lockKnowledge, openVersion, putChunks, putDocuments, readServed, setFingerprints, type StoredDocument } from "../snapshots/version.store.ts";
import type { Fetched, OpenedSource, SourceItem } from "../sources/source-kind.ts";
import { lockSource } from "../sources/source.store.ts";
import { marked, putUpTo, type SyncPlace } from "./list-items.ts";
import { makeDocument } from "./make-document.ts";
import { openSource, readSource, type FoundSource } from "./open-source.ts";
import { MAX_ITEMS, type SyncDeps } from "./sync-deps.ts";
import { countOpenItems, listOpenItems, setItemStates, setProblems, stillOpen, type ItemState } from "./sync-item.store.ts";
import { addCounts, lockSync, type Counts } from "./sync.store.ts";

/** Items looked at together; what was taken of them becomes one knowledge version. */
const BATCH = 50;
/** After this time no further item of the batch is begun, so that progress is seen and a crash loses little. */
const BATCH_MS = 5_000;
const BATCH_CHARACTERS = 20_000_000;
/** So many items in a row that cannot be reached are the source's fault, not theirs. */
const AWAY_AFTER = 5;

type Taken =
  | { state: "seen"; item: SourceItem; document: StoredDocument; chunks: ChunkRecord[]; found: readonly SourceItem[] }
  | { state: "seen"; item: SourceItem; document: null; found: readonly SourceItem[] }
  | { state: Exclude<ItemState, "seen" | "failed">; item: SourceItem; found: readonly SourceItem[] }
  | { state: "failed"; item: SourceItem; code: string; reason: string; isFetched: boolean; found: readonly SourceItem[] };

/**
 * Takes the next items of a sync and serves what changed. Returns how many are left.
 *
 * An item that cannot be taken is written down as a problem, and the version of it served before stays.
 * Throws: `knowledge.source_away` when nothing of it can be reached any more; `storage.unavailable` (retryable).
 * Replay: items are taken again that were not yet marked; the same content makes no new version.
 */
export async function takeItems(deps: SyncDeps, place: SyncPlace, signal: AbortSignal): Promise<number> {
  const found = await readSource(deps, place.tenantId, place.sourceId);
  const items = await listOpenItems(deps.database, place.tenantId, place.syncId, BATCH);
  if (items.length === 0) return 0;
  await using opened = await openSource(deps, place.tenantId, found);
  const taken = await fetchAll(deps, place, found, opened, items, signal);
  const left = await store(deps, place, { ...found, maxItems: opened.maxItems ?? MAX_ITEMS }, taken);
  deps.live.publish({ kind: "knowledge", tenantId: place.tenantId, sourceId: place.sourceId });
  return left;
}

async function fetchAll(deps: SyncDeps, place: SyncPlace, found: FoundSource, opened: OpenedSource, items: readonly SourceItem[], signal: AbortSignal): Promise<Taken[]> {
  const waiting = [...items];
  const taken: Taken[] = [];
  const untilMs = performance.now() + BATCH_MS;
  let characters = 0;
  let awayInRow = 0;
  const work = async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) {
      const one = await take(deps, place, found, opened, item, signal);
      taken.push(one);
      awayInRow = one.state === "failed" && one.code === "unreachable" ? awayInRow + 1 : 0;
      if (awayInRow >= AWAY_AFTER) throw sourceAway({ message: `The source does not answer any more: ${one.state === "failed" ? one.reason : ""}` });
      if (one.state === "seen" && one.document !== null) characters += one.document.body.length;
      if (performance.now() > untilMs || characters > BATCH_CHARACTERS || signal.aborted) return;
    }
  };
  await Promise.all(Array.from({ length: found.kind.concurrency }, work));
  return taken;
}

async function take(deps: SyncDeps, { tenantId, sourceId }: SyncPlace, { source }: FoundSource, opened: OpenedSource, item: SourceItem, signal: AbortSignal): Promise<Taken> {
  let fetched: Fetched;
  try {
    fetched = await opened.fetch(item, signal);
  } catch (error) {
    if (isRetryable(error) || (error instanceof AppError && /^knowledge\.source_(away|invalid)$/.test(error.code))) throw error;
    const isAway = error instanceof AppError && /^outbound\.(communication|timeout)$/.test(error.code);
    return { state: "failed", item, code: isAway ? "unreachable" : "unreadable", reason: messageOf(error), isFetched: false, found: [] };
  }
  if (fetched.kind === "refused") return { state: "failed", item, code: fetched.code, reason: fetched.reason, isFetched: false, found: [] };
  if (fetched.kind === "gone") return { state: "gone", item, found: [] };
  if (fetched.kind === "moved") return { state: "moved", item, found: [fetched.to] };
  if (fetched.kind === "left_out") return { state: "gone", item, found: fetched.found };
  const made = await makeDocument(deps, { tenantId, sourceId, defaults: source.defaults, item, content: fetched.content, fingerprint: fetched.fingerprint, nowMs: deps.clock.nowMs() });
  const links = fetched.found ?? [];
  if (made.kind === "refused") return { state: "failed", item, code: made.code, reason: made.reason, isFetched: true, found: links };
  return { state: "seen", item, document: made.document, chunks: made.chunks, found: links };
}

async function store(deps: SyncDeps, place: SyncPlace, found: FoundSource & { maxItems: number }, all: readonly Taken[]): Promise<number> {
  const { tenantId, syncId, sourceId } = place;
  const at = new Date(deps.clock.nowMs());
  const outcome = await deps.database.transaction(tenantId, async (query) => {
    await lockKnowledge(query, tenantId);
    // Stopped meanwhile: what was taken since is left out.
    if ((await lockSync(query, tenantId, syncId)) === null) return { isChanged: false, left: 0 };
    // Read for those whom the source is no longer for: taken again, for those whom it is for now.
    if (!(await isAsRead(query, tenantId, found.source))) return { isChanged: false, left: await countOpenItems(query, tenantId, syncId) };
    const open = await stillOpen(query, tenantId, syncId, all.map(({ item }) => item.item));
    const taken = all.filter(({ item }) => open.has(item.item));
    const counts = await serve(query, place, taken, at);
    await setItemStates(query, tenantId, syncId, taken.map((each) => ({ item: each.item.item, state: each.state, isFollowed: each.state !== "failed" || each.isFetched })));
    await putUpTo(query, place, taken.flatMap((each) => each.found).map((item) => marked(item, found)), { most: found.maxItems, at });
    const failed = taken.flatMap((each) => (each.state === "failed" ? [{ item: each.item.item, uri: each.item.uri, code: each.code, reason: each.reason }] : []));
    await setProblems(query, tenantId, sourceId, { mended: taken.filter(({ state }) => state !== "failed").map(({ item }) => item.item), failed, at });
    await addCounts(query, tenantId, syncId, { ...counts, failed: failed.length }, at);
    return { isChanged: counts.added + counts.changed > 0, left: await countOpenItems(query, tenantId, syncId) };
  });
  if (outcome.isChanged) deps.onKnowledgeChanged(tenantId);
  return outcome.left;
}

async function isAsRead(query: TransactionQuery, tenantId: string, { id, defaults }: FoundSource["source"]): Promise<boolean> {
  const now = await lockSource(query, tenantId, id);
  return now !== null && canonicalJson(now.defaults) === canonicalJson(defaults);
}

/** Compared under the lock: what another sync has made the same meanwhile is not made again. */
async function serve(query: TransactionQuery, { tenantId, syncId }: SyncPlace, taken: readonly Taken[], at: Date): Promise<Omit<Counts, "failed">> {
  const made = taken.flatMap((each) => (each.state === "seen" && each.document !== null ? [{ document: each.document, chunks: each.chunks }] : []));
  const before = await readServed(query, tenantId, made.map(({ document }) => document.id));
  const isSame = ({ document: { id, revision, audience } }: (typeof made)[number]) => before.get(id)?.revision === revision && before.get(id)?.audience.join() === audience.join();
  const changed = made.filter((each) => !isSame(each));
  const same = made.filter(isSame);
  if (changed.length > 0) {
    const version = await openVersion(query, tenantId, { reason: "sync", subject: syncId, by: "sync", at });
    await putDocuments(query, tenantId, version, changed.map(({ document }) => document));
    await putChunks(query, tenantId, changed.map(({ document, chunks }) => ({ documentId: document.id, revision: document.revision, chunks })));
  }
  await setFingerprints(query, tenantId, same.map(({ document }) => document));
  const added = changed.filter(({ document }) => !before.has(document.id)).length;
  return { added, changed: changed.length - added, unchanged: same.length };
}
