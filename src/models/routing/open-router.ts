import { detectLanguage } from "../../lib/detect-language.ts";
import type { Log } from "../../lib/log.ts";
import { repeat } from "../../lib/repeat.ts";
import type { RouterReport } from "../../shapes/routing.ts";
import type { Database } from "../../storage/database.ts";
import type { CallPurpose } from "../call-context.ts";
import type { ModelRequest } from "../model.ts";
import { pickModel, type PointRule } from "./choose-point.ts";
import { createPredictor } from "./quality-model.ts";
import { decodeRouter } from "./router-bytes.ts";
import { readActiveRouter, readRouter, readRouterBytes } from "./router.store.ts";
import type { RoutableModel } from "./train-router.ts";

const FOLLOW_EVERY_MS = 2_000;
/** What prompts are graded for: answers to people. Understanding, judging and rewriting have other prompts. */
const PURPOSES: ReadonlySet<CallPurpose> = new Set(["reply", "gateway"]);

/** Names of models, the one to ask first before those that stand in for it, and why, for the trace. */
export type ModelChoice = { names: string[]; reason: string };

export type LearnedRouter = {
  /** Null: the learned router has no say here, and the default route holds. */
  chooseModelFor(request: ModelRequest): ModelChoice | null;
  /** Whether it goes by intents. */
  needsIntent(): boolean;
  /** Why the router in use is not followed; null when it is, or none is. */
  stale(): string | null;
  follow(): Promise<void>;
  stop(): Promise<void>;
};

export type RouterDeps = { database: Database; log: Log; tenantId: string; /** The models of `models.yaml` as they are now. */ models: readonly Omit<RoutableModel, "price">[] };

type Open = { version: number; needsIntent: boolean; choose: (request: ModelRequest) => ModelChoice | null };

/**
 * Opens the tenant's router that is in use, and follows when another one is; while the database is away the last known one holds.
 * A router whose models have changed since it was trained is not followed: what it has measured is not theirs.
 */
export async function openLearnedRouter(deps: RouterDeps): Promise<LearnedRouter> {
  const { database, tenantId } = deps;
  let active: number | null = null;
  let open: Open | null = null;
  let stale: string | null = null;
  const follow = async () => {
    const now = await readActiveRouter(database, tenantId);
    if (now === active) return;
    const read = now === null ? { open: null, stale: null } : await openVersion(deps, now);
    ({ open, stale } = read);
    active = now;
    if (stale !== null) deps.log.warn("models.router_stale", { version: now, reason: stale });
  };
  await follow();
  const following = repeat(follow, { everyMs: FOLLOW_EVERY_MS, waitsFirst: true, log: deps.log, failure: "models.router_not_followed" });
  return { chooseModelFor: (request) => open?.choose(request) ?? null, needsIntent: () => open?.needsIntent ?? false, stale: () => stale, follow, stop: () => following.stop() };
}

async function openVersion({ database, tenantId, models }: RouterDeps, number: number): Promise<{ open: Open | null; stale: string | null }> {
  const [version, bytes] = await Promise.all([readRouter(database, tenantId, number), readRouterBytes(database, tenantId, number)]);
  const model = bytes === null ? null : decodeRouter(bytes);
  if (version === null || model === null) return { open: null, stale: "It was trained by another version of Baton: train it anew by `baton routes train`." };
  const changed = version.report.models.find((one) => !models.some(({ name, provider, modelId }) => name === one.name && provider === one.provider && modelId === one.modelId));
  if (changed !== undefined) return { open: null, stale: `The model "${changed.name}" of models.yaml is not what the router was trained for: train it anew by \`baton routes train\`.` };
  return { open: { version: number, needsIntent: version.report.chosen !== null && version.report.intents.length > 0, choose: createChooser(number, version.report, createPredictor(model)) }, stale: null };
}

/** The choice by one router, for requests of a kind that it was measured on. Pure. */
export function createChooser(number: number, report: RouterReport, predict: (prompt: string) => number[]): (request: ModelRequest) => ModelChoice | null {
  const names = report.models.map(({ name }) => name);
  const best = names.indexOf(report.best);
  const byQuality = [...names.keys()].sort((one, other) => (report.models[other]?.quality ?? 0) - (report.models[one]?.quality ?? 0));
  const rule: PointRule | null = report.chosen === null ? null : { order: orderOf(report, best), tolerance: report.points[report.chosen]?.tolerance ?? 0 };
  const isOpenIn = (rows: RouterReport["languages"], name: string | undefined) => rows.some((row) => row.isOpen && row.name === name);
  const answer = (first: number, why: string): ModelChoice => ({ names: [first, ...byQuality.filter((m) => m !== first)].flatMap((m) => names[m] ?? []), reason: `router ${number}: ${why}` });
  return ({ context, messages }) => {
    if (!PURPOSES.has(context.purpose)) return null;
    const prompt = messages.findLast((message) => message.role === "user")?.text ?? "";
    if (rule === null) return answer(best, "no cheaper model is proven to keep the quality");
    const language = context.traits?.language ?? detectLanguage(prompt);
    if (!isOpenIn(report.languages, language)) return answer(best, `not proven for the language ${language}`);
    const intent = context.traits?.intent;
    if (report.intents.length > 0 && !isOpenIn(report.intents, intent)) return answer(best, `not proven for ${intent === undefined ? "a message without intent" : `the intent ${intent}`}`);
    const predicted = predict(prompt);
    const first = pickModel(rule, predicted);
    const say = (m: number) => `${names[m] ?? ""} ${(predicted[m] ?? 0).toFixed(2)}`;
    return answer(first, first === best ? `${say(best)}, cheaper ones are predicted to be worse by more than ${rule.tolerance.toFixed(3)}` : `${say(first)} against ${say(best)}, good enough`);
  };
}

/** The models cheaper than the best one, cheapest first, and the best one. */
function orderOf({ models }: RouterReport, best: number): number[] {
  const costOf = (m: number) => models[m]?.microUsd ?? 0;
  return [...[...models.keys()].filter((m) => m !== best && costOf(m) < costOf(best)).sort((one, other) => costOf(one) - costOf(other)), best];
}
