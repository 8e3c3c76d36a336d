import assert from "node:assert/strict";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import * as cedar from "@cedar-policy/cedar-wasm/nodejs";
import { toCall } from "../cedar/to-cedar.ts";
import type { PolicyRequest } from "../policy.ts";
import { createCedarPolicy } from "./cedar.ts";

const SCHEMA = `entity Role; entity Person in [Role]; entity Robot; entity Group; entity Tool in [Group] { risk: String };
action anything; action change in [anything]; action read appliesTo { principal: [Person, Robot], resource: [Tool, Group], context: { amount?: Long } };
action write in [change] appliesTo { principal: [Person, Robot], resource: [Tool, Group], context: { amount?: Long } };`;

/** Numbers that look random and are the same every time. */
function createDice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    return ((state ^ (state >>> 13)) >>> 0) % sides;
  };
}

function randomPolicies(dice: (sides: number) => number, count: number): string {
  const one = (items: readonly string[]) => items[dice(items.length)] ?? "";
  const principals = ["principal", "principal", "principal is Person", "principal is Robot", 'principal == Person::"p0"', 'principal in Role::"lead"', 'principal is Person in Role::"lead"'];
  const actions = ["action", 'action == Action::"read"', 'action == Action::"write"', 'action in Action::"change"', 'action in Action::"anything"', 'action in [Action::"read", Action::"write"]', 'action in [Action::"write", Action::"change"]'];
  const resources = ["resource", "resource is Tool", "resource is Group", 'resource == Tool::"t0"', 'resource == Tool::"t1"', 'resource in Group::"g0"', 'resource is Tool in Group::"g1"', 'resource == Group::"g0"', 'resource in Tool::"t2"'];
  const conditions = ["", "", "when { context has amount && context.amount > 50 }", "when { context.amount <= 10 }", "unless { principal is Robot }", 'when { resource is Tool && resource.risk == "money" }', "when { context.nothing == 1 }",
    'when { resource.risk == "money" }', 'when { "read" == resource.risk && context.amount > 3 }', "when { context has amount && context.amount == 7 }", "when { context.amount == 7 || true }", 'unless { resource.risk == "money" }', "when { context.isOn == true } when { context.amount > 1 }", "when { context has isOn && context.isOn == false && context.amount > 1 }"];
  return Array.from({ length: count }, (_, index) => `@id("r${index}") ${one(["permit", "permit", "forbid"])} (${one(principals)}, ${one(actions)}, ${one(resources)}) ${dice(5) === 0 ? one(conditions) : one(conditions.slice(0, 3))};`).join("\n");
}

function randomRequest(dice: (sides: number) => number): PolicyRequest {
  const groups = ["g0", "g1"].filter(() => dice(3) === 0).map((id) => ({ type: "Group", id }));
  return {
    principal: dice(2) === 0 ? { type: "Robot", id: "r0" } : { type: "Person", id: `p${dice(3)}`, parents: dice(2) === 0 ? [{ type: "Role", id: "lead" }] : [] },
    action: dice(2) === 0 ? "read" : "write",
    resource: dice(6) === 0 ? { type: "Group", id: `g${dice(2)}` } : { type: "Tool", id: `t${dice(4)}`, attributes: { risk: dice(2) === 0 ? "money" : "read" }, parents: groups },
    context: { ...(dice(3) === 0 ? {} : { amount: dice(5) === 0 ? 7 : dice(100) }), ...(dice(2) === 0 ? {} : { isOn: dice(2) === 0 }) },
  };
}

test("a slice decides as the whole set does", () => {
  let decided = { allow: 0, deny: 0, fault: 0 };
  for (let seed = 1; seed <= 50; seed += 1) {
    const dice = createDice(seed);
    const policies = randomPolicies(dice, 1 + dice(40));
    // A schema would refuse the policies that are made to fail; without its rules the groups of actions are the same.
    const parts = cedar.policySetTextToParts(policies);
    assert.ok(parts.type === "success");
    const staticPolicies = Object.fromEntries(parts.policies.map((text) => [/@id\("(\w+)"\)/.exec(text)?.[1] ?? "", text]));
    const sliced = createCedarPolicy({ policies, schema: null });
    for (let round = 0; round < 40; round += 1) {
      const request = randomRequest(dice);
      const whole = cedar.isAuthorized({ ...toCall(request, []), policies: { staticPolicies } });
      assert.ok(whole.type === "success");
      const { decision, diagnostics } = whole.response;
      const failed = diagnostics.errors.map((error) => error.policyId);
      const mine = sliced.decide(request);
      assert.equal(mine.effect, failed.length > 0 ? "deny" : decision, `seed ${seed}\n${policies}\n${JSON.stringify(request)}`);
      if (failed.length > 0) assert.ok(mine.rules.length > 0 && mine.rules.every((id) => failed.includes(id)), "those that failed first");
      else assert.deepEqual([...mine.rules].sort(), diagnostics.reason.sort());
      decided = { ...decided, [failed.length > 0 ? "fault" : decision]: decided[failed.length > 0 ? "fault" : decision] + 1 };
    }
  }
  assert.ok(Math.min(...Object.values(decided)) > 60, JSON.stringify(decided));
});

test("an action's groups in the schema count, also in a slice", () => {
  const policy = createCedarPolicy({ schema: SCHEMA, policies: `@id("all") permit (principal, action in Action::"anything", resource is Tool); @id("no") forbid (principal, action == Action::"read", resource);` });
  const request = { principal: { type: "Robot", id: "r" }, resource: { type: "Tool", id: "t", attributes: { risk: "read" } }, context: {} };
  assert.deepEqual(policy.decide({ ...request, action: "write" }), { effect: "allow", rules: ["all"] });
  assert.equal(policy.decide({ ...request, action: "read" }).effect, "deny");
  assert.deepEqual(createCedarPolicy({ schema: SCHEMA, policies: `permit (principal, action in Action::"change", resource);` }).decide({ ...request, action: "read" }), { effect: "deny", rules: [], reason: "No policy allows this.", needsPerson: true });
});

const lead = { anyOf: [{ kind: "role" as const, role: "team-lead" }], people: 1 };
const ask = (policies: string, context: Record<string, unknown> = {}) => createCedarPolicy({ policies, schema: null }).decide({ principal: { type: "Robot", id: "r" }, action: "useTool", resource: { type: "Tool", id: "refund" }, context });

test("a permit with @approval allows once people agree, and one without is enough alone", () => {
  const asking = `@id("ask") @reason("Money goes out.") @approval("role:team-lead") permit (principal, action, resource);`;
  assert.deepEqual(ask(asking), { effect: "approve", rules: ["ask"], reason: "Money goes out.", by: { groups: [lead], deadlineMs: null } });
  assert.deepEqual(ask(`${asking} @id("small") permit (principal, action, resource) when { context.amount < 10 };`, { amount: 5 }), { effect: "allow", rules: ["small"] });
  assert.equal(ask(`${asking} @id("stop") forbid (principal, action, resource);`).effect, "deny");
});

test("a forbid with @approval stops until people agree, and lifts nothing that no permit allows", () => {
  const asking = `@id("large") @approval("role:team-lead") @people("2") @deadline("PT4H") forbid (principal, action, resource) when { context.amount > 100 };`;
  const permit = `@id("may") permit (principal, action, resource);`;
  assert.deepEqual(ask(asking + permit, { amount: 200 }), { effect: "approve", rules: ["large", "may"], reason: "A person has to approve this.", by: { groups: [{ ...lead, people: 2 }], deadlineMs: 4 * 3_600_000 } });
  assert.deepEqual(ask(asking + permit, { amount: 50 }), { effect: "allow", rules: ["may"] });
  assert.deepEqual(ask(asking, { amount: 200 }), { effect: "deny", rules: [], reason: "No policy allows this.", needsPerson: true });
  assert.deepEqual(ask(`${asking}${permit} @id("never") @reason("Closed.") forbid (principal, action, resource);`, { amount: 200 }), { effect: "deny", rules: ["large", "never"], reason: "Closed.", needsPerson: false });
});

test("everybody whom a forbid asks must agree; of permits the lightest is asked", () => {
  const both = ask(`@approval("role:team-lead") forbid (principal, action, resource); @approval("role:finance,user:anna@example.com") @deadline("PT1H") forbid (principal, action, resource); @approval("role:team-lead") @people("2") permit (principal, action, resource);`);
  assert.ok(both.effect === "approve");
  assert.deepEqual(both.by, { groups: [{ ...lead, people: 2 }, { anyOf: [{ kind: "role", role: "finance" }, { kind: "user", user: "anna@example.com" }], people: 1 }], deadlineMs: 3_600_000 });
  const either = ask(`@approval("role:team-lead") permit (principal, action, resource); @approval("role:finance") permit (principal, action, resource); @approval("role:finance") @people("3") permit (principal, action, resource);`);
  assert.ok(either.effect === "approve");
  assert.deepEqual(either.by.groups, [{ anyOf: [...lead.anyOf, { kind: "role", role: "finance" }], people: 1 }]);
});

test("an error while deciding is a deny", () => {
  const failed = ask(`@id("may") permit (principal, action, resource); @id("odd") forbid (principal, action, resource) when { context.missing > 1 };`);
  assert.deepEqual(failed, { effect: "deny", rules: ["odd"], reason: "A policy could not be evaluated.", needsPerson: true });
  const broken = createCedarPolicy({ policies: "permit (principal, action, resource);", schema: null }).decide({ principal: { type: "not a type", id: "r" }, action: "useTool", resource: { type: "Tool", id: "t" }, context: {} });
  assert.ok(broken.effect === "deny" && broken.needsPerson && broken.reason.startsWith("The policy could not be decided"));
});

test("what is wrong with a policy is told with file and line", () => {
  const read = (text: string) => () => createCedarPolicy({ policies: text, schema: null, files: [{ file: "policies/a.cedar", text }] });
  assert.throws(read("// €\n\npermit (principal, action, resource)\nwhn { true };"), /policies\/a\.cedar:4: .*whn/);
  assert.throws(read('permit (principal, action, resource);\n@aproval("role:x")\npermit (principal, action, resource);'), /policies\/a\.cedar:2: There is no annotation "@aproval"/);
  assert.throws(read('@approval("anna")\npermit (principal, action, resource);'), /a\.cedar:1: @approval\("anna"\) does not name people/);
  assert.throws(read('@people("2")\npermit (principal, action, resource);'), /need an @approval/);
  assert.throws(read('@id("a") permit (principal, action, resource);\n@id("a") forbid (principal, action, resource);'), /a\.cedar:2: Two policies have the id "a"/);
});

test("values of requests reach the policies as they are", () => {
  const policies = `permit (principal is AiAgent, action, resource) when { principal.onBehalfOf == Contact::"c1" && context.tags.contains("vip") && context.nested.deep && resource in Group::"money" && !(context has rate) };`;
  const decide = createCedarPolicy({ policies, schema: null }).decide({
    principal: { type: "AiAgent", id: "assistant", attributes: { onBehalfOf: { entity: { type: "Contact", id: "c1" } } } }, action: "useTool", resource: { type: "Tool", id: "t", parents: [{ type: "Group", id: "money" }] },
    context: { tags: ["vip"], nested: { deep: true }, rate: 0.5 },
  });
  assert.equal(decide.effect, "allow");
  const same = createCedarPolicy({ policies: `permit (principal, action, resource) when { principal.isVerified && resource.isVerified };`, schema: null }).decide({ principal: { type: "Contact", id: "c" , attributes: { isVerified: true } }, action: "read", resource: { type: "Contact", id: "c" }, context: {} });
  assert.equal(same.effect, "allow");
});

test("what lies in the asker, or is the asker, lies in the asker's groups", () => {
  const policy = createCedarPolicy({ policies: '@id("ok") permit (principal, action, resource); @id("no") forbid (principal, action, resource in Team::"x");', schema: null });
  const asker = { type: "User", id: "u", parents: [{ type: "Team", id: "x" }] };
  for (const resource of [{ type: "Doc", id: "d", parents: [{ type: "User", id: "u" }] }, { type: "User", id: "u" }]) assert.equal(policy.decide({ principal: asker, action: "read", resource, context: {} }).effect, "deny");
  assert.equal(policy.decide({ principal: asker, action: "read", resource: { type: "Doc", id: "d" }, context: {} }).effect, "allow");
});

test("long requests are decided and not kept", () => {
  const policy = createCedarPolicy({ policies: '@id("ok") permit (principal, action, resource);', schema: null });
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  const heap = () => {
    if (typeof collect === "function") collect();
    return process.memoryUsage().heapUsed;
  };
  const before = heap();
  for (let index = 0; index < 1_000; index += 1) assert.equal(policy.decide({ principal: { type: "User", id: `u${index}` }, action: "read", resource: { type: "Doc", id: "d" }, context: { pad: "x".repeat(200_000) } }).effect, "allow");
  assert.ok(heap() - before < 50_000_000, "1,000 requests of 200 kB");
});
