import assert from "node:assert/strict";
import { test } from "node:test";
import { createLanguages } from "./languages.ts";
import { compileTemplate, expressionsIn, splitTemplate } from "./template.ts";

const languages = createLanguages();
const scope = { input: { name: "Bo", n: 3, list: [1] }, context: null, secrets: {}, workflow: {}, task: {}, runtime: {}, variables: {} };
const evaluate = (template: unknown, language: "jq" | "cel") => compileTemplate(template, languages[language]).evaluate(scope);

test("a string that is one expression keeps its type, a longer one becomes text", () => {
  assert.deepEqual(evaluate({ a: "${ input.list }", b: ["${input.n}", "x"], c: "Hi ${ input.name }, ${ input.n }!", d: "plain", e: 5, f: null }, "cel"), { a: [1], b: [3, "x"], c: "Hi Bo, 3!", d: "plain", e: 5, f: null });
  assert.deepEqual(evaluate('${ "a \\( .name | if . == "Bo" then "}" else "{" end ) b" }', "jq"), "a } b");
  assert.equal(evaluate("  ${ .n }  ", "jq"), 3);
});

test("braces and quotes inside an expression do not end it", () => {
  assert.deepEqual(splitTemplate('${ {"a": {"b": "}"}} }'), [{ kind: "expression", source: '{"a": {"b": "}"}}' }]);
  assert.deepEqual(splitTemplate("${ a } and ${ b }"), [{ kind: "expression", source: "a" }, { kind: "text", text: " and " }, { kind: "expression", source: "b" }]);
  assert.deepEqual(splitTemplate("costs ${ open"), [{ kind: "text", text: "costs ${ open" }]);
});

test("constants come back as they are, and what is compiled is kept", () => {
  const template = { a: ["x", { b: 1 }] };
  assert.equal(evaluate(template, "cel"), template);
  assert.equal(compileTemplate("${ input.n }", languages.cel), compileTemplate("${ input.n }", languages.cel));
});

test("every expression is listed with the place of its string", () => {
  assert.deepEqual([...expressionsIn({ a: ["${ x }", "b ${ y } c"], "d/e": "${ z }" }, "/set")], [{ pointer: "/set/a/0", source: "x" }, { pointer: "/set/a/1", source: "y" }, { pointer: "/set/d~1e", source: "z" }]);
});
