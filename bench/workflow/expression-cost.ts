import { createCel, createJq } from "../../src/workflows/adapters/index.ts";
import type { CompiledExpression, ExpressionScope } from "../../src/workflows/expressions/expression.ts";
import { median } from "../percentile.ts";
import { EXPRESSIONS, EXPRESSION_INPUT } from "./documents.ts";

/** Microseconds an evaluation costs in both languages, the middle of several rounds over the same expressions. */
export function measureExpressions(rounds: number): { celUs: number; jqUs: number; ratio: number } {
  const [cel, jq] = [createCel(), createJq()];
  const scope: ExpressionScope = { input: EXPRESSION_INPUT, context: {}, secrets: {}, workflow: null, task: null, runtime: null, variables: {} };
  const celUs = EXPRESSIONS.map((pair) => costUs(cel.compile(pair.cel), scope, rounds, 2_000));
  const jqUs = EXPRESSIONS.map((pair) => costUs(jq.compile(pair.jq), scope, rounds, 20));
  const sum = (list: readonly number[]) => list.reduce((total, each) => total + each, 0);
  return { celUs: sum(celUs) / celUs.length, jqUs: sum(jqUs) / jqUs.length, ratio: sum(jqUs) / sum(celUs) };
}

function costUs(expression: CompiledExpression, scope: ExpressionScope, rounds: number, times: number): number {
  const costs: number[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const fromMs = performance.now();
    for (let time = 0; time < times; time += 1) expression.evaluate(scope);
    // The first round warms up.
    if (round > 0) costs.push(((performance.now() - fromMs) * 1_000) / times);
  }
  return median(costs);
}
