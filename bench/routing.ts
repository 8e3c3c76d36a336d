import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import { z } from "zod";
import { measureGap, type GapCase, type GapRecovered } from "../src/models/routing/gap-recovered.ts";
import type { GradedCase } from "../src/models/routing/graded-case.ts";
import { FOLDS, trainQualityModel } from "../src/models/routing/quality-model.ts";
import { report, say } from "./report.ts";

const BENCHMARKS = ["mmlu", "gsm8k", "mt_bench"] as const;
const pair = z.object({ bench: z.enum(BENCHMARKS), prompt: z.string(), weak_ok: z.boolean(), strong_ok: z.boolean() });
type Pair = z.output<typeof pair>;
type Named = Record<string, GapRecovered & { prompts: number }>;

/** Draws for the random router's figures. */
const DRAWS = 20;

/**
 * The router's learning and accounting on RouteLLM's prompts (`../shared/data/routellm`; another place by `BATON_DATA_SETS`), right or
 * wrong by a weak and a strong model: 5 folds by the hash of the prompt, so that equal prompts are in one; each prompt is placed by a
 * model that has seen neither it nor its fold. Beside it a router that draws. Returns the exit code.
 */
export function proveRouting(): number {
  const file = join(resolve(process.env["BATON_DATA_SETS"] ?? "../shared/data"), "routellm", "pairs_dev.jsonl.gz");
  if (!existsSync(file)) {
    say("skipped: the data set is not here; set BATON_DATA_SETS to its folder");
    return 0;
  }
  const pairs = gunzipSync(readFileSync(file)).toString("utf8").split("\n").filter((line) => line !== "").map((line) => pair.parse(JSON.parse(line)));
  const startMs = performance.now();
  const { heldBack } = trainQualityModel(pairs.map(toCase), 2);
  const seconds = Math.round((performance.now() - startMs) / 1_000);
  say(`${pairs.length} prompts, ${FOLDS} folds by the hash of the prompt, trained in ${seconds} s with the model for use`);
  const learned = measureAll(pairs, (i) => (heldBack[i]?.[1] ?? 0) - (heldBack[i]?.[0] ?? 0));
  const random = averageOf(Array.from({ length: DRAWS }, () => measureAll(pairs, () => Math.random())));
  for (const [name, one] of Object.entries(learned)) say(`${name.padEnd(9)} ${sayGap(one)}   a router that draws: ${sayGap(random[name] ?? one)}`);
  for (const name of BENCHMARKS) if (learned[name] === undefined) say(`${name.padEnd(9)} no prompts in this data set`);
  return report({ name: "routing", figures: { prompts: pairs.length, folds: FOLDS, seconds, learned, random }, targets: [{ name: "APGR of prompts not seen, all together", value: rounded(learned["together"]?.apgr ?? 0), mustBe: "at least", bound: 0.6 }] });
}

function toCase({ prompt, weak_ok: weak, strong_ok: strong }: Pair): GradedCase {
  return { prompt, intent: null, language: "en", qualities: [Number(weak), Number(strong)], microUsd: [0, 0] };
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

function sayGap({ apgr, shareFor50, shareFor80 }: GapRecovered): string {
  const percent = (share: number | null) => (share === null ? "–" : `${(share * 100).toFixed(1)} %`);
  return `APGR ${(apgr ?? 0).toFixed(3)}, half of the gap at ${percent(shareFor50)} strong calls, 80 % of it at ${percent(shareFor80)}`;
}

function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
