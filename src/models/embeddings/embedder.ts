import type { CallContext } from "../call-context.ts";
import type { ModelHandling } from "../model.ts";

/**
 * The port to an embedding model: texts become vectors of length 1, so that a dot product says how near two texts are in
 * meaning.
 *
 * Shapes: one vector a text, in their order, each of `dimensions` numbers; an empty list gives none. A text that is empty or blank
 *   gives a vector like any other. What is beyond the model's longest text is not read.
 * `context`: on whose behalf, and what the texts hold; for whoever stands around an adapter.
 * `kind`: a model may treat what is asked and what is searched differently.
 * Errors: only those of `models.errors.ts`; `models.cancelled` when `signal` aborts.
 * Retry: safe to repeat, each adapter repeats what is worth it itself. Replay: the same text gives the same vector as far as the model's server keeps it so.
 */
export type Embedder = {
  /** Names model and wire, as `openai-compatible/nomic-embed-text`: vectors of one id can be held against each other, of two never. */
  readonly id: string;
  readonly dimensions: number;
  /** Whether texts leave the house; the data rules go by it. */
  readonly handling: ModelHandling;
  embed(texts: readonly string[], kind: "query" | "passage", signal: AbortSignal, context: CallContext): Promise<Float32Array[]>;
};

/** Makes it a vector of length 1, in place; one of zeros stays. */
export function normalise(vector: Float32Array): Float32Array {
  let sum = 0;
  for (const value of vector) sum += value * value;
  const length = Math.sqrt(sum);
  if (length > 0) for (let at = 0; at < vector.length; at += 1) vector[at] = (vector[at] ?? 0) / length;
  return vector;
}
