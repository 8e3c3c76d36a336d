import type { Clock } from "../../lib/clock.ts";
import type { Log } from "../../lib/log.ts";
import { repeat } from "../../lib/repeat.ts";
import type { CallContext } from "../../models/call-context.ts";
import type { Embedder } from "../../models/embeddings/embedder.ts";
import type { Database } from "../../storage/database.ts";
import { readKnowledgeState } from "../knowledge.store.ts";
import { lockKnowledge, openVersion } from "../snapshots/version.store.ts";
import { hasNewVectors, listTextsWithoutVector, putVectors, serveVectors, wantEmbedder } from "./vector.store.ts";

export type EmbedDeps = { database: Database; clock: Clock; log: Log; embedder: Embedder; onKnowledgeChanged(tenantId: string): void };

const BATCH = 64;
const EVERY_MS = 2_000;

/**
 * Makes vectors of what has none, for as long as the process lives and no later one wants another model. Every process may: the same text is
 * stored once. Returns the way to stop.
 */
export function startEmbedding(deps: EmbedDeps, tenantId: string): () => Promise<void> {
  const stopping = new AbortController();
  let isWanted = false;
  const embedding = repeat(async () => {
    if (!isWanted) await wantEmbedder(deps.database, tenantId, deps.embedder.id);
    isWanted = true;
    await embedChunks(deps, tenantId, stopping.signal);
  }, { everyMs: EVERY_MS, waitsFirst: false, log: deps.log, failure: "knowledge.embedding_failed" });
  return async () => {
    stopping.abort();
    await embedding.stop();
  };
}

/**
 * Makes the vectors that are missing, batch by batch, then has the index serve them. While a model's vectors are not complete, the index
 * goes on with those of the model before, or by words alone. Does nothing where another model is to make them (`wantEmbedder`).
 *
 * Returns how many texts were embedded. Throws what the embedder throws; what was stored until then stays.
 * Replay: goes on with what is missing.
 */
export async function embedChunks(deps: EmbedDeps, tenantId: string, signal: AbortSignal): Promise<number> {
  const { database, embedder } = deps;
  const isOurs = async () => ((await readKnowledgeState(database, tenantId))?.embedder ?? embedder.id) === embedder.id;
  // Documents are the company's own.
  const context: CallContext = { tenantId, purpose: "index", dataClasses: [], audiences: [] };
  let made = 0;
  while (await isOurs()) {
    const missing = await listTextsWithoutVector(database, tenantId, { model: embedder.id, limit: BATCH });
    if (signal.aborted) return made;
    if (missing.length === 0) break;
    const vectors = await embedder.embed(missing.map(({ text }) => text), "passage", signal, context);
    await database.transaction(tenantId, async (query) => {
      await lockKnowledge(query, tenantId);
      await putVectors(query, tenantId, embedder.id, missing.flatMap(({ textHash }, index) => (vectors[index] === undefined ? [] : [{ textHash, vector: vectors[index] }])));
    });
    made += missing.length;
  }
  if (!(await serveNew(deps, tenantId))) return made;
  deps.log.info("knowledge.embedded", { model: embedder.id, texts: made });
  deps.onKnowledgeChanged(tenantId);
  return made;
}

/** Whether there was anything new to serve. */
function serveNew({ database, embedder, clock }: EmbedDeps, tenantId: string): Promise<boolean> {
  return database.transaction(tenantId, async (query) => {
    await lockKnowledge(query, tenantId);
    if (!(await hasNewVectors(query, tenantId, embedder.id))) return false;
    await openVersion(query, tenantId, { reason: "embed", subject: embedder.id, by: "embedding", at: new Date(clock.nowMs()) });
    await serveVectors(query, tenantId, embedder.id);
    return true;
  });
}
