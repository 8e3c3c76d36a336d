/** A guess and whether it was right, or how far (0..1). */
export type Judged = { confidence: number; isRight: boolean | number };

const BINS = 15;

/**
 * How far confidence and truth lie apart on average, 0..1: guesses are put into 15 bins of equal width by their confidence; each
 * bin's gap between mean confidence and share of right ones counts by its size. 0 without guesses.
 *
 * Source: expected calibration error, Guo et al. 2017, "On Calibration of Modern Neural Networks".
 */
export function calibrationError(judged: readonly Judged[]): number {
  let error = 0;
  for (let bin = 0; bin < BINS; bin += 1) {
    const held = judged.filter(({ confidence }) => Math.min(BINS - 1, Math.floor(confidence * BINS)) === bin);
    const right = held.reduce((sum, { isRight }) => sum + Number(isRight), 0);
    const sure = held.reduce((sum, { confidence }) => sum + confidence, 0);
    error += Math.abs(right - sure);
  }
  return judged.length === 0 ? 0 : error / judged.length;
}
