import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { AppError } from "../../lib/app-error.ts";
import { readWorkflow, tryReadWorkflow } from "./read-workflow.ts";
import { cpuNowMs } from "../../../test/cpu-now.ts";

const HEAD = "document: { dsl: '1.0.3', namespace: shop, name: refund, version: '0.1.0' }\n";

/** `rule line:column message` of everything that is wrong. */
function faults(text: string): string[] {
  const result = tryReadWorkflow(text, "refund.yaml");
  return result.kind === "read" ? [] : result.findings.map(({ rule, place, message }) => `${rule} ${place.line}:${place.column} ${message}`);
}

test("a document becomes its definition, with braces around what is always an expression", () => {
  const { definition } = readWorkflow(`${HEAD}
evaluate: { language: cel }
use:
  timeouts: { short: { after: PT1M30S } }
do:
  - look/up:
      if: input.amount > 0
      timeout: short
      try:
        - get: { call: http, with: { method: get, endpoint: 'https://example.com/{id}' }, output: { as: output.body } }
      catch:
        retry: { delay: { seconds: 2 }, limit: { attempt: { count: 3 } } }
        do:
          - choose: { switch: [ { a: { when: error.status == 404, then: end } }, { other: { then: continue } } ] }
  - loop:
      for: { each: line, in: input.lines }
      while: line.price > 0
      do:
        - sleep: { wait: PT5S }
`, "refund.yaml");
  assert.equal(definition.language, "cel");
  const [first, second] = definition.do;
  assert.ok(first?.task.kind === "try" && second?.task.kind === "for");
  assert.equal(first.pointer, "/do/0/look~1up");
  assert.equal(first.task.if, "${ input.amount > 0 }");
  assert.deepEqual(first.task.timeout, { after: { ms: 90_000 } });
  assert.equal(first.task.try[0]?.pointer, "/do/0/look~1up/try/0/get");
  assert.equal(first.task.try[0].task.output.transform, "${ output.body }");
  assert.deepEqual(first.task.catch.retry, { when: null, exceptWhen: null, delay: { ms: 2_000 }, backoff: { kind: "constant", by: {} }, limit: { attempts: 3, attemptDuration: null, duration: null }, jitter: null });
  const [choose] = first.task.catch.do ?? [];
  assert.equal(choose?.pointer, "/do/0/look~1up/catch/do/0/choose");
  assert.deepEqual(choose.task.kind === "switch" && choose.task.cases, [{ name: "a", when: "${ error.status == 404 }", then: "end" }, { name: "other", when: null, then: "continue" }]);
  assert.equal(second.task.at, "index");
  assert.equal(second.task.while, "${ line.price > 0 }");
  assert.deepEqual(second.task.do[0]?.task.kind === "wait" && second.task.do[0].task.wait, { ms: 5_000 });
});

test("places point at keys, into values and into block texts", () => {
  const source = readWorkflow(`${HEAD}do:\n  - one:\n      set:\n        text: >-\n          \${ input.a +\n          input.b }\n        plain: \${ input.c }\n`, "a.yaml");
  assert.deepEqual(source.placeOf("/do/0/one/set/plain"), { file: "a.yaml", line: 8, column: 9 });
  assert.deepEqual(source.placeOf("/do/0/one/set/plain", { text: "input.c", offset: 6 }), { file: "a.yaml", line: 8, column: 25 });
  assert.equal(source.placeOf("/do/0/one/set/text", { text: "input.a + input.b", offset: 11 }).line, 7);
  assert.equal(source.placeOf("/do/0/one/nowhere/at/all").line, 3);
});

test("what is wrong is said in one sentence at its place", () => {
  const task = (text: string) => faults(`${HEAD}do:\n  - x:\n      ${text}\n`);
  assert.deepEqual(task("call: http\n      with: { method: get }"), ['schema 5:7 "with" has no "endpoint".']);
  assert.deepEqual(task("call: http\n      with: { method: get, endpoint: 'http://x', bodi: 1 }"), ['schema 5:50 "bodi" is not known in "with".']);
  assert.deepEqual(task("cal: http"), ['unknown-task 4:7 Task "x" does not say what it does. "cal" is not known. Did you mean "call"?']);
  assert.deepEqual(task("set: { a: 1 }\n      iff: .a"), ['schema 5:7 "iff" is not known in the set task "x". Did you mean "if"?']);
  assert.deepEqual(task("set: { a: 1 }\n      call: http"), ['schema 4:7 Task "x" does two things: "call" and "set".']);
  assert.deepEqual(task("wait: 5min"), ['schema 4:7 "wait" must be an ISO 8601 duration such as "PT15M", or parts such as { minutes: 15 }, not "5min".']);
  assert.deepEqual(task("switch:\n        - a: { when: .a }"), ['schema 5:11 "a" has no "then".']);
  assert.deepEqual(task("set: { a: 1 }\n      timeout: shrt"), ['unknown-reference 5:7 There is no timeout "shrt" in `use.timeouts`.']);
  assert.deepEqual(task("set: { a: 1 }\n      input: { schema: { resource: { endpoint: 'https://x.y/z' } } }"), ["schema-resource 5:26 A schema at another address is not read."]);
  assert.deepEqual(faults(`${HEAD}outptu: {}\ndo: []\n`), ['schema 2:1 "outptu" is not known at the top of a document. Did you mean "output"?']);
});

test("another version of the language is refused by name", () => {
  assert.deepEqual(faults(HEAD.replace("1.0.3", "2.1.0")), ["dsl-version 1:13 Version 2.1.0 of the language is not known."]);
  assert.deepEqual(faults("document: { namespace: a, name: b, version: '1.0.0' }\ndo: []\n"), ["dsl-version 1:1 The document does not say the version of the language."]);
  assert.deepEqual(faults(`${HEAD}evaluate: { language: javascript }\ndo: []\n`), ['expression-language 2:13 Expressions in "javascript" cannot be evaluated.']);
});

test("hostile texts are refused quickly and by name", () => {
  const bomb = `a0: &a0 [x, x, x, x, x, x, x, x, x]\n${Array.from({ length: 8 }, (_, index) => `a${index + 1}: &a${index + 1} [${Array.from({ length: 9 }, () => `*a${index}`).join(", ")}]\n`).join("")}`;
  const startedMs = cpuNowMs();
  assert.deepEqual(faults("a: [1\nb").map((fault) => fault.split(" ", 2).join(" "))[0], "yaml 2:1");
  assert.deepEqual(faults("x".repeat(10_000_000)), ["too-large 1:1 The document has 10.0 MB; at most 1 MB are read."]);
  assert.match(faults(bomb)[0] ?? "", /^alias-bomb/);
  assert.match(faults("[".repeat(100_000))[0] ?? "", /^too-deep/);
  assert.match(faults(`a: ${"{a: ".repeat(500)}1${"}".repeat(500)}`)[0] ?? "", /^too-deep/);
  for (const text of ["", "- a", "\u0000\u0001%%%", "null", "a: 1\n---\nb: 2\n", "a: 1\na: 2\n"]) assert.notDeepEqual(faults(text), []);
  assert.ok(cpuNowMs() - startedMs < 3_000);
});

test("a fault deep inside is placed there, and depth costs no time", () => {
  let inner = "call: http, with: { method: get }";
  for (let level = 0; level < 22; level += 1) inner = `for: { in: .x }, do: [ { t${level}: { ${inner} } } ]`;
  const startedMs = cpuNowMs();
  assert.match(faults(`${HEAD}do: [ { top: { ${inner} } } ]\n`)[0] ?? "", /^schema 2:\d+ "with" has no "endpoint"\.$/);
  assert.deepEqual(faults(`${HEAD}do:\n  - x:\n      try:\n        - a: { set: { b: 1 } }\n          c: { set: { b: 1 } }\n      catch: {}\n`), ['schema 5:11 An item of the list must have one name only; here are "a" and "c".']);
  assert.deepEqual(faults(`${HEAD}use:\n  functions:\n    f: { call: http, with: { method: 5, endpoint: 'https://a.b' } }\ndo: []\n`), ['schema 4:30 "method" must be a string, not 5.']);
  assert.ok(cpuNowMs() - startedMs < 2_000);
});

test("the error of a faulty document carries its findings", () => {
  assert.throws(() => readWorkflow("a: 1", "b.yaml"), (error) => error instanceof AppError && error.code === "workflows.document_invalid" && error.status === 422 && Array.isArray(error.details["findings"]) && error.message.startsWith("b.yaml:1:1: "));
});

const EXAMPLES = "test/conformance/serverless-workflow/examples";

test("every example of the standard can be read", { skip: !existsSync(EXAMPLES) && "the standard's examples are not here" }, () => {
  const files = readdirSync(EXAMPLES).filter((file) => file.endsWith(".yaml"));
  assert.ok(files.length >= 53);
  for (const file of files) assert.deepEqual(faults(readFileSync(join(EXAMPLES, file), "utf8")), [], file);
});
