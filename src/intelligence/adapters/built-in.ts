import { createIntentReader, trainIntentModel, type IntentModel } from "../classifier/intent-model.ts";
import { readIntents } from "../classifier/read-intents.ts";
import { splitClauses } from "../classifier/split-clauses.ts";
import { createSignalReader } from "../signals/read-signals.ts";
import type { EntityPattern, IntentExample, Understanding, UnderstandInput } from "../understander.ts";

export type BuiltInOptions = {
  /** What the classifier is trained on, when it is made; or a model that was trained before. */
  intents: readonly IntentExample[] | IntentModel;
  entityPatterns: readonly EntityPattern[];
  /** Confidence from which an intent counts, 0..1; without it the model says. */
  intentFrom?: number;
};

/** Answers at once, not by a promise, and needs nobody on whose behalf. */
export type BuiltInUnderstander = { id: string; understand(input: Pick<UnderstandInput, "text" | "recent">): Understanding };

function isTrained(intents: BuiltInOptions["intents"]): intents is IntentModel {
  return !Array.isArray(intents);
}

/**
 * The understander that needs no model, key or network: a linear classifier trained on the workspace's own examples,
 * and word lists for language, sentiment, urgency and risk.
 *
 * Units: under 0.2 ms for a usual message; intents are read in the first 8,000 characters, see each reader for its own bound.
 * Throws: `intelligence.pattern_invalid` when it is made; `understand` never throws.
 * Replay: pure; the same examples and text give the same understanding.
 */
export function createBuiltInUnderstander(options: BuiltInOptions): BuiltInUnderstander {
  const model = isTrained(options.intents) ? options.intents : trainIntentModel(options.intents);
  const read = createIntentReader(model);
  const from = options.intentFrom ?? model.from;
  const readSignals = createSignalReader(options.entityPatterns);
  return {
    id: "built-in",
    understand(input) {
      const clauses = splitClauses(input.text);
      return { intents: readIntents(read(input.text), clauses.length > 1 ? clauses.map((clause) => read(clause)) : [], from), ...readSignals(input) };
    },
  };
}
