import { sha256 } from "../../lib/sha256.ts";
import type { IntentReport } from "../../shapes/understanding.ts";
import { createIntentReader, OUT_OF_SCOPE, trainIntentModel, type Meanings } from "../classifier/intent-model.ts";
import type { IntentExample } from "../understander.ts";
import { calibrationError, type Judged } from "../../lib/calibration-error.ts";

const FOLDS = 5;
const MOST_MISTAKEN = 500;

type Read = { text: string; intents: readonly string[]; readAs: string; confidence: number };

/** Which intents each text stands under, every text once, in the part that its own letters choose: the same before and after a training. */
function divided(intents: readonly IntentExample[]): { text: string; intents: string[]; fold: number }[] {
  const byText = new Map<string, string[]>();
  for (const { name, examples } of intents) for (const text of examples) byText.set(text, [...(byText.get(text) ?? []), name]);
  return [...byText].map(([text, names]) => ({ text, intents: names, fold: Number.parseInt(sha256(text).slice(0, 8), 16) % FOLDS }));
}

/** Every text read by a model that was trained without it. */
function readAll(intents: readonly IntentExample[], meanings: Meanings | null): Read[] {
  const texts = divided(intents);
  const found: Read[] = [];
  for (let fold = 0; fold < FOLDS; fold += 1) {
    const held = texts.filter((each) => each.fold === fold);
    if (held.length === 0) continue;
    const unseen = new Set(held.map(({ text }) => text));
    const model = trainIntentModel(intents.map(({ name, examples }) => ({ name, examples: examples.filter((text) => !unseen.has(text)) })), meanings);
    const read = createIntentReader(model);
    for (const each of held) {
      const { guess } = read(each.text, meanings?.vectorOf(each.text));
      const isRead = guess !== null && guess.confidence >= model.from;
      found.push({ ...each, readAs: isRead ? guess.name : OUT_OF_SCOPE, confidence: guess?.confidence ?? 0 });
    }
  }
  return found;
}

const share = (part: number, of: number): number | null => (of === 0 ? null : Math.round((part / of) * 1_000) / 1_000);
const isRight = ({ intents, readAs }: Read): boolean => intents.includes(readAs);
/** Where an example stands under several intents, the one it was read as, else the first. */
const intentOf = (read: Read): string => (isRight(read) ? read.readAs : (read.intents[0] ?? OUT_OF_SCOPE));

function confusionOf(all: readonly Read[]): IntentReport["confusion"] {
  const counts = new Map<string, { intent: string; readAs: string; count: number }>();
  for (const read of all) {
    const pair = { intent: intentOf(read), readAs: read.readAs };
    const key = JSON.stringify(pair);
    counts.set(key, { ...pair, count: (counts.get(key)?.count ?? 0) + 1 });
  }
  return [...counts.values()];
}

/**
 * Says how well a workspace's examples tell its intents apart, by cross-validation in five parts.
 *
 * Shapes: a message that fits none is the intent `out_of_scope`; `mistaken` holds the surest mistakes first, at most 500.
 * Units: about six trainings; on the caller's thread.
 * Replay: pure.
 */
export function evaluateIntents(intents: readonly IntentExample[], meanings: Meanings | null = null): IntentReport {
  const all = readAll(intents, meanings);
  const meant = all.filter((read) => !read.intents.includes(OUT_OF_SCOPE));
  const foreign = all.filter((read) => read.intents.includes(OUT_OF_SCOPE));
  const judged: Judged[] = all.filter(({ confidence }) => confidence > 0).map((read) => ({ confidence: read.confidence, isRight: isRight(read) && read.readAs !== OUT_OF_SCOPE }));
  const names = [...new Set(intents.map(({ name }) => name))].filter((name) => intents.some((intent) => intent.name === name && intent.examples.length > 0));
  return {
    examples: all.length, accuracy: share(meant.filter(isRight).length, meant.length) ?? 0, noneRecall: share(foreign.filter(isRight).length, foreign.length), calibrationError: Math.round(calibrationError(judged) * 1_000) / 1_000,
    intents: names.map((name) => {
      const own = all.filter((read) => intentOf(read) === name);
      const right = own.filter(isRight).length;
      return { name, examples: own.length, precision: share(right, all.filter(({ readAs }) => readAs === name).length), recall: share(right, own.length) };
    }),
    confusion: confusionOf(all),
    mistaken: all.filter((read) => !isRight(read)).toSorted((one, other) => other.confidence - one.confidence).slice(0, MOST_MISTAKEN)
      .map((read) => ({ text: read.text, intent: intentOf(read), readAs: read.readAs, confidence: Math.round(read.confidence * 1_000) / 1_000 })),
  };
}
