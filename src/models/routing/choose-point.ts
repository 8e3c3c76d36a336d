import type { RouterPoint, RouterRow } from "../../shapes/routing.ts";
import { mean, type GradedCase } from "./graded-case.ts";

/** What decides where a request goes. `order`: the models that may be chosen, cheapest first, the best single one last. */
export type PointRule = { order: readonly number[]; tolerance: number };

/** Quantile of the normal distribution that 95 % lie below. */
const ONE_SIDED_95 = 1.645;
const POINTS = 20;
const ROUNDING = 1e-9;

/** The cheapest model that is predicted to be worse than the best single one by `tolerance` at most. Pure. */
export function pickModel({ order, tolerance }: PointRule, predicted: readonly number[]): number {
  const best = order.at(-1) ?? 0;
  return order.find((m) => m === best || (predicted[best] ?? 0) - (predicted[m] ?? 0) <= tolerance) ?? best;
}

export type Chosen = { best: number; order: number[]; points: RouterPoint[]; chosen: number | null; total: RouterRow; languages: RouterRow[]; intents: RouterRow[] };

/**
 * Chooses how far requests may go to cheaper models, by what was measured on cases that the predictions had not seen.
 *
 * The points are fixed by the predictions alone and tried from careful to bold; the first whose quality is not proven to keep the
 * floor ends it, so that trying many does not find one by luck. A language or an intent in which the chosen point does not prove it goes
 * to the best single model as a whole, as do those that are not in the cases.
 *
 * Shapes: `predictions[i]` are those of `cases[i]`, in the models' order. `floor`: share of the best single model's quality to keep, 0..1.
 * Replay: pure.
 * Source: fixed-sequence testing (Maurer et al. 1995); paired differences with a one-sided normal bound.
 */
export function choosePoint(cases: readonly GradedCase[], predictions: readonly (readonly number[])[], models: number, floor: number): Chosen {
  const quality = Array.from({ length: models }, (_, m) => mean(cases.map((one) => one.qualities[m] ?? 0)));
  const cost = Array.from({ length: models }, (_, m) => mean(cases.map((one) => one.microUsd[m] ?? 0)));
  const ranked = [...quality.keys()].sort((one, other) => (quality[other] ?? 0) - (quality[one] ?? 0) || (cost[one] ?? 0) - (cost[other] ?? 0));
  const best = ranked[0] ?? 0;
  const order = [...quality.keys()].filter((m) => m !== best && (cost[m] ?? 0) < (cost[best] ?? 0)).sort((one, other) => (cost[one] ?? 0) - (cost[other] ?? 0));
  order.push(best);
  const measured = (picks: readonly number[], places: readonly number[], name: string) => measure({ cases, picks, places, best, floor, name });
  const all = [...cases.keys()];
  const picksAt = (tolerance: number) => predictions.map((predicted) => pickModel({ order, tolerance }, predicted));
  const tried = tolerancesOf(predictions, order).map((tolerance) => ({ tolerance, picks: picksAt(tolerance) })).map((each) => ({ ...each, row: measured(each.picks, all, "all") }));
  const failed = tried.findIndex(({ row }) => !row.isOpen);
  const last = failed === -1 ? tried.length - 1 : failed - 1;
  const picks = tried[last]?.picks ?? cases.map(() => best);
  const slices = (of: (one: GradedCase) => string | null) => [...Map.groupBy(all.filter((i) => nameIn(cases, i, of) !== null), (i) => nameIn(cases, i, of) ?? "")].map(([name, places]) => ({ name, places, row: measured(picks, places, name) }));
  const [languages, intents] = [slices((one) => one.language), slices((one) => one.intent)];
  const closed = new Set([...languages, ...intents].filter(({ row }) => !row.isOpen).flatMap(({ places }) => places));
  // Cases without an intent stand for requests whose intent is not known; where others have one, these are not measured.
  if (intents.length > 0) for (const i of all) if (cases[i]?.intent === null) closed.add(i);
  const final = picks.map((pick, i) => (closed.has(i) ? best : pick));
  const rowsOf = (given: typeof languages) => given.map(({ name, places, row }) => ({ ...measured(final, places, name), isOpen: row.isOpen })).sort((one, other) => other.cases - one.cases);
  return { best, order, points: tried.map(({ tolerance, row }) => ({ tolerance, share: row.share, microUsd: row.microUsd, quality: row.quality, lower: row.lower })), chosen: last < 0 ? null : last, total: { ...measured(final, all, "all"), isOpen: last >= 0 }, languages: rowsOf(languages), intents: rowsOf(intents) };
}

function nameIn(cases: readonly GradedCase[], place: number, of: (one: GradedCase) => string | null): string | null {
  const one = cases[place];
  return one === undefined ? null : of(one);
}

/** Twenty steps through the predicted losses of cheaper models. */
function tolerancesOf(predictions: readonly (readonly number[])[], order: readonly number[]): number[] {
  const best = order.at(-1) ?? 0;
  const losses = predictions.flatMap((predicted) => order.slice(0, -1).map((m) => (predicted[best] ?? 0) - (predicted[m] ?? 0))).sort((one, other) => one - other);
  const steps = Array.from({ length: POINTS }, (_, step) => losses[Math.ceil(((step + 1) / POINTS) * losses.length) - 1]);
  return [...new Set(steps.flatMap((loss) => loss ?? []))];
}

type Measuring = { cases: readonly GradedCase[]; picks: readonly number[]; places: readonly number[]; best: number; floor: number; name: string };

/**
 * Quality and cost of the picks beside the best single model. The bound counts one case more, which went as badly as can be: few
 * cases that all went well prove nothing.
 */
function measure({ cases, picks, places, best, floor, name }: Measuring): RouterRow {
  const of = (values: (one: GradedCase) => readonly number[], pickOf: (i: number) => number) => mean(places.map((i) => (cases[i] === undefined ? 0 : (values(cases[i])[pickOf(i)] ?? 0))));
  const pick = (i: number) => picks[i] ?? best;
  const quality = of((one) => one.qualities, pick);
  const bestQuality = of((one) => one.qualities, () => best);
  const isCheaper = places.filter((i) => pick(i) !== best).length;
  const differences = places.map((i) => (cases[i]?.qualities[pick(i)] ?? 0) - (cases[i]?.qualities[best] ?? 0));
  const lower = isCheaper === 0 ? bestQuality : Math.max(0, bestQuality + lowerBound([...differences, -1]));
  return {
    name, cases: places.length, isOpen: lower >= floor * bestQuality - ROUNDING, share: places.length === 0 ? 0 : isCheaper / places.length,
    microUsd: of((one) => one.microUsd, pick), bestMicroUsd: of((one) => one.microUsd, () => best), quality, lower, bestQuality,
  };
}

function lowerBound(values: readonly number[]): number {
  const middle = mean(values);
  const variance = values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / Math.max(1, values.length - 1);
  return middle - ONE_SIDED_95 * Math.sqrt(variance / values.length);
}
