import type { SparseVector } from "../../lib/text-features/encode-features.ts";

const ROUNDS = 40;
const ENOUGH = 1e-6;

/**
 * Least squares with a penalty on large weights, by conjugate gradients.
 *
 * Shapes: `targets[i]` belongs to `vectors[i]`; returns one weight per row, for targets around 0.
 * Replay: pure.
 * Source: Hestenes and Stiefel 1952, on the normal equations (XᵀX + penalty·I) w = Xᵀy.
 */
export function fitRidge(vectors: readonly SparseVector[], targets: Float64Array, rowCount: number, penalty: number): Float64Array {
  const weights = new Float64Array(rowCount);
  const residual = new Float64Array(rowCount);
  vectors.forEach((vector, i) => addTo(residual, vector, targets[i] ?? 0));
  const direction = Float64Array.from(residual);
  let length = dot(residual, residual);
  const first = length;
  for (let round = 0; round < ROUNDS && length > ENOUGH * first; round += 1) {
    const image = new Float64Array(rowCount);
    for (const vector of vectors) addTo(image, vector, score(vector, direction));
    for (let row = 0; row < rowCount; row += 1) image[row] = (image[row] ?? 0) + penalty * (direction[row] ?? 0);
    const step = length / dot(direction, image);
    for (let row = 0; row < rowCount; row += 1) {
      weights[row] = (weights[row] ?? 0) + step * (direction[row] ?? 0);
      residual[row] = (residual[row] ?? 0) - step * (image[row] ?? 0);
    }
    const next = dot(residual, residual);
    for (let row = 0; row < rowCount; row += 1) direction[row] = (residual[row] ?? 0) + (next / length) * (direction[row] ?? 0);
    length = next;
  }
  return weights;
}

/** The product of a vector with one weight per row. */
export function score({ rows, values }: SparseVector, weights: Float64Array | Float32Array): number {
  let sum = 0;
  for (let k = 0; k < rows.length; k += 1) sum += (weights[rows[k] ?? 0] ?? 0) * (values[k] ?? 0);
  return sum;
}

function addTo(sums: Float64Array, { rows, values }: SparseVector, times: number): void {
  for (let k = 0; k < rows.length; k += 1) {
    const row = rows[k] ?? 0;
    sums[row] = (sums[row] ?? 0) + times * (values[k] ?? 0);
  }
}

function dot(one: Float64Array, other: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < one.length; i += 1) sum += (one[i] ?? 0) * (other[i] ?? 0);
  return sum;
}
