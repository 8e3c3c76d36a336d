import assert from "node:assert/strict";
import { test } from "node:test";
import type { ApprovalRule, Policy, PolicyDecision } from "../../policy/policy.ts";
import type { Person } from "./fill-places.ts";
import { judgeApproved } from "./judge-approved.ts";

const one = (people = 1): ApprovalRule => ({ groups: [{ anyOf: [{ kind: "role", role: "agent" }], people }], deadlineMs: null });
const allow: PolicyDecision = { effect: "allow", rules: ["may"] };
const nobody: PolicyDecision = { effect: "deny", rules: [], reason: "No policy allows this.", needsPerson: true };
const forbid: PolicyDecision = { effect: "deny", rules: ["barred"], reason: "No.", needsPerson: false };
const approve = (people = 1): PolicyDecision => ({ effect: "approve", rules: ["asked"], reason: "Ask.", by: one(people) });
const ada: Person = { userId: "ada", email: "ada@example.com", role: "agent" };
const ben: Person = { userId: "ben", email: "ben@example.com", role: "agent" };

function judge(caller: PolicyDecision, asPeople: Record<string, PolicyDecision>, people: readonly Person[], rights = people): PolicyDecision {
  const policy: Policy = { id: "test", hash: "test", decide: ({ principal }) => (principal.type === "HumanAgent" ? (asPeople[principal.id] ?? nobody) : caller) };
  return judgeApproved(policy, { principal: { type: "AiAgent", id: "assistant" }, action: "useTool", resource: { type: "Tool", id: "pay" }, context: {} }, { people, rights });
}

test("a permit for the caller that asks people needs no permit for these people", () => {
  assert.equal(judge(approve(), {}, [ada]).effect, "allow");
});

test("what policy forbids one approver, no approval lifts", () => {
  assert.deepEqual(judge(approve(), { ada: forbid }, [ada]), forbid);
  assert.deepEqual(judge(allow, { ben: forbid, ada: allow }, [ada, ben]), forbid);
});

test("what an approver may do, they may let be done, although the caller may not", () => {
  assert.equal(judge(forbid, { ada: allow }, [ada]).effect, "allow");
  assert.equal(judge(forbid, {}, [ada]).effect, "deny");
});

test("when policy asks for more people now, or is met by one who stands in for both, it is not enough", () => {
  assert.equal(judge(approve(2), {}, [ada]).effect, "approve");
  assert.equal(judge(approve(2), {}, [ada, ben]).effect, "allow");
  assert.equal(judge(approve(2), {}, [ada, ben], [{ ...ada, role: "other" }, ben]).effect, "approve");
});
