import type { Embedder } from "../../models/embeddings/embedder.ts";
import { createIntentReader, type IntentModel } from "../classifier/intent-model.ts";
import { readIntents } from "../classifier/read-intents.ts";
import { splitClauses } from "../classifier/split-clauses.ts";
import { createSignalReader } from "../signals/read-signals.ts";
import type { EntityPattern, Understander } from "../understander.ts";

/** `model`: trained with vectors of the same embedder (`embedExamples`). */
export type LocalModelOptions = { embedder: Embedder; model: IntentModel; entityPatterns: readonly EntityPattern[]; intentFrom?: number };

/** An embedding model reads so much of a message; what comes later is left to words and characters. */
const READ_CHARACTERS = 2_000;
/** A message of so many clauses is read as one, and in the first of them. */
const MOST_CLAUSES = 8;

/**
 * The understander with an embedding model beside words and characters: other words for the same wish are near in meaning.
 *
 * Units: one run of the embedding model for a message and its clauses; some ms with a small model on this machine.
 * Throws: `intelligence.pattern_invalid` when it is made; what the embedder throws.
 * Replay: the same as far as the embedder's server keeps its vectors so; pure with a model from a folder.
 */
export function createLocalModelUnderstander(options: LocalModelOptions): Understander {
  const { embedder, model } = options;
  const read = createIntentReader(model);
  const readSignals = createSignalReader(options.entityPatterns);
  return {
    id: embedder.id,
    async understand(input) {
      const clauses = splitClauses(input.text).slice(0, MOST_CLAUSES);
      const texts = [input.text, ...(clauses.length > 1 ? clauses : [])];
      const vectors = await embedder.embed(texts.map((text) => text.slice(0, READ_CHARACTERS)), "query", input.signal ?? new AbortController().signal, input.call);
      const [whole = { guess: null, labels: null }, ...parts] = texts.map((text, place) => read(text, vectors[place]));
      return { intents: readIntents(whole, parts, options.intentFrom ?? model.from), ...readSignals(input) };
    },
  };
}
