import assert from "node:assert/strict";
import { test } from "node:test";
import type { AutonomyLevel } from "../../policy/autonomy.ts";
import type { Decision, PlannedPart } from "../turn.ts";
import { holdToLadder, isForPerson } from "./hold-to-ladder.ts";

const workflow: PlannedPart = { kind: "workflow", workflow: "refund", hash: "h", intent: "refund_order", entities: { order_number: ["1042"] } };
const decided = (parts: Decision["parts"]): Decision => ({
  parts, fallback: parts, intent: "refund_order", confidence: 1, reason: "intent.refund_order", focus: { records: {}, pending: { awaiting: "slot", intent: "a", tool: "b", slot: "c", slots: {} } }, rights: { audiences: [], mayUseRecords: true },
  understanding: { language: "en", sentiment: { label: "neutral", score: 0 }, urgency: 0, risks: [] },
});
const at = (level: AutonomyLevel, parts: Decision["parts"], isAssisting = false) => holdToLadder({ ladder: { levelFor: () => ({ level, rule: "r", closedRung: null }) }, tools: new Map() }, { channel: "web", isAssisting }, decided(parts));

test("where replies are sent, the plan stays as it was", () => {
  for (const level of ["act", "act_with_approval"] as const) {
    const held = at(level, [workflow]);
    assert.deepEqual([held.parts, isForPerson(held)], [[workflow], false]);
  }
});

test("below, no run is begun or woken: it is proposed with what it is about", () => {
  const held = at("draft", [workflow, { kind: "knowledge" }]);
  assert.deepEqual([held.parts, held.autonomy, isForPerson(held)], [[{ kind: "knowledge" }], { level: "draft", rule: "r", calls: [{ tool: "refund", arguments: { order_number: "1042" } }] }, true]);
  assert.deepEqual(at("suggest", [{ kind: "answer", questionId: "q", workflow: "refund" }]).parts, [{ kind: "handoff", reason: "autonomy.suggest" }]);
});

test("off, nothing is planned and nothing asked", () => {
  const held = at("off", [{ kind: "knowledge" }]);
  assert.deepEqual([held.parts, held.focus.pending], [[{ kind: "handoff", reason: "autonomy.off" }], null]);
});

test("beside a person the highest rung is a draft, and what is no reading is proposed", () => {
  const held = at("act", [{ kind: "tool", tool: "cancel_order", arguments: { order_number: "1042" } }, { kind: "knowledge" }], true);
  assert.deepEqual([held.autonomy, held.parts], [{ level: "draft", rule: "r", calls: [{ tool: "cancel_order", arguments: { order_number: "1042" } }] }, [{ kind: "knowledge" }]]);
  assert.equal(at("suggest", [{ kind: "knowledge" }], true).autonomy?.level, "suggest");
});
