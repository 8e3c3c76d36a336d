import * as cedar from "@cedar-policy/cedar-wasm/nodejs";
import { sha256 } from "../../lib/sha256.ts";
import type { PolicyRequest } from "../policy.ts";
import { preparse } from "./preparsed.ts";
import type { Rule } from "./read-rules.ts";
import { toCall } from "./to-cedar.ts";

/**
 * Every rule that a request satisfies, permits beside forbids (a decision names only those that decided). A rule that fails
 * is none of them.
 */
export function createRuleAsker(rules: readonly Rule[], groupsOf: (action: string) => readonly string[]): (request: PolicyRequest) => ReadonlySet<string> {
  const hash = sha256(rules.map((rule) => `${rule.id}\n${rule.text}`).join("\n"));
  const sides = (["permit", "forbid"] as const).map((effect) => ({ effect, rules: rules.filter((rule) => rule.effect === effect) })).filter((side) => side.rules.length > 0);
  return (request) => {
    const call = toCall(request, groupsOf(request.action));
    return new Set(sides.flatMap((side) => {
      const answer = cedar.statefulIsAuthorized({ ...call, preparsedPolicySetId: preparse(`${hash} ${side.effect}`, side.rules) });
      return answer.type === "success" ? answer.response.diagnostics.reason : [];
    }));
  };
}
