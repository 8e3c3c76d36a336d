import type { Clock } from "../../lib/clock.ts";
import type { Log } from "../../lib/log.ts";
import { repeat } from "../../lib/repeat.ts";
import type { Embedder } from "../../models/embeddings/embedder.ts";
import type { Database } from "../../storage/database.ts";
import { readKnowledgeState } from "../knowledge.store.ts";
import { lockKnowledge, openVersion } from "../snapshots/version.store.ts";
import { listTextsWithoutVector, putVectors, serveVectors } from "./vector.store.ts";

export type EmbedDeps = { database: Database; clock: Clock; log: Log; embedder: Embedder; /** Of texts that leave the house. */ redact(text: string): string; onKnowledgeChanged(tenantId: string): void };

const BATCH = 64;
const EVERY_MS = 2_000;

/** Makes vectors of what has none, for as long as the process lives. Every process may: the same text is stored once. Returns the way to stop. */
export function startEmbedding(deps: EmbedDeps, tenantId: string): () => Promise<void> {
  const stopping = new AbortController();
  const embedding = repeat(() => embedChunks(deps, tenantId, stopping.signal), { everyMs: EVERY_MS, waitsFirst: false, log: deps.log, failure: "knowledge.embedding_failed" });
  return async () => {
    stopping.abort();
    await embedding.stop();
  };
}

/**
 * Makes the vectors that are missing, batch by batch, then has the index serve them. While a model's vectors are not complete, the index
 * goes on with those of the model before, or by words alone.
 *
 * Returns how many texts were embedded. Throws what the embedder throws; what was stored until then stays.
 * Replay: goes on with what is missing.
 */
export async function embedChunks(deps: EmbedDeps, tenantId: string, signal: AbortSignal): Promise<number> {
  const { database, embedder } = deps;
  let made = 0;
  for (;;) {
    const missing = await listTextsWithoutVector(database, tenantId, { model: embedder.id, limit: BATCH });
    if (missing.length === 0 || signal.aborted) break;
    const texts = missing.map(({ text }) => (embedder.handling === "inside" ? text : deps.redact(text)));
    const vectors = await embedder.embed(texts, "passage", signal);
    await putVectors(database, tenantId, embedder.id, missing.flatMap(({ textHash }, index) => (vectors[index] === undefined ? [] : [{ textHash, vector: vectors[index] }])));
    made += missing.length;
  }
  if (signal.aborted) return made;
  const state = await readKnowledgeState(database, tenantId);
  if (state === null || (made === 0 && state.model === embedder.id)) return made;
  await database.transaction(tenantId, async (query) => {
    await lockKnowledge(query, tenantId);
    await openVersion(query, tenantId, { reason: "embed", subject: embedder.id, by: "embedding", at: new Date(deps.clock.nowMs()) });
    await serveVectors(query, tenantId, embedder.id);
  });
  deps.log.info("knowledge.embedded", { model: embedder.id, texts: made });
  deps.onKnowledgeChanged(tenantId);
  return made;
}
