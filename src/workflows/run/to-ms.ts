import type { DurationRule } from "../document/definition.ts";
import { readDuration } from "../document/duration.ts";
import type { ExpressionScope } from "../expressions/expression.ts";
import { fault } from "./faults.ts";
import type { Interpretation } from "./interpretation.ts";

/** Longer waits than the engine's clock can hold are no waits. */
const LONGEST_MS = 100 * 365 * 86_400_000;

/** A duration of the document in whole milliseconds; an expression may give ISO 8601 text, an object or milliseconds. */
export function toMs(run: Interpretation, rule: DurationRule, scope: ExpressionScope): number {
  return Math.min(LONGEST_MS, Math.max(0, Math.ceil("ms" in rule ? rule.ms : evaluated(run, rule.expression, scope))));
}

function evaluated(run: Interpretation, expression: string, scope: ExpressionScope): number {
  const value = run.expressions.evaluate(expression, scope);
  if (typeof value === "number" && Number.isFinite(value)) return value;
  const read = readDuration(value);
  if (read === null || !("ms" in read)) throw fault("expression", { detail: `${expression} gave no duration: write ISO 8601 such as PT5M, an object such as {"minutes": 5}, or milliseconds.` });
  return read.ms;
}
