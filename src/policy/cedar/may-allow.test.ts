import assert from "node:assert/strict";
import { test } from "node:test";
import { createCedarPolicy } from "../adapters/cedar.ts";
import type { PolicyRequest } from "../policy.ts";

const CONDITIONS = [
  "", "when { context.amount > 50 }", "when { context.amount <= 10 && principal.isOld }", "unless { context.amount < 90 }", "when { context has amount }", "unless { context has amount }", 'when { context.channel == "mcp" }', 'when { context.channel == "web" }',
  'when { context.amount > 3 && context.channel == "web" }', "when { context.amount > 3 || true }", "when { !(context.amount > 3 && false) }", "when { if context.amount > 5 then true else true }", "when { context.nothing == 1 }", 'when { context.channel == "mcp" && context.amount == 7 }',
  'when { context.facts.total < 20 && context has amount && context.amount < 30 }', "unless { context.facts has isPaid && context.facts.isPaid }", 'when { context has amount && context.amount == 7 && context.channel == "web" }', 'when { [1, 7].contains(context.amount) }',
];

function policiesOf(seed: number): string {
  let state = seed * 2_654_435_761;
  const dice = () => ((state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0) ^ (state >>> 13)) >>> 0;
  const one = (items: readonly string[]) => items[dice() % items.length] ?? "";
  return Array.from({ length: 1 + (dice() % 5) }, (_, index) => `@id("r${index}") ${one(["permit", "permit", "forbid", '@approval("role:lead") forbid'])} (${one(["principal", "principal is Key", 'principal == Key::"k"', "principal is Person"])}, action, ${one(["resource", 'resource == Tool::"t"', 'resource == Tool::"u"'])}) ${one(CONDITIONS)};`).join("\n");
}

const request = (context: Record<string, unknown>): PolicyRequest => ({ principal: { type: "Key", id: "k", attributes: { isOld: false } }, action: "useTool", resource: { type: "Tool", id: "t" }, context: { channel: "mcp", facts: {}, ...context } });

/** What the unknown may be: every side of every value that a condition names. */
const VALUES = [0, 3, 4, 7, 10, 19, 29, 30, 51, 90].flatMap((amount) => [{}, { total: 1 }, { total: 50 }, { total: 1, isPaid: true }, { isPaid: true }, { isPaid: false }].map((facts) => ({ amount, facts })));

test("what some value of the unknown would allow is never ruled out, and what none would allow nearly always", () => {
  const counted = { yes: 0, no: 0, generous: 0 };
  for (let seed = 1; seed <= 400; seed += 1) {
    const policies = policiesOf(seed);
    const policy = createCedarPolicy({ policies, schema: null });
    const isAllowed = VALUES.some((value) => policy.decide(request(value)).effect !== "deny");
    const mayBe = policy.mayAllow(request({}), ["amount", "facts"]);
    assert.ok(mayBe || !isAllowed, policies);
    counted[mayBe === isAllowed ? (isAllowed ? "yes" : "no") : "generous"] += 1;
  }
  assert.ok(counted.yes > 50 && counted.no > 50 && counted.generous < 40, JSON.stringify(counted));
});

test("without an unknown it is the decision", () => {
  for (let seed = 1; seed <= 200; seed += 1) {
    const policy = createCedarPolicy({ policies: policiesOf(seed), schema: null });
    assert.equal(policy.mayAllow(request({ amount: 7 }), []), policy.decide(request({ amount: 7 })).effect !== "deny", policiesOf(seed));
  }
});

test("a forbid that people may lift rules nothing out, one that they may not does", () => {
  const of = (annotation: string) => createCedarPolicy({ policies: `permit (principal, action, resource); ${annotation} forbid (principal, action, resource) when { context.channel == "mcp" };`, schema: null }).mayAllow(request({}), ["amount"]);
  assert.deepEqual([of('@approval("role:lead")'), of("")], [true, false]);
});

test("a list of 40 tools under 1,000 policies takes under 8 ms a tool for a caller who was never seen, and nothing again", (t) => {
  const policies = Array.from({ length: 1_000 }, (_, index) => `@id("p${index}") ${index % 9 === 0 ? "forbid" : "permit"} (principal is ${["Key", "Robot", "Person", "Contact"][index % 4]}, action == Action::"useTool", resource == Tool::"t${index % 40}") when { context.channel == "${index % 3 === 0 ? "mcp" : "web"}" && context.facts.total < ${index} };`).join("\n");
  const policy = createCedarPolicy({ policies, schema: null });
  const list = (caller: string) => {
    const fromMs = performance.now();
    const seen = Array.from({ length: 40 }, (_, index) => policy.mayAllow({ ...request({}), principal: { type: "Key", id: caller }, resource: { type: "Tool", id: `t${index}` } }, ["facts"])).filter(Boolean).length;
    return { seen, tookMs: performance.now() - fromMs };
  };
  const [first, other, again] = [list("a"), list("b"), list("a")];
  assert.ok(first.seen > 0 && first.seen < 40 && other.seen === first.seen, JSON.stringify(first));
  assert.ok(other.tookMs < 320 && again.tookMs < 20, `${first.tookMs} ${other.tookMs} ${again.tookMs}`);
  t.diagnostic(`40 tools, 1,000 policies: ${first.tookMs.toFixed(1)} ms at first, ${other.tookMs.toFixed(1)} ms another caller, ${again.tookMs.toFixed(2)} ms again`);
});
