import type { Database } from "../storage/database.ts";
import type { CallContext } from "../models/call-context.ts";
import type { Embedder } from "../models/embeddings/embedder.ts";
import { askedText, queryParts, type EarlierMessage, type QueryPart } from "./build-query.ts";
import { noRights } from "./knowledge.errors.ts";
import { readChunks } from "./knowledge.store.ts";
import { embedQuestion } from "./retrieval/embed-question.ts";
import { fuseHits, type FusedHit } from "./retrieval/fuse-hits.ts";
import { preferNewer, withoutNearDuplicates } from "./retrieval/near-duplicates.ts";
import { lexicalReranker, type Reranker } from "./retrieval/reranker.ts";
import { MAX_QUERY_LENGTH, type Hit, type IndexChunk, type SearchFilter, type SearchIndex } from "./search-index.ts";
import type { TenantIndexes } from "./tenant-index.ts";

/**
 * A chunk found for a question. `heading` is the path below `title`, joined by " › ", or "". `lead`: what must be read before `text`
 * where a table or a paragraph had to be cut; shown with it, never cited. `startOffset`: where `text`
 * begins in the document's body (UTF-16 units). `score` orders one answer's passages and means nothing beyond.
 * `updatedAtMs`: when its document last changed, null when nobody says.
 */
export type Passage = { chunkId: string; documentId: string; title: string; heading: string; lead?: string; text: string; score: number; startOffset: number; updatedAtMs: number | null };

export type RetrieveInput = {
  tenantId: string;
  /** What the asker may see, decided by policy before this call. */
  audiences: readonly string[];
  query: string;
  /** What was said before, oldest first: it counts less than the question, and more where the question leans on it. */
  earlier?: readonly EarlierMessage[];
  filter?: SearchFilter;
  limit: number;
  /** On whose behalf an embedding model is asked, and what the question holds; without it anything. */
  call?: Partial<CallContext>;
};

/** Hits looked at for each passage wanted, at least and at most. */
const OVERSAMPLING = 5;
const FEWEST_HITS = 30;
const MOST_RERANKED = 50;
/** Characters of a question that are held against passages, on the thread that everybody shares. */
const LONGEST_RERANKED = 4_000;

/** `embedder`: what the index's vectors were made with; without one, or with another, the search goes by words. */
export type RetrieveDeps = { database: Database; index: SearchIndex; indexes: TenantIndexes; embedder?: Embedder | null; reranker?: Reranker };

export type SearchDeps = Pick<RetrieveDeps, "index" | "embedder" | "reranker">;

/**
 * The passages that fit a question best, out of what the asker may see.
 *
 * Shapes: 0..limit passages, best first, each chunk once, near-identical ones once.
 * Rights: the index filters by `audiences`, and what it found is held against the record as it is then (`openChunks`), whichever process changed it.
 * Throws: `knowledge.no_rights` without audiences, before anything is read; `knowledge.unknown_tenant`; `storage.unavailable` (retryable).
 * An embedding model that fails costs the meaning, not the search: it then goes by words.
 * Replay: ranks move when documents change. Journal the chunk ids and use `loadPassages` on replay.
 */
export async function retrieve(deps: Omit<RetrieveDeps, "database">, input: RetrieveInput): Promise<Passage[]> {
  return (await retrieveInSteps(deps, input)).passages;
}

/** The same with what each step of it did, for whoever wants to see why. */
export async function retrieveInSteps(deps: Omit<RetrieveDeps, "database">, input: RetrieveInput): Promise<SearchSteps> {
  if (input.audiences.length === 0) throw noRights({ details: { tenantId: input.tenantId } });
  await deps.indexes.ensureCurrent(input.tenantId);
  const isServed = () => deps.embedder?.id === deps.indexes.modelOf(input.tenantId);
  const readOpen = (chunkIds: readonly string[]) => deps.indexes.openChunks(input.tenantId, input.audiences, chunkIds);
  return searchInSteps({ ...deps, embedder: isServed() ? (deps.embedder ?? null) : null }, input, { isServed, readOpen });
}

/**
 * What a search did. `parts`: the texts it searched for, the question first, and what each found. `ranked`: as the reranker has them.
 * `isByMeaning`: the question had a vector. `passages`: the outcome, without near-identical ones.
 */
export type SearchSteps = { question: string; parts: (QueryPart & { hits: Hit[] })[]; fused: FusedHit[]; reranker: string; ranked: Passage[]; isByMeaning: boolean; passages: Passage[] };

/** The search itself, on an index that is current. */
export async function searchPassages(deps: SearchDeps, input: RetrieveInput): Promise<Passage[]> {
  return (await searchInSteps(deps, input)).passages;
}

/** `isServed`: whether the index still holds vectors of the same model. `readOpen`: which chunks the asker may see by the record as it is now. */
type SearchChecks = { isServed(): boolean; readOpen(chunkIds: readonly string[]): Promise<ReadonlySet<string>> };

const UNCHECKED: SearchChecks = { isServed: () => true, readOpen: (chunkIds) => Promise.resolve(new Set(chunkIds)) };

async function searchInSteps(deps: SearchDeps, given: RetrieveInput, { isServed, readOpen }: SearchChecks = UNCHECKED): Promise<SearchSteps> {
  const { index } = deps;
  // The index reads no further.
  const input = { ...given, query: given.query.slice(0, MAX_QUERY_LENGTH) };
  const wanted = Math.max(0, Math.floor(input.limit));
  const limit = Math.min(index.maxLimit, Math.max(FEWEST_HITS, wanted * OVERSAMPLING));
  const question = askedText(input);
  const made = await embedQuestion(deps.embedder ?? null, input, question);
  // Meanwhile the index may have gone on to another model's vectors, to which this one says nothing.
  const vector = made !== null && isServed() ? made : null;
  const scope = { tenantId: input.tenantId, audiences: input.audiences, limit, ...(input.filter === undefined ? {} : { filter: input.filter }) };
  const parts = await Promise.all(queryParts(input).map(async ({ text, weight }, place) => ({ text, weight, hits: await index.search({ ...scope, query: text, vector: place === 0 ? vector : null }) })));
  const best = fuseHits(parts).slice(0, Math.max(MOST_RERANKED, wanted));
  // The index may be a moment behind; neither a reranker nor the asker sees what has been closed to them meanwhile.
  const open = await readOpen(best.map(({ chunk }) => chunk.chunkId));
  const fused = best.filter(({ chunk }) => open.has(chunk.chunkId));
  const { reranker = lexicalReranker } = deps;
  const ranked = await rerank(reranker, { input, question, fused, readOpen });
  return { question, parts, fused, reranker: reranker.id, ranked, isByMeaning: vector !== null, passages: preferNewer(withoutNearDuplicates(ranked)).slice(0, wanted) };
}

const RERANK_MS = 5_000;

/** A reranker that takes its time is asked about the asker's rights after it as well. */
async function rerank(reranker: Reranker, { input, question, fused, readOpen }: { input: RetrieveInput; question: string; fused: readonly FusedHit[]; readOpen: SearchChecks["readOpen"] }): Promise<Passage[]> {
  const { tenantId, audiences, call = {} } = input;
  const ranked = await reranker.rerank({ tenantId, audiences, call, question: question.slice(0, LONGEST_RERANKED), passages: fused.map(passageOf), signal: AbortSignal.timeout(RERANK_MS) });
  if (reranker === lexicalReranker) return ranked;
  const open = await readOpen(ranked.map(({ chunkId }) => chunkId));
  return ranked.filter(({ chunkId }) => open.has(chunkId));
}

/**
 * The passages of an earlier search, in the order of the ids.
 *
 * Chunks never change, so a replay sees the same texts; `score` is 0. An id that is unknown, of another tenant or no longer
 * permitted is left out.
 * Throws: `knowledge.no_rights` without audiences; `storage.unavailable` (retryable). Replay: safe.
 */
export async function loadPassages(
  deps: Pick<RetrieveDeps, "database">,
  input: { tenantId: string; audiences: readonly string[]; chunkIds: readonly string[] },
): Promise<Passage[]> {
  if (input.audiences.length === 0) throw noRights({ details: { tenantId: input.tenantId } });
  if (input.chunkIds.length === 0) return [];
  const chunks = new Map<string, IndexChunk>();
  for (const chunk of await readChunks(deps.database, input.tenantId, input.audiences, input.chunkIds)) chunks.set(chunk.chunkId, chunk);
  return input.chunkIds.flatMap((id) => {
    const chunk = chunks.get(id);
    return chunk ? [passageOf({ chunk, score: 0 })] : [];
  });
}

/** The passage as it is read: after what stands before it where a block was cut. */
export function wholeText({ lead, text }: Pick<Passage, "lead" | "text">): string {
  return lead ? `${lead}\n${text}` : text;
}

/** A hit without its audiences, which are nobody's business past the search. */
export function passageOf({ chunk, score }: FusedHit): Passage {
  return { chunkId: chunk.chunkId, documentId: chunk.documentId, title: chunk.title, heading: chunk.heading, ...(chunk.lead ? { lead: chunk.lead } : {}), text: chunk.text, score, startOffset: chunk.startOffset, updatedAtMs: chunk.updatedAtMs ?? null };
}
