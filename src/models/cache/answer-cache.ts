import type { ModelServed, ModelUsage } from "../model.ts";

/** An answer as it is kept: only whole ones, without calls of tools. */
export type CachedAnswer = { text: string; usage: ModelUsage; served: ModelServed };

/** What must be the same for an answer to be given again. `contactId` null: it belongs to nobody, and nothing personal was in it. */
export type CacheKey = { partition: string; questionHash: string; contactId: string | null };

/** A question as a vector of one embedding model. */
export type QuestionVector = { embedder: string; vector: Float32Array };

/**
 * Kept answers of one installation. Tenants are apart in the store itself, everything else by the partition.
 *
 * Replay: reads and writes; call it inside a step. Two processes that keep the same answer at once leave one.
 */
export type AnswerCache = {
  find(tenantId: string, key: CacheKey): Promise<CachedAnswer | null>;
  /** The kept answer in the same partition whose question is nearest, if it is at least so near (cosine, -1..1). */
  findNear(tenantId: string, key: CacheKey, question: QuestionVector, similarity: number): Promise<CachedAnswer | null>;
  keep(tenantId: string, key: CacheKey, answer: CachedAnswer, question: QuestionVector | null): Promise<void>;
};
