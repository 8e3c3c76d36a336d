import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import { z } from "zod";
import { sha256 } from "../src/lib/sha256.ts";
import { estimateTokens } from "../src/models/estimate-tokens.ts";
import type { ModelRequest } from "../src/models/model.ts";
import { measureGap, type GapCase, type GapRecovered } from "../src/models/routing/gap-recovered.ts";
import { mean, type GradedCase } from "../src/models/routing/graded-case.ts";
import { createChooser } from "../src/models/routing/open-router.ts";
import { createPredictor, FOLDS, trainQualityModel } from "../src/models/routing/quality-model.ts";
import { reportOn } from "../src/models/routing/train-router.ts";
import { report, say, type Target } from "./report.ts";

const BENCHMARKS = ["mmlu", "gsm8k", "mt_bench"] as const;
const pair = z.object({ bench: z.enum(BENCHMARKS), prompt: z.string(), weak_ok: z.boolean(), strong_ok: z.boolean() });
type Pair = z.output<typeof pair>;
type Named = Record<string, GapRecovered & { prompts: number }>;

/** Those that the data set was graded with. */
const MODELS = [{ name: "mixtral-8x7b", provider: "mistral", modelId: "Mixtral-8x7B-Instruct" }, { name: "gpt-4", provider: "openai", modelId: "gpt-4-1106-preview" }];
/** Micro-USD a token of prompt or answer, weak and strong, and an answer's length: the data set has no answers. Source: RouteLLM, arXiv:2406.18665, cost analysis. */
const MICRO_USD = [0.24, 24.7] as const;
const ANSWER_TOKENS = 300;
const FLOORS = [0.98, 0.95, 0.9] as const;

/** Draws for the random router's figures. */
const DRAWS = 20;

/**
 * The router's learning and accounting on RouteLLM's prompts (`../shared/data/routellm`; another place by `BATON_DATA_SETS`), right or
 * wrong by a weak and a strong model: 5 folds by the hash of the prompt, so that equal prompts are in one; each prompt is placed by a
 * model that has seen neither it nor its fold. Beside it a router that draws.
 * Then the choice itself: five times a fifth of the prompts is kept from training and from the choice of the point, and answered as the
 * product would. What the floor promises must hold there. Returns the exit code.
 */
export function proveRouting(): number {
  const file = join(resolve(process.env["BATON_DATA_SETS"] ?? "../shared/data"), "routellm", "pairs_dev.jsonl.gz");
  if (!existsSync(file)) {
    say("skipped: the data set is not here; set BATON_DATA_SETS to its folder");
    return 0;
  }
  const pairs = gunzipSync(readFileSync(file)).toString("utf8").split("\n").filter((line) => line !== "").map((line) => pair.parse(JSON.parse(line)));
  const startMs = performance.now();
  const cases = pairs.map(toCase);
  const { heldBack } = trainQualityModel(cases, MODELS.length);
  const seconds = Math.round((performance.now() - startMs) / 1_000);
  say(`${pairs.length} prompts, ${FOLDS} folds by the hash of the prompt, trained in ${seconds} s with the model for use`);
  const learned = measureAll(pairs, (i) => (heldBack[i]?.[1] ?? 0) - (heldBack[i]?.[0] ?? 0));
  const random = averageOf(Array.from({ length: DRAWS }, () => measureAll(pairs, () => Math.random())));
  const costs = costsOf(cases);
  for (const [name, one] of Object.entries(learned)) say(`${name.padEnd(9)} ${sayGap(one, costs)}   a router that draws: ${sayGap(random[name] ?? one, costs)}`);
  for (const name of BENCHMARKS) if (learned[name] === undefined) say(`${name.padEnd(9)} no prompts in this data set`);
  const folded = Array.from({ length: FOLDS }, (_, fold) => trainWithout(cases, fold));
  const kept = FLOORS.map((floor) => ({ floor, ...measureKept(folded, floor) }));
  for (const { floor, share, quality, bestQuality, usdPerThousand, bestUsdPerThousand } of kept) say(`floor ${percent(floor)}: of prompts kept from the choice ${percent(share)} go to the weak model; quality ${percent(quality)} of ${percent(bestQuality)}, USD ${usdPerThousand.toFixed(2)} of ${bestUsdPerThousand.toFixed(2)} a thousand`);
  const targets: Target[] = kept.map(({ floor, quality, bestQuality }) => ({ name: `quality of prompts kept from the choice, of the strong model's, floor ${floor}`, value: rounded(quality / bestQuality), mustBe: "at least", bound: floor }));
  return report({ name: "routing", figures: { prompts: pairs.length, folds: FOLDS, seconds, usdPerThousand: costs, learned, random, kept }, targets: [{ name: "APGR of prompts not seen, all together", value: rounded(learned["together"]?.apgr ?? 0), mustBe: "at least", bound: 0.6 }, ...targets] });
}

function toCase({ bench, prompt, weak_ok: weak, strong_ok: strong }: Pair): GradedCase {
  const tokens = estimateTokens(prompt) + ANSWER_TOKENS;
  return { prompt, intent: bench, language: "en", qualities: [Number(weak), Number(strong)], microUsd: MICRO_USD.map((each) => each * tokens) };
}

/** Of a thousand prompts that all go to the one model or the other. */
function costsOf(cases: readonly GradedCase[]): { weak: number; strong: number } {
  const of = (model: number) => rounded(mean(cases.map(({ microUsd }) => microUsd[model] ?? 0)) / 1_000);
  return { weak: of(0), strong: of(1) };
}

type Kept = { share: number; quality: number; bestQuality: number; usdPerThousand: number; bestUsdPerThousand: number };
type Trained = { rest: GradedCase[]; out: GradedCase[]; heldBack: readonly (readonly number[])[]; predict: (prompt: string) => number[] };

/** Each fifth as the product would answer it, by a router that was trained and chosen on the others. */
function measureKept(folded: readonly Trained[], floor: number): Kept {
  const answered = folded.flatMap(({ rest, out, heldBack, predict }) => {
    const choose = createChooser(1, reportOn(rest, heldBack, MODELS, floor), predict);
    return out.map((one) => ({ one, isWeak: choose(requestOf(one))?.names[0] === MODELS[0]?.name }));
  });
  const of = (values: (one: GradedCase) => readonly number[], isWeak: (given: { isWeak: boolean }) => boolean) => mean(answered.map((given) => values(given.one)[isWeak(given) ? 0 : 1] ?? 0));
  const usd = (microUsd: number) => rounded(microUsd / 1_000);
  return {
    share: rounded(mean(answered.map(({ isWeak }) => Number(isWeak)))), quality: of((one) => one.qualities, ({ isWeak }) => isWeak), bestQuality: of((one) => one.qualities, () => false),
    usdPerThousand: usd(of((one) => one.microUsd, ({ isWeak }) => isWeak)), bestUsdPerThousand: usd(of((one) => one.microUsd, () => false)),
  };
}

/** The folds of training go by the same hash, so another part of it says what is kept. */
function trainWithout(cases: readonly GradedCase[], fold: number): Trained {
  const isOut = ({ prompt }: GradedCase) => Number.parseInt(sha256(prompt).slice(8, 16), 16) % FOLDS === fold;
  const rest = cases.filter((one) => !isOut(one));
  const { model, heldBack } = trainQualityModel(rest, MODELS.length);
  return { rest, out: cases.filter(isOut), heldBack, predict: createPredictor(model) };
}

function requestOf({ prompt, intent, language }: GradedCase): ModelRequest {
  return { context: { tenantId: "bench", purpose: "reply", dataClasses: [], audiences: [], traits: { language, ...(intent === null ? {} : { intent }) } }, messages: [{ role: "user", text: prompt }], tools: [], maxOutputTokens: ANSWER_TOKENS, temperature: 0, signal: new AbortController().signal };
}

function measureAll(pairs: readonly Pair[], gainOf: (place: number) => number): Named {
  const cases = pairs.map((each, place): GapCase & { bench: string } => ({ bench: each.bench, weak: Number(each.weak_ok), strong: Number(each.strong_ok), gain: gainOf(place) }));
  const parts = [["together", cases] as const, ...BENCHMARKS.map((bench) => [bench, cases.filter((each) => each.bench === bench)] as const)];
  return Object.fromEntries(parts.filter(([, of]) => of.length > 0).map(([name, of]) => [name, { prompts: of.length, ...measureGap(of) }]));
}

function averageOf(draws: readonly Named[]): Named {
  const first = draws[0] ?? {};
  return Object.fromEntries(Object.entries(first).map(([name, one]) => {
    const average = (of: (given: GapRecovered) => number | null) => draws.reduce((sum, draw) => sum + ((draw[name] === undefined ? null : of(draw[name])) ?? 0), 0) / draws.length;
    return [name, { ...one, apgr: average((each) => each.apgr), shareFor50: average((each) => each.shareFor50), shareFor80: average((each) => each.shareFor80) }];
  }));
}

function sayGap({ apgr, shareFor50, shareFor80 }: GapRecovered, { weak, strong }: { weak: number; strong: number }): string {
  const at = (share: number | null) => (share === null ? "–" : `${percent(share)} strong calls (USD ${(share * strong + (1 - share) * weak).toFixed(2)} a thousand)`);
  return `APGR ${(apgr ?? 0).toFixed(3)}, half of the gap at ${at(shareFor50)}, 80 % of it at ${at(shareFor80)}`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
