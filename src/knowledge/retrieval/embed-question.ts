import { DATA_CLASSES } from "../../shapes/data-class.ts";
import { AppError } from "../../lib/app-error.ts";
import type { CallContext } from "../../models/call-context.ts";
import type { Embedder } from "../../models/embeddings/embedder.ts";
import type { RetrieveInput } from "../retrieve.ts";

/** Longest wait for a vector, in milliseconds: a search by words alone is better than a late one. */
const PATIENCE_MS = 2_000;
const LONGEST_QUESTION = 4_000;

/**
 * The question as a vector, null where there is no model or it fails: the search then goes by words.
 *
 * A model outside the house sees the question only, redacted, never words carried from earlier messages. Unless whoever asks says otherwise, a question may hold
 * anything.
 */
export async function embedQuestion(embedder: Embedder | null, input: Pick<RetrieveInput, "query" | "tenantId" | "audiences" | "call">, question: string): Promise<Float32Array | null> {
  if (embedder === null) return null;
  const text = (embedder.handling === "inside" ? question : input.query).slice(0, LONGEST_QUESTION);
  const context: CallContext = { dataClasses: DATA_CLASSES, ...input.call, tenantId: input.tenantId, audiences: input.audiences, purpose: "search" };
  try {
    const [vector] = await embedder.embed([text], "query", AbortSignal.timeout(PATIENCE_MS), context);
    return vector ?? null;
  } catch (error) {
    if (error instanceof AppError && error.code.startsWith("models.")) return null;
    throw error;
  }
}
