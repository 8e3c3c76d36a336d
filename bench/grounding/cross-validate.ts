import { createHash } from "node:crypto";
import { readReplySigns } from "../../src/guard/adapters/built-in-judge.ts";
import { RATING, type ReplySigns } from "../../src/guard/grounding/rate-reply.ts";
import type { LabelledAnswer } from "./data.ts";
import { fitLogistic, logOdds, type Example, type Logistic } from "./fit-logistic.ts";

export type Scored = { score: number; isFaithful: boolean };
/** `fitted`: on all answers, as shipped; `difference`: the largest between those and the shipped weights. */
export type Validated<Name extends string> = { scores: Record<Name, Scored[]>; fitted: Record<string, number>; difference: number };

const FOLDS = 5;
const RIDGE = 1;
/** What each label of each set counts together, so that no set outvotes another. */
const WEIGHT = 200;
const SIGNS = ["support", "words", "pairs", "asks", "ownView"] as const satisfies readonly (keyof ReplySigns)[];

type Row<Name> = Example & { set: Name; fold: number };

/** Five parts by the first passage, so that answers to the same passage are in one; every part is rated by weights fitted on the four others. */
export function crossValidate<Name extends string>(sets: Record<Name, readonly LabelledAnswer[]>): Validated<Name> {
  const rows = namesOf(sets).flatMap((set) => rowsOf(set, sets[set]));
  const models = Array.from({ length: FOLDS }, (_, fold) => fitLogistic(rows.filter((row) => row.fold !== fold), RIDGE));
  const scored = (set: Name): Scored[] => rows.filter((row) => row.set === set).map((row) => ({ score: logOdds(models[row.fold] ?? { bias: 0, coefficients: [] }, row.features), isFaithful: row.isPositive }));
  const whole = namedWeights(fitLogistic(rows, RIDGE));
  const scores = Object.fromEntries(namesOf(sets).map((set) => [set, scored(set)]));
  if (!hasAll(scores, namesOf(sets))) throw new Error("a set was lost");
  return { scores, fitted: whole, difference: Math.round(Math.max(...Object.entries(RATING).map(([name, weight]) => Math.abs(weight - (whole[name] ?? 0)))) * 100) / 100 };
}

function rowsOf<Name extends string>(set: Name, answers: readonly LabelledAnswer[]): Row<Name>[] {
  const count = (isFaithful: boolean) => answers.filter((each) => each.isFaithful === isFaithful).length;
  return answers.map(({ input, isFaithful }) => {
    const signs = readReplySigns(input);
    const fold = (createHash("md5").update((input.passages[0] ?? "").slice(0, 60)).digest()[0] ?? 0) % FOLDS;
    return { set, fold, features: SIGNS.map((name) => signs[name]), isPositive: isFaithful, weight: WEIGHT / count(isFaithful) };
  });
}

function namedWeights({ bias, coefficients }: Logistic): Record<string, number> {
  const round = (value: number) => Math.round(value * 100) / 100;
  return { bias: round(bias), ...Object.fromEntries(SIGNS.map((name, at) => [name, round(coefficients[at] ?? 0)])) };
}

function namesOf<Name extends string>(sets: Record<Name, unknown>): Name[] {
  const names: Name[] = [];
  for (const name in sets) names.push(name);
  return names;
}

function hasAll<Name extends string>(scores: Record<string, Scored[]>, names: readonly Name[]): scores is Record<Name, Scored[]> {
  return names.every((name) => name in scores);
}
