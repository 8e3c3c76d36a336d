import assert from "node:assert/strict";
import { test } from "node:test";
import { AppError } from "../../lib/app-error.ts";
import type { ExpressionLanguage, ExpressionScope, ExpressionTypes } from "./expression.ts";

/** The same questions in the words of one language. */
export type Phrases = {
  path: string; missing: string; sum: string; product: string; bigger: string; both: string; object: string; lengths: string; variable: string; secret: string; context: string; text: string; choice: string;
  unreadable: readonly string[]; failing: readonly string[]; endless: readonly string[]; misspelt: readonly string[];
};

const scope: ExpressionScope = {
  input: { amount: 150, price: 10.5, name: "Bö", lines: [{ sku: "a", price: 2 }, { sku: "b", price: 3.5 }], address: { city: "Köln" }, nothing: null },
  context: { seen: 3 }, secrets: { key: "s3cret" }, workflow: { id: "run_1" }, task: { name: "t" }, runtime: { name: "baton" }, variables: { item: { sku: "c" }, index: 2 },
};

const types: ExpressionTypes = {
  input: { type: "object", properties: { amount: { type: "number" }, address: { type: "object", properties: { city: { type: "string" } } } } },
  context: null, output: null, secrets: ["key"], variables: { item: null },
};

/** What every language of expressions keeps; `phrases` says it in the language's own words. */
export function expressionContract(name: string, create: () => ExpressionLanguage, phrases: Phrases): void {
  const language = create();
  const evaluate = (source: string, over: Partial<ExpressionScope> = {}): unknown => language.compile(source).evaluate({ ...scope, ...over });

  test(`${name}: reads data, context, secrets and variables`, () => {
    assert.equal(evaluate(phrases.path), "Köln");
    assert.equal(evaluate(phrases.context), 3);
    assert.equal(evaluate(phrases.secret), "s3cret");
    assert.equal(evaluate(phrases.variable), "c");
    assert.equal(evaluate(phrases.missing), null);
  });

  test(`${name}: whole and broken numbers mix, and results are plain JSON`, () => {
    assert.equal(evaluate(phrases.sum), 151);
    assert.equal(evaluate(phrases.product), 1_575);
    assert.equal(evaluate(phrases.bigger), true);
    assert.equal(evaluate(phrases.bigger, { input: { amount: 100.5 } }), true);
    assert.equal(evaluate(phrases.both), true);
    assert.deepEqual(evaluate(phrases.object), { total: 152, names: ["a", "b"], flag: true, none: null });
    assert.equal(JSON.stringify(evaluate(phrases.lengths)), "[2,2]");
    assert.equal(evaluate(phrases.text), "Order of Bö: 150");
    assert.deepEqual([evaluate(phrases.choice), evaluate(phrases.choice, { input: { amount: 1 } })], ["big", null]);
  });

  test(`${name}: neither scope nor result of one evaluation reaches the next`, () => {
    const compiled = language.compile(phrases.sum);
    assert.deepEqual([1, 2, 3].map((amount) => compiled.evaluate({ ...scope, input: { amount } })), [2, 3, 4]);
  });

  test(`${name}: what cannot be read is workflows.expression_invalid, or fails by name when it runs`, () => {
    for (const source of phrases.unreadable) {
      assert.throws(() => language.compile(source), (error) => error instanceof AppError && error.code === "workflows.expression_invalid" && error.status === 422, source);
      assert.notDeepEqual(language.check(source, types).faults, [], source);
    }
    for (const source of phrases.failing) assert.throws(() => evaluate(source), (error) => error instanceof AppError && error.code === "workflows.expression_failed" && !error.isRetryable && error.message.length < 600, source);
  });

  test(`${name}: an expression that never ends is stopped, and the next one works`, () => {
    for (const source of phrases.endless) {
      const startedMs = performance.now();
      assert.throws(() => evaluate(source, { input: { list: Array.from({ length: 3_000 }, (_, index) => index), text: `${"a".repeat(20_000)}b` } }), (error) => error instanceof AppError && error.code.startsWith("workflows.expression_"), source);
      assert.ok(performance.now() - startedMs < 8_000, source);
      assert.equal(evaluate(phrases.sum), 151);
    }
  });

  test(`${name}: a misspelt field is found before anything runs`, () => {
    assert.deepEqual(language.check(phrases.path, types), { faults: [], result: { type: "string" } });
    for (const source of phrases.misspelt) assert.match(language.check(source, types).faults[0]?.message ?? "", /"amout".*Did you mean "amount"\?/, source);
  });
}
