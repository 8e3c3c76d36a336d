import type { Encoded } from "../../lib/text-features/encode-features.ts";
import type { Observation } from "./calibrate.ts";
import type { Scorer } from "./intent-model.ts";
import { createRandom } from "./linear.ts";
import type { TrainingExample } from "./training-examples.ts";

const SEED = 20260105;
/** From so many texts on, one round tells enough. */
export const LARGE_SET = 2_000;
const FOLDS = 5;
/** A class that scores less is no candidate for one of several labels, and does not count when these are fitted. */
const LABEL_SCORE_FROM = -1.1;

/** Best class that is an intent, and the signs its confidence is read from: margin, lead over the second, lead over the negatives, share of known words. */
export function readScores(scores: Float64Array, encoded: Encoded, negative: number): { best: number; signs: number[] } {
  let best = -1;
  let second = -1;
  for (let own = 0; own < scores.length; own += 1) {
    if (own === negative) continue;
    if (best === -1 || (scores[own] ?? 0) > (scores[best] ?? 0)) {
      second = best;
      best = own;
    } else if (second === -1 || (scores[own] ?? 0) > (scores[second] ?? 0)) second = own;
  }
  const top = scores[best] ?? -1;
  const lead = top - (second === -1 ? -1 : (scores[second] ?? -1));
  const overNegative = top - (negative === -1 ? -1 : (scores[negative] ?? -1));
  return { best, signs: [top, lead, overNegative, encoded.coverage] };
}

export function hasNegativeWon(signs: readonly number[]): boolean {
  return (signs[2] ?? 0) < 0;
}

/** `guesses`: of the first intent of each text; `labels`: of each class that came near, right when the text stands under it. */
export type Observed = { guesses: Observation[]; labels: Observation[] };

/**
 * Watches models that did not see the text or, for some intents, not even the intent; from this the confidence is fitted,
 * so that it also holds for messages which fit no intent.
 *
 * Replay: pure.
 */
export function observe(examples: readonly TrainingExample[], how: { classes: number; negative: number; /** Share of messages that fit no intent, assumed when confidence is fitted. */ noneShare: number; fit(some: readonly TrainingExample[]): Scorer }): Observed {
  const { classes, negative, noneShare } = how;
  const random = createRandom(SEED);
  const rounds = examples.length >= LARGE_SET ? 1 : FOLDS;
  const fold = examples.map(() => Math.floor(random() * FOLDS));
  const intentOrder = Array.from({ length: classes }, (_, own) => own).filter((own) => own !== negative).sort(() => random() - 0.5);
  const withheldCount = intentOrder.length < 4 ? 0 : Math.max(1, Math.round(intentOrder.length / 10));
  const known: Observation[] = [];
  const none: Observation[] = [];
  const labels: Observation[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const withheld = new Set(Array.from({ length: withheldCount }, (_, i) => intentOrder[(round * withheldCount + i) % intentOrder.length] ?? -1));
    const isWithheld = (example: TrainingExample) => example.labels.some((label) => withheld.has(label));
    const score = how.fit(examples.filter((example, i) => fold[i] !== round && !isWithheld(example)));
    examples.forEach((example, i) => {
      const isStrange = isWithheld(example);
      if (fold[i] !== round && !isStrange) return;
      const { encoded, scores } = score(example);
      withheld.forEach((own) => (scores[own] = -2));
      if (!isStrange) scores.forEach((own, label) => own >= LABEL_SCORE_FROM && labels.push({ signs: [own], isRight: example.labels.includes(label), weight: 1 }));
      const { best, signs } = readScores(scores, encoded, negative);
      if (hasNegativeWon(signs)) return;
      const isNone = isStrange || example.labels.includes(negative);
      (isNone ? none : known).push({ signs, isRight: !isNone && example.labels.includes(best), weight: 1 });
    });
  }
  const noneWeight = none.length === 0 ? 0 : (known.length * noneShare) / (1 - noneShare) / none.length;
  return { guesses: [...known, ...none.map((one) => ({ ...one, weight: noneWeight }))], labels };
}
