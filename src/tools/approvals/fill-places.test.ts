import assert from "node:assert/strict";
import { test } from "node:test";
import type { Approver } from "../../policy/policy.ts";
import { fillPlaces, isFeasible } from "./fill-places.ts";

const role = (name: string): Approver => ({ kind: "role", role: name });
const user = (mail: string): Approver => ({ kind: "user", user: mail });
const agent = (name: string) => ({ userId: `user_${name}`, email: `${name}@example.com`, role: "agent" });
const rule = (...groups: { anyOf: Approver[]; people: number }[]) => ({ groups, deadlineMs: null });

test("a person takes one place, whatever the number of groups they are in", () => {
  const both = rule({ anyOf: [role("agent")], people: 1 }, { anyOf: [user("ada@example.com")], people: 1 });
  assert.deepEqual(fillPlaces(both, [agent("ada")]), { filled: 1, isComplete: false, open: [{ anyOf: [user("ada@example.com")], people: 1 }] });
  assert.equal(fillPlaces(both, [agent("ada"), agent("ben")]).isComplete, true, "ada moves to the place only she can take");
});

test("places are filled in the way that fills the most, whoever came first", () => {
  const groups = rule({ anyOf: [role("agent"), role("lead")], people: 1 }, { anyOf: [role("agent")], people: 1 });
  const lead = { userId: "user_l", email: "l@example.com", role: "lead" };
  assert.equal(fillPlaces(groups, [agent("ada"), lead]).isComplete, true);
  assert.equal(fillPlaces(groups, [lead, lead]).filled, 1);
});

test("an admin stands in for anybody, once", () => {
  const admin = { userId: "user_a", email: "a@example.com", role: "admin" };
  assert.equal(fillPlaces(rule({ anyOf: [user("cfo@example.com")], people: 1 }), [admin]).isComplete, true);
  assert.equal(fillPlaces(rule({ anyOf: [role("agent")], people: 2 }), [admin]).isComplete, false);
});

test("named people that are too few for their places are found out beforehand", () => {
  assert.equal(isFeasible(rule({ anyOf: [user("a@x.de")], people: 2 })), false);
  assert.equal(isFeasible(rule({ anyOf: [user("a@x.de")], people: 1 }, { anyOf: [user("a@x.de")], people: 1 })), false);
  assert.equal(isFeasible(rule({ anyOf: [user("a@x.de"), role("agent")], people: 2 })), true);
});
