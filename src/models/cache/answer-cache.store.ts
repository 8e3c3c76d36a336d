import { z } from "zod";
import type { Clock } from "../../lib/clock.ts";
import type { Database } from "../../storage/database.ts";
import type { AnswerCache, CachedAnswer } from "./answer-cache.ts";

const answer = z.object({
  text: z.string(),
  usage: z.object({ promptTokens: z.number(), completionTokens: z.number(), isEstimated: z.boolean() }),
  served: z.object({ name: z.string().optional(), modelId: z.string(), provider: z.string(), costMicroUsd: z.number().nullable() }),
});

/** Newest questions of a partition that a near one is looked for among. */
const NEAREST_OF = 500;

/** Kept in PostgreSQL for `ttlSeconds`; what is older is never read, and deleted by the next answer kept. */
export function createStoredCache(deps: { database: Database; clock: Clock; ttlSeconds: number }): AnswerCache {
  const { database, clock } = deps;
  const now = () => new Date(clock.nowMs());
  return {
    async find(tenantId, key) {
      const row = await database.of(tenantId).selectFrom("model_cache").select("answer").where("tenant_id", "=", tenantId).where("partition", "=", key.partition).where("question_hash", "=", key.questionHash).where("expires_at", ">", now().toISOString()).executeTakeFirst();
      return row === undefined ? null : readAnswer(row.answer);
    },
    async findNear(tenantId, key, question, similarity) {
      const rows = await database.of(tenantId).selectFrom("model_cache").select(["answer", "vector"]).where("tenant_id", "=", tenantId).where("partition", "=", key.partition).where("embedder", "=", question.embedder).where("expires_at", ">", now().toISOString()).orderBy("created_at", "desc").limit(NEAREST_OF).execute();
      let nearest: { near: number; answer: unknown } | null = null;
      for (const row of rows) {
        const near = row.vector === null ? -1 : dot(question.vector, row.vector);
        if (near >= similarity && near > (nearest?.near ?? -1)) nearest = { near, answer: row.answer };
      }
      return nearest === null ? null : readAnswer(nearest.answer);
    },
    async keep(tenantId, key, kept, question) {
      const at = now();
      const expiresAt = new Date(at.getTime() + deps.ttlSeconds * 1_000);
      const vector = question === null ? null : Buffer.from(question.vector.buffer, question.vector.byteOffset, question.vector.byteLength);
      const row = { contact_id: key.contactId, embedder: question?.embedder ?? null, vector, answer: JSON.stringify(kept), created_at: at, expires_at: expiresAt };
      await database.of(tenantId).insertInto("model_cache").values({ tenant_id: tenantId, partition: key.partition, question_hash: key.questionHash, ...row })
        .onConflict((conflict) => conflict.columns(["tenant_id", "partition", "question_hash"]).doUpdateSet(row)).execute();
      await database.of(tenantId).deleteFrom("model_cache").where("tenant_id", "=", tenantId).where("expires_at", "<", at.toISOString()).execute();
    },
  };
}

/**
 * Forgets what was kept for one contact: for when they are erased, or their records were another's. A change of their rights needs it not, since rights are
 * a part of what must be the same. Returns how many answers are gone. Replay: safe.
 */
export async function forgetCachedAnswers(database: Database, tenantId: string, contactId: string): Promise<number> {
  const [gone] = await database.of(tenantId).deleteFrom("model_cache").where("tenant_id", "=", tenantId).where("contact_id", "=", contactId).execute();
  return Number(gone?.numDeletedRows ?? 0);
}

/** Written by other versions of this code; null when it cannot be read. */
function readAnswer(stored: unknown): CachedAnswer | null {
  const read = answer.safeParse(stored);
  if (!read.success) return null;
  const { name, ...served } = read.data.served;
  return { ...read.data, served: { ...served, ...(name === undefined ? {} : { name }) } };
}

function dot(one: Float32Array, stored: Uint8Array): number {
  // Copied: the bytes of the driver lie anywhere in a larger buffer.
  const other = new Float32Array(Uint8Array.from(stored).buffer);
  if (other.length !== one.length) return -1;
  let sum = 0;
  for (let at = 0; at < one.length; at += 1) sum += (one[at] ?? 0) * (other[at] ?? 0);
  return sum;
}
