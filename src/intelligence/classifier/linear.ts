import type { SparseVector } from "../../lib/text-features/encode-features.ts";

/** One weight per row and class, row by row (`weights[row * classes + class]`), and one bias per class. */
export type LinearWeights = { classes: number; weights: Float32Array; bias: Float32Array };

const EPOCHS = 30;
const COST = 0.5;
const TOLERANCE = 0.05;
const DIAGONAL = 0.5 / COST;

/** A small seeded generator (mulberry32), so that the same examples always make the same model. */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

function shuffle(order: Int32Array, length: number, random: () => number): void {
  for (let i = length - 1; i > 0; i -= 1) {
    const j = Math.floor(random() * (i + 1));
    const held = order[i] ?? 0;
    order[i] = order[j] ?? 0;
    order[j] = held;
  }
}

type Problem = { vectors: readonly SparseVector[]; squares: Float64Array; rowCount: number };

/** One class against the rest: L2-loss support vector machine in the dual, coordinate by coordinate, with shrinking. */
function trainOne(problem: Problem, isPositive: (example: number) => boolean, random: () => number): { weights: Float64Array; bias: number } {
  const { vectors, squares, rowCount } = problem;
  const weights = new Float64Array(rowCount);
  const alphas = new Float64Array(vectors.length);
  const order = Int32Array.from(vectors.keys());
  let bias = 0;
  let active = vectors.length;
  for (let epoch = 0; epoch < EPOCHS && active > 0; epoch += 1) {
    shuffle(order, active, random);
    let widest = 0;
    for (let place = 0; place < active; place += 1) {
      const example = order[place] ?? 0;
      const vector = vectors[example];
      if (vector === undefined) continue;
      const { rows, values } = vector;
      const sign = isPositive(example) ? 1 : -1;
      let score = bias;
      for (let k = 0; k < rows.length; k += 1) score += (weights[rows[k] ?? 0] ?? 0) * (values[k] ?? 0);
      const alpha = alphas[example] ?? 0;
      const gradient = sign * score - 1 + DIAGONAL * alpha;
      if (alpha === 0 && gradient >= 0) {
        if (gradient > 0.1 && epoch > 0) {
          active -= 1;
          order[place] = order[active] ?? 0;
          order[active] = example;
          place -= 1;
        }
        continue;
      }
      widest = Math.max(widest, Math.abs(gradient));
      const next = Math.max(0, alpha - gradient / ((squares[example] ?? 0) + DIAGONAL));
      const step = (next - alpha) * sign;
      if (step === 0) continue;
      alphas[example] = next;
      for (let k = 0; k < rows.length; k += 1) {
        const row = rows[k] ?? 0;
        weights[row] = (weights[row] ?? 0) + step * (values[k] ?? 0);
      }
      bias += step;
    }
    if (widest < TOLERANCE) break;
  }
  return { weights, bias };
}

/**
 * Trains one linear scorer per class.
 *
 * Shapes: `labels[i]` are the classes of `vectors[i]` (several are possible); `classes` how many there are.
 * Units: scores are margins: about 1 for a clear member, -1 for a clear non-member.
 * Replay: pure; the same input and seed give the same weights.
 * Source: Hsieh et al. 2008, dual coordinate descent for linear SVM (as in LIBLINEAR).
 */
export function trainLinear(input: { vectors: readonly SparseVector[]; labels: readonly (readonly number[])[]; classes: number; rowCount: number; seed: number }): LinearWeights {
  const { vectors, labels, classes, rowCount } = input;
  const squares = Float64Array.from(vectors, ({ values }) => values.reduce((sum, value) => sum + value * value, 1));
  const weights = new Float32Array(rowCount * classes);
  const bias = new Float32Array(classes);
  const random = createRandom(input.seed);
  for (let own = 0; own < classes; own += 1) {
    const one = trainOne({ vectors, squares, rowCount }, (example) => labels[example]?.includes(own) ?? false, random);
    for (let row = 0; row < rowCount; row += 1) weights[row * classes + own] = one.weights[row] ?? 0;
    bias[own] = one.bias;
  }
  return { classes, weights, bias };
}

/** The margin of every class for one vector. */
export function scoreClasses(model: LinearWeights, vector: SparseVector): Float64Array {
  const { classes, weights } = model;
  const scores = Float64Array.from(model.bias);
  const { rows, values } = vector;
  for (let k = 0; k < rows.length; k += 1) {
    const from = (rows[k] ?? 0) * classes;
    const value = values[k] ?? 0;
    for (let own = 0; own < classes; own += 1) scores[own] = (scores[own] ?? 0) + (weights[from + own] ?? 0) * value;
  }
  return scores;
}
