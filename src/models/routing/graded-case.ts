/**
 * One prompt with what each model made of it. `qualities` and `microUsd` stand in the order of the models. Quality 0..1 (wrong or
 * right, or between); cost in micro-USD of this one call. `intent` null: not known.
 */
export type GradedCase = { prompt: string; intent: string | null; language: string; qualities: readonly number[]; microUsd: readonly number[] };

export function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
