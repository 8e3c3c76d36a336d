import { createIntentReader, trainIntentModel } from "../../src/intelligence/classifier/intent-model.ts";
import { rounded } from "../retrieval/metrics.ts";
import { asExamples, type Labelled } from "./data.ts";

/** Of a confidence from which an intent counts: how many fitting messages are lost by it, and how many that fit none are refused. */
export type Threshold = { from: number; lost: number; refused: number | null };
/** Of a confidence from which nobody else is asked: how many messages go on, and how many of the faults are among them. */
export type Enough = { from: number; goOn: number; faultsAmongThem: number };

const FROM = [0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4] as const;
const ENOUGH = [0.6, 0.65, 0.7, 0.75, 0.8, 0.85] as const;
const PART = 5;

/**
 * What other thresholds would do, on every fifth text of the training part alone: the constants of the classifier are looked at
 * here and not on dev, which is reported.
 */
export function measureThresholds(train: readonly Labelled[]): { large: Threshold[]; enough: Enough[] } {
  const seen = new Map<string, number>();
  const isHeld = train.map(({ intents: [intent = ""] }) => {
    const place = (seen.get(intent) ?? 0) + 1;
    seen.set(intent, place);
    return place % PART === 0;
  });
  const model = trainIntentModel(asExamples(train.filter((_, i) => isHeld[i] !== true)));
  const read = createIntentReader(model);
  const all = train.filter((_, i) => isHeld[i] === true).map(({ text, intents }) => {
    const { guess } = read(text);
    return { isInside: intents.length > 0, confidence: guess?.confidence ?? 0, isRight: guess !== null && intents.includes(guess.name) };
  });
  const [inside, outside] = [all.filter((each) => each.isInside), all.filter((each) => !each.isInside)];
  const faults = all.filter(({ isInside, isRight, confidence }) => (isInside ? !isRight : confidence >= model.from));
  const share = (part: number, of: number) => rounded(part / Math.max(1, of));
  return {
    large: FROM.map((from) => ({ from, lost: share(inside.filter(({ isRight, confidence }) => isRight && confidence < from).length, inside.length), refused: outside.length === 0 ? null : share(outside.filter(({ confidence }) => confidence < from).length, outside.length) })),
    enough: ENOUGH.map((from) => ({ from, goOn: share(all.filter(({ confidence }) => confidence < from).length, all.length), faultsAmongThem: share(faults.filter(({ confidence }) => confidence < from).length, faults.length) })),
  };
}
