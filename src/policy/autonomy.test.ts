import assert from "node:assert/strict";
import { test } from "node:test";
import { autonomyFor, limitByAutonomy, nextLevel, RUNGS, type AutonomyLevel, type AutonomyRung } from "./autonomy.ts";
import { autonomySection } from "./autonomy-file.ts";
import type { PolicyDecision } from "./policy.ts";

const plan = autonomySection.parse({
  level: "act", approval: { by: "role:team-lead", people: 2, deadline: "PT1H" }, measure: { window: 50, minimum: 10, promoteAtMost: 0.05, demoteAbove: 0.2 },
  rules: [
    { name: "small-refunds", intents: ["refund_order"], channels: ["web"], risks: ["money"], amountUpTo: 50, level: "act_with_approval", lowest: "draft", highest: "act" },
    { name: "money", risks: ["money", "irreversible"], level: "draft" },
  ],
});
const state = (levels: [string, AutonomyLevel][] = [], closed: AutonomyRung[] = []) => ({ levels: new Map(levels), closed: new Set(closed) });
const refund = { intent: "refund_order", channel: "web", risk: "money", amountCents: 5_000 };

test("the first rule that fits intent, channel, risk and amount counts", () => {
  const level = (asked: object) => autonomyFor(plan, state(), { ...refund, ...asked });
  assert.deepEqual(level({}), { level: "act_with_approval", rule: "small-refunds", closedRung: null });
  for (const other of [{ intent: "cancel_order" }, { intent: null }, { channel: "email" }, { amountCents: 5_001 }, { amountCents: null }, { risk: "irreversible" }]) assert.equal(level(other).rule, "money", JSON.stringify(other));
  assert.deepEqual(level({ risk: "write" }), { level: "act", rule: null, closedRung: null });
  assert.equal(autonomyFor(plan, state([["small-refunds", "act"]]), refund).level, "act");
});

test("a closed rung closes those above it, and the lowest switches the assistant off", () => {
  const levels = (closed: AutonomyRung) => [refund, { ...refund, amountCents: null }, { ...refund, risk: "write" }].map((asked) => autonomyFor(plan, state([], [closed]), asked).level);
  assert.deepEqual(RUNGS.map(levels), [["off", "off", "off"], ["suggest", "suggest", "suggest"], ["draft", "draft", "draft"], ["act_with_approval", "draft", "act_with_approval"]]);
  assert.equal(autonomyFor(plan, state([], ["act", "draft"]), refund).closedRung, "draft");
  assert.equal(autonomyFor(plan, state([], ["act"]), refund).closedRung, null, "this rule is not that high");
});

test("the ladder never allows more than policy, asks on its third rung, and stops below", () => {
  const allow: PolicyDecision = { effect: "allow", rules: ["may"] };
  const asks: PolicyDecision = { effect: "approve", rules: ["ask"], reason: "Much.", by: { groups: [{ anyOf: [{ kind: "user", user: "anna@example.com" }], people: 1 }], deadlineMs: null } };
  const deny: PolicyDecision = { effect: "deny", rules: ["no"], reason: "Never.", needsPerson: false };
  const at = (level: AutonomyLevel, decision: PolicyDecision, risk = "money") => limitByAutonomy(decision, { level, rule: "money", closedRung: null }, plan, risk);
  for (const decision of [allow, asks, deny]) assert.deepEqual(at("act", decision), decision);
  for (const level of ["off", "suggest", "draft", "act_with_approval"] as const) assert.deepEqual(at(level, deny), deny);
  assert.deepEqual(at("act_with_approval", allow), { effect: "approve", rules: ["may", "autonomy.money"], reason: "The assistant asks before it does this.", by: { groups: [{ anyOf: [{ kind: "role", role: "team-lead" }], people: 2 }], deadlineMs: 3_600_000 } });
  assert.deepEqual(at("act_with_approval", asks), asks);
  for (const level of ["off", "suggest", "draft"] as const) for (const decision of [allow, asks]) assert.ok(at(level, decision).effect === "deny");
  assert.deepEqual(at("suggest", allow, "read"), allow, "looking up is no act");
  assert.equal(at("off", allow, "read").effect, "deny");
});

test("a rule goes up when few were overridden, down when many were, and never out of its range", () => {
  const [rule, fixed] = plan.rules;
  assert.ok(rule !== undefined && fixed !== undefined);
  const move = (level: AutonomyLevel, overridden: number, outcomes = 20) => nextLevel(rule, level, { outcomes, overridden }, plan.measure);
  assert.equal(move("act_with_approval", 1), "act");
  assert.equal(move("act_with_approval", 2), null, "between the thresholds");
  assert.equal(move("act_with_approval", 4), null, "at the threshold");
  assert.equal(move("act_with_approval", 5), "draft");
  assert.equal(move("act_with_approval", 9, 9), null, "too few to tell");
  assert.equal(move("act", 0), null);
  assert.equal(move("draft", 20), null);
  assert.equal(nextLevel(fixed, "draft", { outcomes: 20, overridden: 0 }, plan.measure), null, "people alone move it");
});

test("what is wrong in baton.yaml is told", () => {
  const refused = (given: unknown, pattern: RegExp) => assert.match(autonomySection.safeParse(given).error?.message ?? "", pattern);
  refused({ rules: [{ name: "a", level: "act", highest: "draft" }] }, /does not lie between/);
  refused({ rules: [{ name: "a", level: "act" }, { name: "a", level: "draft" }] }, /same name/);
  refused({ approval: { by: "anna" } }, /does not name people/);
  refused({ measure: { promoteAtMost: 0.5 } }, /promoteAtMost must be below/);
  refused({ level: "sometimes" }, /Invalid option/);
  assert.equal(autonomySection.parse({}).level, "act");
});
