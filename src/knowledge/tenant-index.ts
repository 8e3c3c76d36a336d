import type { Clock } from "../lib/clock.ts";
import type { Database } from "../storage/database.ts";
import { countDocuments, readIndexChunks, readTouched } from "./index-feed.store.ts";
import { unknownTenant } from "./knowledge.errors.ts";
import { readKnowledgeState, type KnowledgeState } from "./knowledge.store.ts";
import type { IndexChunk, SearchIndex } from "./search-index.ts";

/** How long a version read from the record is taken as the newest, in milliseconds. */
const VERSION_MAX_AGE_MS = 1_000;

/** An increment of more documents than this share of all is slower than filling the index anew. */
const LARGEST_INCREMENT = 0.3;
const SMALLEST_LIMIT = 50;

/**
 * Keeps the search index of each tenant at the record's version: by the documents that changed since, or whole when they are many
 * or when the vectors are of another model.
 *
 * `ensureCurrent` resolves with the version the index then has: at most one second old, and never older than the last
 * `onKnowledgeChanged` before the call. One refresh at a time for a tenant, shared by all who wait.
 * Throws: `knowledge.unknown_tenant`; `storage.unavailable` (retryable): without the record nobody's rights are known, so nothing is served.
 */
export type TenantIndexes = {
  ensureCurrent(tenantId: string): Promise<number>;
  /** Whose vectors the index holds; null: none, so a search goes by words. As of the last `ensureCurrent`. */
  modelOf(tenantId: string): string | null;
  /** The tenant's documents changed in this process: look at once. */
  onKnowledgeChanged(tenantId: string): void;
};

/** `readAtMs` null: not yet, or no longer trusted. `changes` counts calls of `onKnowledgeChanged`. `held`: what the index was filled from. */
type State = { readAtMs: number | null; changes: number; refresh: Promise<number> | null; held: KnowledgeState | null };

export function createTenantIndexes(deps: { database: Database; index: SearchIndex; clock: Clock }): TenantIndexes {
  const states = new Map<string, State>();
  const stateOf = (tenantId: string): State => {
    const known = states.get(tenantId);
    if (known) return known;
    const made: State = { readAtMs: null, changes: 0, refresh: null, held: null };
    states.set(tenantId, made);
    return made;
  };

  const refresh = async (tenantId: string, state: State): Promise<number> => {
    for (;;) {
      const changes = state.changes;
      const readAtMs = deps.clock.nowMs();
      const wanted = await readKnowledgeState(deps.database, tenantId);
      if (wanted === null) {
        states.delete(tenantId);
        await deps.index.drop(tenantId);
        throw unknownTenant({ details: { tenantId } });
      }
      const isSameVectors = state.held?.model === wanted.model && state.held.vectorVersion === wanted.vectorVersion;
      const version = deps.index.versionOf(tenantId);
      if (version !== wanted.version || !isSameVectors) await fill(deps, tenantId, { version: isSameVectors ? version : null, wanted });
      state.held = wanted;
      if (changes !== state.changes) continue;
      state.readAtMs = readAtMs;
      return wanted.version;
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
    modelOf: (tenantId) => states.get(tenantId)?.held?.model ?? null,
    onKnowledgeChanged(tenantId) {
      const state = stateOf(tenantId);
      state.changes += 1;
      state.readAtMs = null;
    },
  };
}

/** What a version holds is read as it was when it was the newest, whatever is written meanwhile. */
async function fill({ database, index }: { database: Database; index: SearchIndex }, tenantId: string, { version, wanted }: { version: number | null; wanted: KnowledgeState }): Promise<void> {
  // What has been pruned since can no longer be told by its rows.
  if (version !== null && version >= wanted.prunedTo && version < wanted.version && (await catchUp({ database, index }, tenantId, version, wanted))) return;
  await index.replace(tenantId, wanted.version, readIndexChunks(database, tenantId, { ...wanted, since: -1 }));
}

/** False when too much has changed, or the index is elsewhere by now. */
async function catchUp({ database, index }: { database: Database; index: SearchIndex }, tenantId: string, since: number, wanted: KnowledgeState): Promise<boolean> {
  const most = Math.max(SMALLEST_LIMIT, Math.floor(LARGEST_INCREMENT * (await countDocuments(database, tenantId))));
  const touched = await readTouched(database, tenantId, { since, version: wanted.version, most });
  if (touched === null) return false;
  const chunks = await collect(readIndexChunks(database, tenantId, { ...wanted, since }));
  return index.apply(tenantId, { from: since, to: wanted.version, removedDocumentIds: touched, chunks });
}

async function collect(pages: AsyncIterable<readonly IndexChunk[]>): Promise<IndexChunk[]> {
  const chunks: IndexChunk[] = [];
  for await (const page of pages) chunks.push(...page);
  return chunks;
}
