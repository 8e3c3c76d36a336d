import { sha256 } from "../../lib/sha256.ts";
import { countFeatures, type FeatureCounts } from "../../lib/text-features/count-features.ts";
import { createEncoder, learnVocabulary, type Vocabulary } from "../../lib/text-features/encode-features.ts";
import { mean, type GradedCase } from "./graded-case.ts";
import { fitRidge, score } from "./ridge.ts";

/** `slope * raw + intercept` is the quality to be expected. */
export type Line = { slope: number; intercept: number };

/** Predicts each model's quality from a prompt's words and characters; plain data. `weights[m]` and `lines[m]` are those of model m. */
export type QualityModel = { vocabulary: Vocabulary; weights: readonly Float32Array[]; bias: readonly number[]; lines: readonly Line[] };

export const FOLDS = 5;
/** Both chosen on held-back folds: broad optima, between 10 and 100 and from 2 to 5. */
const PENALTY = 30;
const LEAST_TEXTS = 3;

type Predict = (counts: FeatureCounts) => number[];

/** Makes the function that predicts the quality of every model for a prompt, 0..1. */
export function createPredictor(model: QualityModel): (prompt: string) => number[] {
  const predict = rawPredictor(model);
  return (prompt) => predict(countFeatures(prompt)).map((raw, m) => onLine(model.lines[m], raw));
}

/** The model, and what it predicted for every case while it had not seen it. */
export type Trained = { model: QualityModel; heldBack: readonly (readonly number[])[] };

/**
 * Trains on all cases, and by cross-validation: each case's prediction comes from a model trained without its fold, and is put on a
 * line fitted to the other folds. Equal prompts are in one fold.
 *
 * Units: about 5 s a fold and model for 8,000 cases of 400 characters, on the caller's thread.
 * Replay: pure; the same cases give the same model.
 */
export function trainQualityModel(cases: readonly GradedCase[], models: number): Trained {
  const counts = cases.map(({ prompt }) => countFeatures(prompt));
  const folds = cases.map(({ prompt }) => foldOf(prompt));
  const raw: number[][] = cases.map(() => []);
  for (let fold = 0; fold < FOLDS; fold += 1) {
    const isIn = (_: unknown, i: number) => folds[i] !== fold;
    const predict = rawPredictor(fit(counts.filter(isIn), cases.filter(isIn), models));
    counts.forEach((each, i) => {
      if (folds[i] === fold) raw[i] = predict(each);
    });
  }
  const linesWithout = (fold: number | null) => Array.from({ length: models }, (_, m) => fitLine(cases.flatMap((each, i) => (folds[i] === fold ? [] : [[raw[i]?.[m] ?? 0, each.qualities[m] ?? 0] as const]))));
  const lines = Array.from({ length: FOLDS }, (_, fold) => linesWithout(fold));
  const heldBack = raw.map((given, i) => given.map((value, m) => onLine(lines[folds[i] ?? 0]?.[m], value)));
  return { model: { ...fit(counts, cases, models), lines: linesWithout(null) }, heldBack };
}

/** The fold of a prompt, by its own letters: the same in every training. */
export function foldOf(prompt: string): number {
  return Number.parseInt(sha256(prompt).slice(0, 8), 16) % FOLDS;
}

function fit(counts: readonly FeatureCounts[], cases: readonly GradedCase[], models: number): Omit<QualityModel, "lines"> {
  const vocabulary = learnVocabulary(counts, LEAST_TEXTS);
  const vectors = counts.map(createEncoder(vocabulary));
  const bias = Array.from({ length: models }, (_, m) => mean(cases.map(({ qualities }) => qualities[m] ?? 0)));
  const weights = bias.map((middle, m) => Float32Array.from(fitRidge(vectors, Float64Array.from(cases, ({ qualities }) => (qualities[m] ?? 0) - middle), vocabulary.rows.length, PENALTY)));
  return { vocabulary, weights, bias };
}

function rawPredictor({ vocabulary, weights, bias }: Omit<QualityModel, "lines">): Predict {
  const encode = createEncoder(vocabulary);
  return (counts) => {
    const vector = encode(counts);
    return bias.map((middle, m) => middle + score(vector, weights[m] ?? new Float32Array()));
  };
}

/** A line through pairs of what was predicted and what came; it never falls, so that a better prediction never counts as worse. */
function fitLine(pairs: readonly (readonly [number, number])[]): Line {
  const x = mean(pairs.map(([raw]) => raw));
  const y = mean(pairs.map(([, quality]) => quality));
  const spread = pairs.reduce((sum, [raw]) => sum + (raw - x) ** 2, 0);
  const slope = spread < 1e-12 ? 0 : Math.max(0, pairs.reduce((sum, [raw, quality]) => sum + (raw - x) * (quality - y), 0) / spread);
  return { slope, intercept: y - slope * x };
}

function onLine(line: Line | undefined, raw: number): number {
  return line === undefined ? raw : Math.min(1, Math.max(0, line.slope * raw + line.intercept));
}
