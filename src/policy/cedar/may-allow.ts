import * as cedar from "@cedar-policy/cedar-wasm/nodejs";
import { isRecord } from "../../lib/is-record.ts";
import { preparse } from "./preparsed.ts";
import type { Rule } from "./read-rules.ts";
import type { Slice } from "./rule-index.ts";
import type { toCall } from "./to-cedar.ts";

type Call = ReturnType<typeof toCall>;

/**
 * Whether the slices allow a request, or let people allow it, for some value of the attributes of its context that are not known yet.
 * It never says no where a value would do; where two conditions exclude each other it may say yes.
 *
 * An error of a rule denies, so it counts as what keeps the rules from allowing. Rules that do not ask for the unknown are decided
 * as they always are; only the others cost more. Pure.
 */
export function mayAllow(hash: string, slices: readonly Slice[], call: Call, unknown: readonly string[]): boolean {
  const rules = new Map(slices.flatMap((slice) => slice.rules.map((rule) => [rule.id, rule])));
  const open = [...rules.values()].filter((rule) => unknown.some((name) => rule.asked.has(name)));
  const isClosed = (id: string) => !open.some((rule) => rule.id === id);
  let isPermitted = false;
  for (const slice of slices) {
    for (const how of ["all", "permits"] as const) {
      const chosen = how === "all" ? slice.rules : slice.rules.filter((rule) => rule.effect === "permit");
      if (chosen.length === 0) continue;
      const answer = cedar.statefulIsAuthorized({ ...call, preparsedPolicySetId: preparse(`${hash} ${how} ${slice.key}`, chosen) });
      if (answer.type === "failure") return false;
      const { errors, reason } = answer.response.diagnostics;
      if (errors.some((error) => isClosed(error.policyId))) return false;
      const fired = reason.filter(isClosed).map((id) => rules.get(id));
      if (fired.some((rule) => rule?.effect === "forbid" && rule.approval === null)) return false;
      isPermitted ||= fired.some((rule) => rule?.effect === "permit");
    }
  }
  return open.length === 0 ? isPermitted : leavesOpen(open, call, unknown, isPermitted);
}

/** Source: Cedar's partial evaluation, which leaves of each rule what hangs on the unknown. */
function leavesOpen(rules: readonly Rule[], call: Call, unknown: readonly string[], isPermitted: boolean): boolean {
  const context = { ...call.context, ...Object.fromEntries(unknown.map((name) => [name, { __extn: { fn: "unknown", arg: name } }])) };
  const answer = cedar.isAuthorizedPartial({ ...call, context, policies: { staticPolicies: Object.fromEntries(rules.map((rule) => [rule.id, rule.text])) } });
  if (answer.type === "failure" || answer.response.errored.length > 0) return false;
  const { satisfied, nontrivialResiduals, residuals } = answer.response;
  const [sure, open] = [new Set(satisfied), new Set(nontrivialResiduals)];
  const left = (rule: Rule) => residuals[rule.id]?.conditions.map(({ body }): unknown => body) ?? [];
  const forbids = (rule: Rule) => sure.has(rule.id) || (open.has(rule.id) && left(rule).every(isNeverFalse));
  const permits = (rule: Rule) => sure.has(rule.id) || (open.has(rule.id) && !left(rule).some(isNeverTrue));
  return !rules.some((rule) => rule.effect === "forbid" && rule.approval === null && forbids(rule)) && (isPermitted || rules.some((rule) => rule.effect === "permit" && permits(rule)));
}

/** It is false, or fails, whatever the unknown is. */
function isNeverTrue(expression: unknown): boolean {
  return isAlways(false, expression);
}

function isNeverFalse(expression: unknown): boolean {
  return isAlways(true, expression);
}

/** `truth`, or an error, whatever the unknown is; what is not seen through counts as open. */
function isAlways(truth: boolean, expression: unknown): boolean {
  if (!isRecord(expression)) return false;
  if ("Value" in expression) return expression["Value"] === truth;
  const sides = (operator: string): unknown[] => {
    const given = expression[operator];
    return isRecord(given) ? [given["left"], given["right"]] : [];
  };
  const [all, one] = truth ? ["&&", "||"] : ["||", "&&"];
  if (all in expression) return sides(all).every((side) => isAlways(truth, side));
  if (one in expression) return sides(one).some((side) => isAlways(truth, side));
  const inner = expression["!"];
  if (isRecord(inner)) return isAlways(!truth, inner["arg"]);
  const choice = expression["if-then-else"];
  return isRecord(choice) && isAlways(truth, choice["then"]) && isAlways(truth, choice["else"]);
}
