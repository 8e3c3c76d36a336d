import type { IntentExample } from "../understander.ts";
import { countFeatures, type FeatureCounts } from "../../lib/text-features/count-features.ts";
import type { Meanings } from "./intent-model.ts";

/** A text as it is trained on: `labels` are the classes it stands under. */
export type TrainingExample = { text: string; counts: FeatureCounts; labels: readonly number[]; vector: Float32Array | undefined };

/** Every text once, with all the intents it stands under. `names[c]` is class c. */
export function collectExamples(intents: readonly IntentExample[], meanings: Meanings | null): { names: string[]; examples: TrainingExample[] } {
  const names = [...new Set(intents.map(({ name }) => name))];
  const labelsOf = new Map<string, Set<number>>();
  for (const { name, examples } of intents) {
    for (const text of examples) {
      const labels = labelsOf.get(text) ?? new Set();
      labelsOf.set(text, labels.add(names.indexOf(name)));
    }
  }
  return { names, examples: [...labelsOf].map(([text, labels]) => ({ text, counts: countFeatures(text), labels: [...labels], vector: meanings?.vectorOf(text) })) };
}
