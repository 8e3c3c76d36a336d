import { messageOf } from "../lib/app-error.ts";
import type { Clock } from "../lib/clock.ts";
import type { Log } from "../lib/log.ts";
import type { Database } from "../storage/database.ts";
import { countDocuments, readIndexChunks, readTouched } from "./index-feed.store.ts";
import { unknownTenant } from "./knowledge.errors.ts";
import { readKnowledgeState, readOpenChunks, type KnowledgeState } from "./knowledge.store.ts";
import type { IndexChunk, SearchIndex } from "./search-index.ts";

/** How long a version read from the record is taken as the newest, in milliseconds. */
const VERSION_MAX_AGE_MS = 1_000;
/** A record that goes on faster than the index follows is looked at so often in one refresh. */
const MOST_LOOKS = 5;

/** An increment of more documents than this share of all is slower than filling the index anew. */
const LARGEST_INCREMENT = 0.3;
const SMALLEST_LIMIT = 50;
/** After this time vectors that could not be taken in are tried again. */
const REFILL_AGAIN_MS = 60_000;

/**
 * Keeps the search index of each tenant at the record's version: by the documents that changed since or got vectors, or whole when they
 * are many. Vectors of another model come in behind the searches: until they are there, these go by the words of the index as it was when that began.
 *
 * `ensureCurrent` resolves with the version the index then has: at most one second old, and never older than the last
 * `onKnowledgeChanged` before the call, but for vectors of another model that are coming in, and for a record that changes faster than the
 * index follows. One refresh at a time for a tenant, shared by all who wait.
 * `openChunks`: which of these the asker may see by the record as it is now, in whichever process it was changed; what a search found is
 * given out only so. No index is asked.
 * Throws: `knowledge.unknown_tenant`; `storage.unavailable` (retryable): without the record nobody's rights are known, so nothing is served.
 */
export type TenantIndexes = {
  ensureCurrent(tenantId: string): Promise<number>;
  openChunks(tenantId: string, audiences: readonly string[], chunkIds: readonly string[]): Promise<ReadonlySet<string>>;
  /** Whose vectors the index holds; null: none, or others are coming in, so a search goes by words. As of the last `ensureCurrent`. */
  modelOf(tenantId: string): string | null;
  /** The tenant's documents changed in this process: look at once. */
  onKnowledgeChanged(tenantId: string): void;
};

type Deps = { database: Database; index: SearchIndex; clock: Clock; log?: Pick<Log, "warn"> };

/**
 * `readAtMs` null: not yet, or no longer trusted. `changes` counts calls of `onKnowledgeChanged`. `held`: what the index was filled from.
 * `refill`: vectors of another model are coming in; after one that failed none is begun before `refillAtMs`.
 */
type State = { readAtMs: number | null; changes: number; refresh: Promise<number> | null; held: KnowledgeState | null; refill: Promise<void> | null; refillAtMs: number };

export function createTenantIndexes(deps: Deps): TenantIndexes {
  const states = new Map<string, State>();
  const stateOf = (tenantId: string): State => {
    const known = states.get(tenantId);
    if (known) return known;
    const made: State = { readAtMs: null, changes: 0, refresh: null, held: null, refill: null, refillAtMs: 0 };
    states.set(tenantId, made);
    return made;
  };

  const refresh = async (tenantId: string, state: State): Promise<number> => {
    for (let looks = 1; ; looks += 1) {
      const changes = state.changes;
      const readAtMs = deps.clock.nowMs();
      const wanted = await readKnowledgeState(deps.database, tenantId);
      if (wanted === null) {
        states.delete(tenantId);
        await deps.index.drop(tenantId);
        throw unknownTenant({ details: { tenantId } });
      }
      await follow(deps, tenantId, state, wanted);
      // Who joined a long fill is promised more than what was there when it began.
      const isOld = deps.clock.nowMs() - readAtMs >= VERSION_MAX_AGE_MS;
      if (looks < MOST_LOOKS && (changes !== state.changes || isOld)) continue;
      state.readAtMs = changes === state.changes ? readAtMs : null;
      return deps.index.versionOf(tenantId) ?? wanted.version;
    }
  };

  return {
    async ensureCurrent(tenantId) {
      const state = stateOf(tenantId);
      const version = deps.index.versionOf(tenantId);
      const ageMs = state.readAtMs === null ? Infinity : deps.clock.nowMs() - state.readAtMs;
      if (version !== null && ageMs >= 0 && ageMs < VERSION_MAX_AGE_MS) return version;
      state.refresh ??= refresh(tenantId, state).finally(() => {
        state.refresh = null;
      });
      return state.refresh;
    },
    openChunks: (tenantId, audiences, chunkIds) => readOpenChunks(deps.database, tenantId, audiences, chunkIds),
    modelOf(tenantId) {
      const state = states.get(tenantId);
      return state === undefined || state.refill !== null ? null : (state.held?.model ?? null);
    },
    onKnowledgeChanged(tenantId) {
      const state = stateOf(tenantId);
      state.changes += 1;
      state.readAtMs = null;
    },
  };
}

/** Brings the index to `wanted`, or on the way there. What a version holds is read as it was when it was the newest, whatever is written meanwhile. */
async function follow(deps: Deps, tenantId: string, state: State, wanted: KnowledgeState): Promise<void> {
  if (state.refill !== null) return;
  const version = deps.index.versionOf(tenantId);
  const { held } = state;
  const isThere = held !== null && (version === wanted.version || (await catchUp(deps, tenantId, version, { ...wanted, model: held.model })));
  if (!isThere) {
    // The index has the new vectors a moment before this is known here.
    state.held = null;
    await deps.index.replace(tenantId, wanted.version, readIndexChunks(deps.database, tenantId, wanted));
    state.held = wanted;
    return;
  }
  state.held = { ...wanted, model: held.model };
  if (held.model === wanted.model || deps.clock.nowMs() < state.refillAtMs) return;
  state.refill = refill(deps, tenantId, state, wanted).finally(() => {
    state.refill = null;
    state.readAtMs = null;
  });
}

/** Never rejects: the index then stays as it is, with the vectors of the model before. */
async function refill({ database, index, clock, log }: Deps, tenantId: string, state: State, wanted: KnowledgeState): Promise<void> {
  try {
    await index.replace(tenantId, wanted.version, readIndexChunks(database, tenantId, wanted));
    state.held = wanted;
  } catch (error) {
    state.refillAtMs = clock.nowMs() + REFILL_AGAIN_MS;
    log?.warn("knowledge.vectors_not_taken_in", { tenantId, model: wanted.model, error: messageOf(error) });
  }
}

/** False when there is nothing to go on from, too much has changed, or the index is elsewhere by now. */
async function catchUp({ database, index }: Deps, tenantId: string, since: number | null, wanted: KnowledgeState): Promise<boolean> {
  // What has been pruned since can no longer be told by its rows.
  if (since === null || since < wanted.prunedTo || since > wanted.version) return false;
  const most = Math.max(SMALLEST_LIMIT, Math.floor(LARGEST_INCREMENT * (await countDocuments(database, tenantId))));
  const touched = await readTouched(database, tenantId, { since, ...wanted, most });
  if (touched === null) return false;
  const chunks = await collect(readIndexChunks(database, tenantId, { ...wanted, ids: touched }));
  return index.apply(tenantId, { from: since, to: wanted.version, removedDocumentIds: touched, chunks });
}

async function collect(pages: AsyncIterable<readonly IndexChunk[]>): Promise<IndexChunk[]> {
  const chunks: IndexChunk[] = [];
  for await (const page of pages) chunks.push(...page);
  return chunks;
}
