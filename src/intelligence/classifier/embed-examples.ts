import type { Embedder } from "../../models/embeddings/embedder.ts";
import type { IntentExample } from "../understander.ts";
import type { Meanings } from "./intent-model.ts";

/** `byText`: the same as `vectorOf`, as it can be sent to a thread. */
export type EmbeddedExamples = Meanings & { byText: ReadonlyMap<string, Float32Array> };

const BATCH = 64;

/**
 * The vectors of all examples by an embedding model, for `trainIntentModel`. Examples may be what customers wrote.
 *
 * Throws: what the embedder throws.
 */
export async function embedExamples(intents: readonly IntentExample[], embedder: Embedder, signal: AbortSignal, tenantId: string): Promise<EmbeddedExamples> {
  // Texts of like length go together: a model reads each of a batch as if it were the longest.
  const texts = [...new Set(intents.flatMap(({ examples }) => examples))].toSorted((one, other) => one.length - other.length);
  const vectors = new Map<string, Float32Array>();
  for (let from = 0; from < texts.length; from += BATCH) {
    const some = texts.slice(from, from + BATCH);
    const found = await embedder.embed(some, "query", signal, { tenantId, purpose: "understand", stage: "learn", dataClasses: ["personal"], audiences: [] });
    some.forEach((text, place) => {
      const vector = found[place];
      if (vector !== undefined) vectors.set(text, vector);
    });
  }
  return { embedder: embedder.id, dimensions: embedder.dimensions, byText: vectors, vectorOf: (text) => vectors.get(text) };
}
