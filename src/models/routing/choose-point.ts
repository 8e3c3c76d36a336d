import type { RouterPoint, RouterRow } from "../../shapes/routing.ts";
import { mean, type GradedCase } from "./graded-case.ts";

/** What decides where a request goes. `order`: the models that may be chosen, cheapest first, the best single one last. */
export type PointRule = { order: readonly number[]; tolerance: number };

/** The chance of taking a floor for kept that is not: of the whole, and of all languages and intents together. */
const ERROR = 0.05;
/** Of a cheaper model against the best one: wrong where that is right. */
const WORST = -1;
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
 * The points are fixed by the predictions alone and tried from careful to bold, in all and in every language and intent; the first
 * whose quality is not proven to keep the floor ends it there, so that trying many does not find one by luck. Of the points that are
 * proven in all, that one is chosen which costs least: a language or an intent in which it is not proven goes to the best single model
 * as a whole, as do those that are not in the cases, and those in which no case went to a cheaper model: what a cheaper one makes of
 * them was not seen. The more of them are looked at, the more each has to prove, so that all that are opened hold together with
 * the same certainty.
 *
 * Shapes: `predictions[i]` are those of `cases[i]`, in the models' order. `floor`: share of the best single model's quality to keep, 0..1.
 * Replay: pure.
 * Source: fixed-sequence testing (Maurer et al. 1995); paired differences with a one-sided normal bound; Bonferroni for the slices.
 */
export function choosePoint(cases: readonly GradedCase[], predictions: readonly (readonly number[])[], models: number, floor: number): Chosen {
  const quality = Array.from({ length: models }, (_, m) => mean(cases.map((one) => one.qualities[m] ?? 0)));
  const cost = Array.from({ length: models }, (_, m) => mean(cases.map((one) => one.microUsd[m] ?? 0)));
  const ranked = [...quality.keys()].sort((one, other) => (quality[other] ?? 0) - (quality[one] ?? 0) || (cost[one] ?? 0) - (cost[other] ?? 0));
  const best = ranked[0] ?? 0;
  const order = [...quality.keys()].filter((m) => m !== best && (cost[m] ?? 0) < (cost[best] ?? 0)).sort((one, other) => (cost[one] ?? 0) - (cost[other] ?? 0));
  order.push(best);
  const measured = (picks: readonly number[], places: readonly number[], name: string, error = ERROR) => measure({ cases, picks, places, best, floor, name, error });
  const all = [...cases.keys()];
  const tried = tolerancesOf(predictions, order).map((tolerance) => {
    const picks = predictions.map((predicted) => pickModel({ order, tolerance }, predicted));
    return { tolerance, picks, row: measured(picks, all, "all") };
  });
  const proven = tried.slice(0, lastProven(tried.map(({ row }) => row)) + 1);
  const slicesBy = (of: (one: GradedCase) => string | null) => [...Map.groupBy(all.filter((i) => nameIn(cases, i, of) !== null), (i) => nameIn(cases, i, of) ?? "")];
  const [byLanguage, byIntent] = [slicesBy((one) => one.language), slicesBy((one) => one.intent)];
  const tests = [...byLanguage, ...byIntent].filter(([, places]) => proven.some(({ picks }) => places.some((i) => picks[i] !== best))).length;
  const error = ERROR / Math.max(1, tests);
  const tested = ([name, places]: [string, number[]]): Slice => {
    const rows = proven.map(({ picks }) => measured(picks, places, name, error));
    const last = lastProven(rows);
    return { name, places, isOpenAt: (point) => point <= last && (rows[point]?.share ?? 0) > 0 };
  };
  const [languages, intents] = [byLanguage.map(tested), byIntent.map(tested)];
  const picksAt = (point: number) => {
    const closed = new Set([...languages, ...intents].filter((slice) => !slice.isOpenAt(point)).flatMap(({ places }) => places));
    // Cases without an intent stand for requests whose intent is not known; where others have one, these are not measured.
    if (intents.length > 0) for (const i of all) if (cases[i]?.intent === null) closed.add(i);
    return proven[point]?.picks.map((pick, i) => (closed.has(i) ? best : pick)) ?? cases.map(() => best);
  };
  const total = (point: number) => measured(picksAt(point), all, "all");
  const cheapest = [...proven.keys()].reduce((least, point) => (total(point).microUsd < total(least).microUsd ? point : least), 0);
  const chosen = total(cheapest).share === 0 ? null : cheapest;
  const rowsOf = (given: readonly Slice[]) => given.map(({ name, places, isOpenAt }) => ({ ...measured(picksAt(cheapest), places, name, error), isOpen: isOpenAt(cheapest) })).sort((one, other) => other.cases - one.cases);
  return { best, order, points: tried.map(({ tolerance, row }) => ({ tolerance, share: row.share, microUsd: row.microUsd, quality: row.quality, lower: row.lower })), chosen, total: total(cheapest), languages: rowsOf(languages), intents: rowsOf(intents) };
}

/** A language or an intent. */
type Slice = { name: string; places: readonly number[]; isOpenAt(point: number): boolean };

/** The last point before the first that is not proven; -1: none is. Where no case goes to a cheaper model there is nothing to prove. */
function lastProven(rows: readonly RouterRow[]): number {
  const failed = rows.findIndex(({ share, isOpen }) => share > 0 && !isOpen);
  return failed === -1 ? rows.length - 1 : failed - 1;
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

type Measuring = { cases: readonly GradedCase[]; picks: readonly number[]; places: readonly number[]; best: number; floor: number; name: string; /** The chance of being wrong about it, 0..1. */ error: number };

/**
 * Quality and cost of the picks beside the best single model. The bound counts one case more, which went as badly as can be (and
 * more than one where it has to be surer): few cases that all went well prove nothing, and where none went to a cheaper model nothing is proven either.
 */
function measure({ cases, picks, places, best, floor, name, error }: Measuring): RouterRow {
  const of = (values: (one: GradedCase) => readonly number[], pickOf: (i: number) => number) => mean(places.map((i) => (cases[i] === undefined ? 0 : (values(cases[i])[pickOf(i)] ?? 0))));
  const pick = (i: number) => picks[i] ?? best;
  const quality = of((one) => one.qualities, pick);
  const bestQuality = of((one) => one.qualities, () => best);
  const isCheaper = places.filter((i) => pick(i) !== best).length;
  const differences = places.map((i) => (cases[i]?.qualities[pick(i)] ?? 0) - (cases[i]?.qualities[best] ?? 0));
  const lower = isCheaper === 0 ? bestQuality : Math.max(0, bestQuality + lowerBound(differences, error));
  return {
    name, cases: places.length, isOpen: isCheaper > 0 && lower >= floor * bestQuality - ROUNDING, share: places.length === 0 ? 0 : isCheaper / places.length,
    microUsd: of((one) => one.microUsd, pick), bestMicroUsd: of((one) => one.microUsd, () => best), quality, lower, bestQuality,
  };
}

/** The mean that is kept but for this chance of being wrong. A normal bound is too hopeful where few cases differ, and the more so the surer it has to be: hence the cases more. */
function lowerBound(values: readonly number[], error: number): number {
  const quantile = upperQuantile(error);
  const more = (quantile / upperQuantile(ERROR)) ** 2;
  const count = values.length + more;
  const middle = (values.reduce((sum, value) => sum + value, 0) + more * WORST) / count;
  const variance = (values.reduce((sum, value) => sum + (value - middle) ** 2, 0) + more * (WORST - middle) ** 2) / Math.max(1, count - 1);
  return middle - quantile * Math.sqrt(variance / count);
}

/**
 * Above which a normally distributed value lies with this chance (0 < chance <= 0.5), within 0.00045.
 * Source: Abramowitz and Stegun 26.2.23.
 */
function upperQuantile(chance: number): number {
  const t = Math.sqrt(-2 * Math.log(chance));
  return t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
}
