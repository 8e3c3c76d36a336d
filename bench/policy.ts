import { availableParallelism, cpus } from "node:os";
import * as cedar from "@cedar-policy/cedar-wasm/nodejs";
import { createCedarPolicy } from "../src/policy/adapters/cedar.ts";
import { toCall } from "../src/policy/cedar/to-cedar.ts";
import type { PolicyRequest } from "../src/policy/policy.ts";
import { median, percentile, rounded } from "./percentile.ts";
import { report, say } from "./report.ts";

const TOOLS = 220;
const AUDIENCES = 90;
const FOR_EVERY_TOOL = 30;
const WARM_UP = 12 * TOOLS;
/** Of a round. */
const DECISIONS = 3_000;

/**
 * One decision among 1,000 policies: what a company of 220 tools would write (four rules a tool, thirty for every tool, one
 * an audience). No two requests are the same, so that no remembered answer counts. Beside it the whole set, parsed, as Cedar decides it.
 * Returns the exit code.
 */
export async function benchPolicy({ isQuick }: { isQuick: boolean }): Promise<number> {
  const rounds = isQuick ? 3 : 15;
  say(`${cpus()[0]?.model ?? "?"}, ${availableParallelism()} cores`);
  const policies = makePolicies();
  const startedMs = performance.now();
  const policy = createCedarPolicy({ policies: policies.join("\n"), schema: null });
  const readMs = performance.now() - startedMs;

  let asked = 0;
  const decide = () => policy.decide(requestOf(asked++));
  const cold = figure([measure(TOOLS, decide)]);
  measure(WARM_UP, decide);
  const sliced = figure(Array.from({ length: rounds }, () => measure(DECISIONS, decide)));
  const staticPolicies = Object.fromEntries(policies.map((text, index) => [`p${index}`, text]));
  if (cedar.preparsePolicySet("whole", { staticPolicies }).type === "failure") throw new Error("the whole set cannot be parsed");
  const whole = figure(Array.from({ length: rounds }, () => measure(200, () => cedar.statefulIsAuthorized({ ...toCall(requestOf(asked++), []), preparsedPolicySetId: "whole" }))));

  for (const [name, { p50, p99 }] of [["by slices", sliced], ["by slices, the first of each", cold], ["the whole set", whole]] as const) say(`  ${name}: p50 ${p50} ms, p99 ${p99} ms`);
  return report({
    name: "policy", figures: { quick: isQuick, policies: policies.length, readMs: rounded(readMs, 0), slicedMs: sliced, firstOfEachMs: cold, wholeSetMs: whole },
    targets: [{ name: "a decision among 1,000 policies, p99 in ms", value: sliced.p99, mustBe: "at most", bound: 0.3 }],
  });
}

/** Of each round; the median of the rounds, since others use the machine too. */
function figure(rounds: readonly number[][]): { p50: number; p99: number } {
  const middle = (share: number) => rounded(median(rounds.map((round) => percentile(round, share))), 4);
  return { p50: middle(0.5), p99: middle(0.99) };
}

function measure(count: number, work: () => unknown): number[] {
  const taken: number[] = [];
  for (let n = 0; n < count; n += 1) {
    const fromMs = performance.now();
    work();
    taken.push(performance.now() - fromMs);
  }
  return taken;
}

function makePolicies(): string[] {
  const rules: string[] = [];
  for (let n = 0; n < TOOLS; n += 1) {
    const head = `action == Action::"useTool", resource == Tool::"tool_${n}"`;
    rules.push(`permit (principal, ${head}) when { context.facts has status && context.facts.status == "open" && context has amountCents && context.amountCents <= ${5_000 + n} };`);
    rules.push(`permit (principal is HumanAgent, ${head}) when { context.facts has status && context.facts.status == "open" };`);
    rules.push(`forbid (principal, ${head}) when { context.facts has status && context.facts.status == "closed" };`);
    rules.push(`@approval("role:team-lead") forbid (principal, ${head}) when { context has amountCents && context.amountCents > 4000 } unless { principal is HumanAgent };`);
  }
  for (let n = 0; n < FOR_EVERY_TOOL; n += 1) rules.push(`forbid (principal, action == Action::"useTool", resource) when { context.channel == "channel_${n}" && resource.risk == "money" };`);
  for (let n = 0; n < AUDIENCES; n += 1) rules.push(`permit (principal, action == Action::"readAudience", resource == Audience::"audience_${n}") when { context.isVerified };`);
  return rules;
}

function requestOf(n: number): PolicyRequest {
  return {
    principal: { type: n % 5 === 0 ? "HumanAgent" : "AiAgent", id: "assistant" }, action: "useTool", resource: { type: "Tool", id: `tool_${n % TOOLS}`, attributes: { risk: n % 3 === 0 ? "money" : "write" } },
    context: { tool: `tool_${n % TOOLS}`, channel: "web", isVerified: true, risk: "money", autonomy: "act", confidencePercent: n % 100, amountCents: n % 6_000, facts: { status: n % 7 === 0 ? "closed" : "open", totalCents: n } },
  };
}
