import assert from "node:assert/strict";
import { test } from "node:test";
import { belowRung, sayCase, sayHead, sayMove, sayOverrides, sayPath, sayPrincipal } from "./policy-words.ts";

test("where a rule counts is said in words", () => {
  const all = { intents: null, channels: null, risks: null, amountUpToCents: null };
  assert.equal(sayCase(all), "Everything");
  assert.equal(sayCase({ ...all, intents: ["refund_order"], channels: ["web"], risks: ["money"], amountUpToCents: 5_050 }), "Refund order, on web, risk money, up to 50.50");
});

test("a move by measurement is a promotion or a demotion, one by people is set", () => {
  assert.equal(sayMove({ by: null, from: null, level: "act" }), null);
  assert.equal(sayMove({ by: "system:autonomy", from: "draft", level: "act_with_approval" }), "promoted");
  assert.equal(sayMove({ by: "system:autonomy", from: "act", level: "act_with_approval" }), "demoted");
  assert.equal(sayMove({ by: "user:user_1", from: "draft", level: "act" }), "set");
});

test("counts, rungs, paths and heads of policies read as words", () => {
  assert.deepEqual([sayOverrides({ outcomes: 0, overridden: 0 }), sayOverrides({ outcomes: 40, overridden: 3 })], [null, "3 of 40 (7.5 %)"]);
  assert.deepEqual([belowRung("suggest"), belowRung("act")], ["off", "act_with_approval"]);
  assert.deepEqual(["context.facts.daysSinceDelivery", "context.amountCents", "principal.isVerified"].map(sayPath), ["Days since delivery", "Amount (cents)", "Is verified (who asks)"]);
  assert.equal(sayPrincipal("HumanAgent", ["Role admin"]), "A colleague at the desk in the role admin");
  assert.equal(sayHead({ who: "HumanAgent in Role admin", actions: ["changePolicy"], what: null }), "A colleague at the desk in the role admin · Change the policies of · any");
  assert.equal(sayHead({ who: null, actions: ["useTool"], what: "Tool refund_order" }), "Everybody · Use a tool · refund_order");
  assert.equal(sayHead({ who: "in Role admin", actions: [], what: null }), "Everybody in the role admin · Everything · any");
});
