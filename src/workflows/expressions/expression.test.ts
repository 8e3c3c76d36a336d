import assert from "node:assert/strict";
import { test } from "node:test";
import { messageOf } from "../../lib/app-error.ts";
import { createCel, createJq } from "../adapters/index.ts";
import { createLateFilters } from "../adapters/late-filters.ts";
import { expressionContract } from "./expression.contract.ts";
import type { ExpressionScope, ExpressionTypes } from "./expression.ts";

expressionContract("CEL", createCel, {
  path: "input.address.city", missing: "input.?nowhere.?at.orValue(null)", sum: "input.amount + 1", product: "input.amount * input.price", bigger: "input.amount > 100", both: "input.amount == 150 && input.price < 11",
  object: '{"total": input.amount + 2, "names": input.lines.map(line, line.sku), "flag": true, "none": null}', lengths: "[size(input.lines), size(input.name)]", variable: "item.sku", secret: "secrets.key", context: "context.seen",
  text: '"Order of " + input.name + ": " + string(input.amount)', choice: 'input.amount > 100 ? "big" : null',
  unreadable: ["", "input.", "1 +", "input.amount >", "'open"], failing: ["input.nowhere", "input.name.nope", "input.amount + 'x'", "nobody.knows", "9007199254740993", "input.amount / 0"],
  endless: ["input.list.map(a, input.list.map(b, input.list.map(c, a + b + c)))", "cel.bind(a, ['x'] + ['y'], cel.bind(b, a+a+a+a+a+a+a+a, cel.bind(c, b+b+b+b+b+b+b+b+b+b, cel.bind(d, c+c+c+c+c+c+c+c+c+c, cel.bind(e, d+d+d+d+d+d+d+d+d+d, cel.bind(f, e+e+e+e+e+e+e+e+e+e, f+f+f+f+f+f+f+f+f+f+f+f))))))", "input.list.exists(x, input.list.exists(y, y == -1))"],
  misspelt: ["input.amout", "input.amout > 1 ? 2 : 3", "has(input.amout)", "[1, 2].map(x, x + input.amout)"],
});

expressionContract("jq", () => createJq({ timeoutMs: 700 }), {
  path: ".address.city", missing: ".nowhere.at", sum: ".amount + 1", product: ".amount * .price", bigger: ".amount > 100", both: ".amount == 150 and .price < 11",
  object: "{ total: (.amount + 2), names: [.lines[].sku], flag: true, none: null }", lengths: "[(.lines | length), (.name | length)]", variable: "$item.sku", secret: "$secrets.key", context: "$context.seen",
  text: '"Order of \\(.name): \\(.amount)"', choice: 'if .amount > 100 then "big" else null end',
  unreadable: ["", "{", ".a |", "no_such_function", "map(", ")("], failing: [".amount.x", ".amount + .name", "$nobody + 1", ".lines[]", 'error("no")', "now", "input", "env", "halt", '"x" | halt_error'],
  endless: ["[range(1e12)]", "def f: f; f", "[repeat(1)]", "last(repeat(1))", '"x" * 1e9 | length'],
  misspelt: [".amout", "$input.amout", ".amout > 3"],
});

const scope: ExpressionScope = { input: { a: [1, { "b c": null }], n: 3, s: "text", é: 1 }, context: null, secrets: {}, workflow: {}, task: {}, runtime: {}, variables: { x: [5, 6], input2: "v" } };

test("jq read directly answers as the engine does", () => {
  const jq = createJq();
  const outcome = (source: string): unknown => {
    try {
      return jq.compile(source).evaluate(scope);
    } catch (error) {
      return error instanceof Error ? error.message.replace(/^.*`: /, "").replaceAll('string "', '"') : error;
    }
  };
  const direct = [".", ".a", ".a[0]", ".a[-1]", ".a[7]", ".a[1].\"b c\"", ".a[1][\"b c\"]", ".a[1].x.y.z", ".n.x", ".n[0]", ".s[0]", ".a.x", ".[0]", '.["n"]', '."n"', "$x[1]", "$x", "$input2", "$input.n", "3", "-1.5", '"text"', "true", "null",
    ".n == 3", ".n != 3", ".n < 4", ".n >= 3.5", '.s == "text"', '.s < "tfxt"', '.s > "é"', ".a > 3", ".a == 3", ".s > 3", ".nowhere < false", "null < .n", ".nowhere == null", "3 > .n", "[.n]", ". == null", "$x == 5", ".n == true", "false < true"];
  // In parentheses nothing is simple any more: the engine itself answers.
  for (const source of direct) assert.deepEqual(outcome(source), outcome(`(${source})`), source);
});

test("jq's dot is the output where there is one", () => {
  const jq = createJq();
  assert.deepEqual(jq.compile("{ ids: [ $input, .id ] }").evaluate({ ...scope, input: 1, output: { id: 2 } }), { ids: [1, 2] });
  assert.equal(jq.compile(".id").evaluate({ ...scope, output: { id: 2 } }), 2);
  assert.equal(jq.compile(".").evaluate({ ...scope, output: null }), null);
});

const types: ExpressionTypes = {
  input: { type: "object", properties: { amount: { type: "number" }, status: { enum: ["open", "shipped"] }, note: { type: ["string", "null"] }, lines: { type: "array", items: { type: "object", properties: { price: { type: "number" } } } }, extra: { type: "object", additionalProperties: true, properties: {} } } },
  context: null, output: null, secrets: ["key"], variables: {},
};

test("CEL finds types that cannot fit, each with its place", () => {
  const cel = createCel();
  const faults = (source: string) => cel.check(source, types).faults.map((fault) => `${fault.offset} ${fault.message}`);
  assert.deepEqual(faults("input.status == 'shiped'"), ['16 It is never "shiped". Did you mean "shipped"?']);
  assert.deepEqual(faults("input.lines.map(line, line.prise)"), ['22 `line` has no field "prise". Did you mean "price"?']);
  assert.deepEqual(faults("true && input.amount == 'x'"), ["8 `input.amount` is a number and `'x'` is a string: they are never equal."]);
  assert.deepEqual(faults("input.amount ? 1 : 2"), ["0 A condition is a boolean, but `input.amount` is a number."]);
  assert.deepEqual(faults("inptu.amount"), ['0 There is no "inptu" here. Did you mean "input"?']);
  assert.deepEqual(faults("secrets.kye"), ['0 `secrets` has no field "kye". Did you mean "key"?']);
  assert.deepEqual(faults("nope(input.amount)"), ["0 Found no matching overload for 'nope(dyn)'."]);
  assert.deepEqual(faults("input.note.matches('(?=x)')"), ['19 the pattern "(?=x)" cannot be used (there is no look-around, and no flags inside).']);
  for (const fine of ["input.note == null", "input.extra.anything.at.all", "input.amount > 1 ? 'a' : null", "input.lines.filter(l, l.price > 1).map(l, l.price * 2)", "input.?note.orValue('none').startsWith('x')", "workflow.startedAt.iso8601", "string(input.amount) + 'x'", "timestamp('2026-01-01T00:00:00Z') + duration('1h') > timestamp('2026-01-01T00:00:00Z')", "cel.bind(x, input.lines, x[0].price)"]) assert.deepEqual(faults(fine), [], fine);
});

test("CEL gives the schema of its result", () => {
  const cel = createCel();
  assert.deepEqual(cel.check("input.lines.map(line, {'twice': line.price * 2})", types).result, { type: "array", items: { type: "object", properties: { twice: { type: "number" } } } });
  assert.deepEqual(cel.check("input.amount > 1 ? 'a' : null", types).result, { anyOf: [{ type: "string", const: "a" }, { type: "null" }] });
});

test("a pattern over a contact's text takes time that grows with the text only", () => {
  const cel = createCel();
  const startedMs = performance.now();
  assert.equal(cel.compile("input.text.matches('^(a+)+$')").evaluate({ ...scope, input: { text: `${"a".repeat(20_000)}b` } }), false);
  assert.ok(performance.now() - startedMs < 2_000);
});

test("an expression in CEL costs a fifth of the same in jq at most", () => {
  const cost = (evaluate: (scope: ExpressionScope) => unknown, times: number): number => {
    const startedMs = performance.now();
    for (let index = 0; index < times; index += 1) evaluate(scope);
    return (performance.now() - startedMs) / times;
  };
  const jq = createJq().compile(".n + 1 > 3 and (.s | startswith(\"te\"))");
  const cel = createCel().compile("input.n + 1 > 3 && input.s.startsWith('te')");
  assert.deepEqual([jq.evaluate(scope), cel.evaluate(scope)], [true, true]);
  assert.ok(cost(cel.evaluate, 2_000) * 5 < cost(jq.evaluate, 50));
});

test("many expressions are learnt at once, the faulty one among them too", () => {
  const jq = createJq();
  const sources = Array.from({ length: 300 }, (_, index) => `.n + ${index}`);
  const startedMs = performance.now();
  jq.prepare?.([...sources, ".n |"]);
  for (const source of sources) assert.deepEqual(jq.check(source, types).faults, []);
  assert.equal(jq.check(".n |", types).faults.length, 1);
  assert.ok(performance.now() - startedMs < 4_000);
});

test("an endless jq filter in a loop holds the process up three times, not in every round", () => {
  const jq = createJq({ timeoutMs: 200 });
  const [endless, harmless] = [jq.compile("last(repeat(.n))"), jq.compile(".n + 1")];
  assert.equal(harmless.evaluate({ ...scope, input: { n: 1 } }), 2);
  const messages = new Set<string>();
  const startedMs = performance.now();
  for (let round = 0; round < 100; round += 1) {
    try {
      endless.evaluate({ ...scope, input: { n: round } });
    } catch (error) {
      messages.add(messageOf(error));
    }
  }
  assert.ok(performance.now() - startedMs < 10_000);
  assert.deepEqual([...messages], ["`last(repeat(.n))`: it did not end within 200 ms and was stopped."]);
  assert.equal(harmless.evaluate({ ...scope, input: { n: 2 } }), 3);
});

test("a late filter is tried again after a minute", () => {
  let nowMs = 0;
  const late = createLateFilters(() => nowMs);
  for (let count = 0; count < 3; count += 1) late.note("f");
  assert.equal(late.isRefused("f"), true);
  assert.equal(late.isRefused("g"), false);
  nowMs = 61_000;
  assert.equal(late.isRefused("f"), false);
  late.note("f");
  assert.equal(late.isRefused("f"), false);
});
