import { sha256 } from "../../lib/sha256.ts";
import type { IntentExample } from "../understander.ts";
import type { IntentCorrection } from "./intent-example.store.ts";
import { MODEL_FORM } from "./model-bytes.ts";

/**
 * The workspace's examples with what people have corrected: a corrected text stands under the intent it was given last, and under
 * no other; a correction to an intent that the workspace no longer has is left out.
 *
 * Shapes: `corrections` oldest first; corrected texts come after the intent's own, so that writing them into the file changes nothing.
 * Replay: pure.
 */
export function mergeExamples(workspace: readonly IntentExample[], corrections: readonly Pick<IntentCorrection, "text" | "intent">[]): IntentExample[] {
  const known = new Set(workspace.map(({ name }) => name));
  const given = new Map<string, string>();
  for (const { text, intent } of corrections) {
    if (!known.has(intent)) continue;
    given.delete(text);
    given.set(text, intent);
  }
  return workspace.map((intent) => {
    const own = intent.examples.filter((text) => !given.has(text) || given.get(text) === intent.name);
    const added = [...given].filter(([text, name]) => name === intent.name && !own.includes(text)).map(([text]) => text);
    return { ...intent, examples: [...own, ...added] };
  });
}

/** Names what a model is trained on and by which code: the same examples in the same order, the same embedding model. */
export function hashExamples(intents: readonly IntentExample[], embedder: string | null): string {
  return sha256(JSON.stringify([MODEL_FORM, embedder, intents.map(({ name, examples }) => [name, examples])]));
}
