import { setImmediate as yieldToOthers } from "node:timers/promises";
import { z } from "zod";
import type { Durable } from "../../durable/durable.ts";
import { chunkerOf } from "../chunk-markdown.ts";
import type { ChunkRecord } from "../knowledge.store.ts";
import { lockKnowledge, openVersion, putChunks } from "../snapshots/version.store.ts";
import { chunkRecordsOf, revisionOf } from "../sync/make-document.ts";
import type { SyncDeps } from "../sync/sync-deps.ts";
import { countWaiting, countWaitingVectors, listUncut, putNext, switchDocuments } from "./rechunk.store.ts";

/** The service whose invocations cut a tenant's documents anew, one at a time for a tenant. */
export const RECHUNK_SERVICE = "knowledge_rechunk";

export const rechunkInput = z.object({ tenantId: z.string(), chunker: z.string() });

export type RechunkDeps = Pick<SyncDeps, "database" | "clock" | "log" | "chunks" | "onKnowledgeChanged">;

const BATCH = 20;
const LOOK_MS = 5_000;
/** Looks without a new vector after which the switch is made all the same: whoever makes vectors is gone, and words still find. */
const PATIENCE = 12;

/**
 * Makes the chunks of all served documents anew out of their stored texts, when the chunker or its limits have changed. Nothing is
 * fetched or read again. What is served stays as it is until all is cut and has its vectors; then one knowledge version switches.
 *
 * Returns how many documents were switched; 0 where this process cuts in another way than was asked for.
 * Replay: every batch is stored with what it was cut to, so a job goes on with the document after the last one stored. A document that
 * changes meanwhile is cut by its sync.
 */
export async function runRechunk(deps: RechunkDeps, durable: Pick<Durable, "step" | "sleep">, { tenantId, chunker }: z.output<typeof rechunkInput>): Promise<number> {
  if (!(await durable.step("begin", () => Promise.resolve(chunkerOf(deps.chunks) === chunker)))) return 0;
  while ((await durable.step("cut", () => cutNext(deps, tenantId, chunker))) > 0);
  for (let looks = 0, least = Number.POSITIVE_INFINITY; looks < PATIENCE; looks += 1) {
    const missing = await durable.step("vectors", () => countWaitingVectors(deps.database, tenantId));
    if (missing === 0) break;
    if (missing < least) looks = 0;
    least = Math.min(least, missing);
    await durable.sleep(LOOK_MS);
  }
  return durable.step("switch", () => switchAll(deps, tenantId, chunker));
}

/** Returns how many documents were cut. */
async function cutNext({ database, chunks }: RechunkDeps, tenantId: string, chunker: string): Promise<number> {
  const documents = await listUncut(database, tenantId, { chunker, limit: BATCH });
  const cut: { id: string; fromVersion: number; revision: string; documentId: string; chunks: ChunkRecord[] }[] = [];
  for (const { id, fromVersion, revision: before, title, body } of documents) {
    const revision = revisionOf(before, chunker);
    cut.push({ id, fromVersion, revision, documentId: id, chunks: chunkRecordsOf(tenantId, id, revision, { title, body }, chunks) });
    await yieldToOthers();
  }
  if (cut.length === 0) return 0;
  await database.transaction(tenantId, async (query) => {
    await lockKnowledge(query, tenantId);
    await putChunks(query, tenantId, cut);
    await putNext(query, tenantId, chunker, cut);
  });
  return cut.length;
}

async function switchAll({ database, clock, log, onKnowledgeChanged }: RechunkDeps, tenantId: string, chunker: string): Promise<number> {
  const documents = await database.transaction(tenantId, async (query) => {
    await lockKnowledge(query, tenantId);
    const waiting = await countWaiting(query, tenantId, chunker);
    if (waiting > 0) await switchDocuments(query, tenantId, { version: await openVersion(query, tenantId, { reason: "rechunk", subject: chunker, by: "rechunk", at: new Date(clock.nowMs()) }), chunker });
    return waiting;
  });
  if (documents > 0) {
    log.info("knowledge.rechunked", { tenantId, documents, chunker });
    onKnowledgeChanged(tenantId);
  }
  return documents;
}
