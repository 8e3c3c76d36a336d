import { confidenceOf, fitCalibration, type Calibration, type Observation } from "./calibrate.ts";
import type { TrainingExample } from "./training-examples.ts";

/** How several intents are read from one text: the confidence in each by its own score, and from which on it counts. */
export type LabelRule = { calibration: Calibration; from: number };

/** From this share of examples under several intents on, a text is read as several. */
const SEVERAL_FROM = 0.2;
const USUAL: Calibration = { weights: [4], bias: 1 };

/**
 * Fits the rule on scores of classes whose models had not seen the texts, by the best micro-F1; null when few examples stand under
 * several intents: then a text has one intent, unless its clauses have their own.
 */
export function fitLabels(examples: readonly TrainingExample[], observed: readonly Observation[]): LabelRule | null {
  const several = examples.filter(({ labels }) => labels.length > 1).length;
  if (examples.length === 0 || several / examples.length < SEVERAL_FROM) return null;
  const calibration = fitCalibration(observed, USUAL);
  const ranked = observed.map(({ signs, isRight }) => ({ confidence: confidenceOf(calibration, signs), isRight })).toSorted((one, other) => other.confidence - one.confidence);
  const wanted = observed.filter(({ isRight }) => isRight).length;
  let right = 0;
  let best = { f1: 0, from: 0.5 };
  ranked.forEach(({ confidence, isRight }, place) => {
    if (isRight) right += 1;
    const f1 = (2 * right) / (place + 1 + wanted);
    if (f1 > best.f1) best = { f1, from: confidence };
  });
  return { calibration, from: best.from };
}
