import type { EvaluationView } from "../../../../src/shapes/grading.ts";
import type { RouterReport } from "../../../../src/shapes/routing.ts";
import { formatCost, formatCount, sayShare } from "../../lib/format.ts";

/** What the router does, as one sentence. */
export function sayOutcome({ chosen, total, floor, best }: RouterReport): string {
  if (chosen === null || total.share === 0) return `No cheaper model is proven to keep ${sayShare(floor)} of the quality of ${best}: all goes to ${best}.`;
  const saved = total.bestMicroUsd === 0 ? 0 : 1 - total.microUsd / total.bestMicroUsd;
  return `${sayShare(total.share)} of the prompts go to a cheaper model, which saves ${sayShare(saved)} of the cost. At least ${sayShare(floor)} of the quality of ${best} is kept, with 95 % certainty.`;
}

/** What came of a run in which a model graded. */
export function sayEvaluation({ judge, prompts, grades, microUsd, failures, stopped }: EvaluationView): string {
  const cost = microUsd === null ? "" : `, which cost ${formatCost(microUsd)}`;
  const failed = failures.length === 0 ? "" : ` Not answered: ${failures.map(({ model, reason, count }) => `${model}, ${formatCount(count, "time", "times")} (${reason})`).join("; ")}.`;
  return `${judge} has graded ${formatCount(grades, "answer", "answers")} to ${formatCount(prompts, "prompt", "prompts")}${cost}.${failed}${stopped === null ? "" : ` It ended early: ${stopped}`}`;
}

export type ChartPoint = { x: number; y: number };
export type Scale = { place(microUsd: number, quality: number): ChartPoint; costs: readonly [number, number]; qualities: readonly [number, number] };

/** Places of costs and qualities on a sheet of this size, best quality at the top, with a margin around all that is shown. */
export function scaleOf({ models, points, floor, best }: RouterReport, width: number, height: number): Scale {
  const floorQuality = floor * (models.find(({ name }) => name === best)?.quality ?? 0);
  const costs = [...models, ...points].map(({ microUsd }) => microUsd);
  const qualities = [floorQuality, ...models.map(({ quality }) => quality), ...points.flatMap(({ quality, lower }) => [quality, lower])];
  const [left, right] = padded(costs);
  const [bottom, top] = padded(qualities);
  return { costs: [left, right], qualities: [bottom, top], place: (microUsd, quality) => ({ x: ((microUsd - left) / (right - left)) * width, y: height - ((quality - bottom) / (top - bottom)) * height }) };
}

function padded(values: readonly number[]): [number, number] {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const margin = most === least ? Math.max(1e-6, Math.abs(most) * 0.1) : (most - least) * 0.08;
  return [least - margin, most + margin];
}
