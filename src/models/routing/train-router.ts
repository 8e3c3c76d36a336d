import { calibrationError } from "../../lib/calibration-error.ts";
import type { Clock } from "../../lib/clock.ts";
import { sha256 } from "../../lib/sha256.ts";
import { recordInLedger } from "../../observe/ledger.ts";
import type { RouterReport } from "../../shapes/routing.ts";
import type { Database } from "../../storage/database.ts";
import { estimateTokens } from "../estimate-tokens.ts";
import type { ModelPrice } from "../model.ts";
import { costMicroUsd } from "../prices.ts";
import { choosePoint } from "./choose-point.ts";
import { measureGap } from "./gap-recovered.ts";
import { listGrades } from "./grade.store.ts";
import type { Grade } from "./grade.ts";
import { mean, type GradedCase } from "./graded-case.ts";
import { FOLDS, trainQualityModel, type QualityModel } from "./quality-model.ts";
import { encodeRouter, ROUTER_FORM } from "./router-bytes.ts";
import { insertRouter, listRouters, lockRouters, type RouterVersion } from "./router.store.ts";
import { gradedWithoutPrice, tooFewGrades } from "./routing.errors.ts";

/** A model that a router may choose. `price` null: not known; then every grade of it must say its cost. */
export type RoutableModel = { name: string; provider: string; modelId: string; price: ModelPrice | null };

/** `floor`: share of the best single model's quality to keep, 0..1. `by`: an actor's name in the ledger. */
export type TrainInput = { tenantId: string; /** Those of the default route. */ models: readonly RoutableModel[]; floor: number; by: string };

export type TrainOutcome = { version: RouterVersion; /** The same grades had been learned before. */ isNew: boolean; /** Models of the route with too few grades to be chosen. */ leftOut: string[]; /** Prompts that not all of the models are graded on. */ incomplete: number };

export const LEAST_CASES = 100;
/** A model graded on fewer prompts than this share of the most graded one's is left out. */
const LEAST_SHARE = 0.5;
/** Assumed length of an answer where a grade does not say its cost. */
const ANSWER_TOKENS = 300;

/**
 * Learns from the tenant's grades which model is good enough for what, measures it by cross-validation and keeps it as the next version.
 * It is not put to use (`useRouter`). The same grades, models and floor give the version there is.
 *
 * Units: seconds to a minute for 8,000 cases, on the caller's thread.
 * Throws: `models.too_few_grades`, `models.graded_without_price`.
 */
export async function trainRouter({ database, clock }: { database: Database; clock: Clock }, input: TrainInput): Promise<TrainOutcome> {
  const { tenantId, floor, by } = input;
  const { models, cases, leftOut, incomplete } = casesOf(await listGrades(database, tenantId, input.models.map(({ name }) => name)), input.models);
  const trainedOn = sha256(JSON.stringify([ROUTER_FORM, floor, models.map(({ name, provider, modelId }) => [name, provider, modelId]), cases]));
  const known = (await listRouters(database, tenantId)).find((each) => each.trainedOn === trainedOn);
  if (known !== undefined) return { version: known, isNew: false, leftOut, incomplete };
  const { report, model } = learn(cases, models, floor);
  const made = { cases: cases.length, trainedOn, by, report };
  const at = new Date(clock.nowMs());
  const number = await database.transaction(tenantId, async (query) => {
    await lockRouters(query, tenantId);
    const next = await insertRouter(query, tenantId, { ...made, model: encodeRouter(model) }, at);
    const { share, quality, lower, bestQuality, microUsd, bestMicroUsd } = report.total;
    await recordInLedger(query, tenantId, [{ kind: "routing.trained", subjectId: String(next), actor: by, at, body: { trainedOn, cases: cases.length, floor, models: models.map(({ name }) => name), share, quality, lower, bestQuality, microUsd, bestMicroUsd } }]);
    return next;
  });
  return { version: { number, ...made, at: at.toISOString() }, isNew: true, leftOut, incomplete };
}

/** Trains and measures. Pure; the same cases give the same router. */
export function learn(cases: readonly GradedCase[], models: readonly Omit<RoutableModel, "price">[], floor: number): { model: QualityModel; report: RouterReport } {
  const { model, heldBack } = trainQualityModel(cases, models.length);
  return { model, report: reportOn(cases, heldBack, models, floor) };
}

/** What a router does with these cases, by predictions that were made without having seen each. Pure. */
export function reportOn(cases: readonly GradedCase[], heldBack: readonly (readonly number[])[], models: readonly Omit<RoutableModel, "price">[], floor: number): RouterReport {
  const { best, order, ...chosen } = choosePoint(cases, heldBack, models.length, floor);
  const cheapest = order[0] ?? best;
  const gap = cheapest === best ? null : measureGap(cases.map(({ qualities }, i) => ({ weak: qualities[cheapest] ?? 0, strong: qualities[best] ?? 0, gain: (heldBack[i]?.[best] ?? 0) - (heldBack[i]?.[cheapest] ?? 0) }))).apgr;
  return {
    models: models.map(({ name, provider, modelId }, m) => ({ name, provider, modelId, quality: mean(cases.map(({ qualities }) => qualities[m] ?? 0)), microUsd: mean(cases.map(({ microUsd }) => microUsd[m] ?? 0)) })),
    best: models[best]?.name ?? "", floor, folds: FOLDS, apgr: gap,
    calibrationError: calibrationError(cases.flatMap(({ qualities }, i) => qualities.map((isRight, m) => ({ confidence: heldBack[i]?.[m] ?? 0, isRight })))), ...chosen,
  };
}

function casesOf(grades: readonly Grade[], given: readonly RoutableModel[]): { models: RoutableModel[]; cases: GradedCase[]; leftOut: string[]; incomplete: number } {
  const countOf = (name: string) => grades.filter((grade) => grade.model === name).length;
  const most = Math.max(0, ...given.map(({ name }) => countOf(name)));
  const models = given.filter(({ name }) => most > 0 && countOf(name) >= most * LEAST_SHARE);
  const leftOut = given.filter((each) => !models.includes(each)).map(({ name }) => name);
  const byPrompt = [...Map.groupBy(grades.filter((grade) => models.some(({ name }) => name === grade.model)), ({ promptHash }) => promptHash).values()];
  const complete = byPrompt.filter((each) => each.length === models.length);
  if (models.length < 2 || complete.length < LEAST_CASES) {
    const have = `${complete.length} prompts are graded for all of ${models.map(({ name }) => name).join(", ") || "no model"}`;
    throw tooFewGrades({ message: `Routing is learned from at least ${LEAST_CASES} prompts, each graded for two models or more of the route; ${have}${leftOut.length === 0 ? "" : ` (too few grades: ${leftOut.join(", ")})`}. Bring in more by \`baton routes grade import FILE\`.`, details: { cases: complete.length, leftOut } });
  }
  return { models, cases: complete.map((each) => toCase(each, models)), leftOut, incomplete: byPrompt.length - complete.length };
}

function toCase(grades: readonly Grade[], models: readonly RoutableModel[]): GradedCase {
  const ordered = models.flatMap((model) => grades.filter((grade) => grade.model === model.name).map((grade) => ({ ...grade, price: model.price })));
  const first = ordered[0];
  return {
    prompt: first?.prompt ?? "", language: first?.language ?? "", intent: ordered.find(({ intent }) => intent !== null)?.intent ?? null,
    qualities: ordered.map(({ quality }) => quality),
    microUsd: ordered.map(({ microUsd, price, prompt, model }) => {
      const cost = microUsd ?? costMicroUsd(price, { promptTokens: estimateTokens(prompt), completionTokens: ANSWER_TOKENS, isEstimated: true });
      if (cost === null) throw gradedWithoutPrice({ message: `The price of "${model}" is not known: write its \`price\` into models.yaml, or \`costUsd\` into its grades.`, details: { model } });
      return cost;
    }),
  };
}
