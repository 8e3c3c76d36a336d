import { EvaluationError, ParseError, TypeError as CelTypeError, type Environment, type ParseResult } from "@marcbachmann/cel-js";
import { messageOf } from "../../lib/app-error.ts";
import { expressionFailed, expressionInvalid, shorten } from "../expressions/expression.errors.ts";
import type { ExpressionFault, ExpressionLanguage, ExpressionScope } from "../expressions/expression.ts";
import { boundExpression } from "./cel-bounds.ts";
import { namesIn } from "./cel-tree.ts";
import { createEnvironment, resetBudget } from "./cel-environment.ts";
import { inferCel } from "./cel-types.ts";
import { toJson } from "./cel-value.ts";

/**
 * Google's Common Expression Language. JSON numbers stay what they are: `input.amount > 100`, `+`, `-`, `*`, `/` and `%`
 * take whole and broken ones alike. Every evaluation ends: loops run over data only, and together visit a million items.
 *
 * Source: https://github.com/google/cel-spec/blob/master/doc/langdef.md
 */
export function createCel(): ExpressionLanguage {
  const environment = createEnvironment();
  return {
    name: "cel",
    compile(source) {
      const { run, reads } = parseBounded(environment, source);
      return { source, reads, evaluate: (scope) => evaluate(source, run, scope) };
    },
    check(source, types) {
      const tree = tryParse(environment, source);
      if (tree.kind === "faulty") return { faults: [tree.fault], result: null };
      const found = inferCel(tree.parsed.ast, types);
      const faults = found.faults.length > 0 ? found.faults : ownFaults(environment, tree.parsed);
      return { faults, result: faults.length > 0 ? null : found.result };
    },
  };
}

type Parsed = { kind: "parsed"; parsed: ParseResult } | { kind: "faulty"; fault: ExpressionFault };

function tryParse(environment: Environment, source: string): Parsed {
  try {
    return { kind: "parsed", parsed: environment.parse(source) };
  } catch (error) {
    return { kind: "faulty", fault: toFault(error) };
  }
}

function parseBounded(environment: Environment, source: string): { run: ParseResult; reads: ReadonlySet<string> } {
  const tree = tryParse(environment, source);
  if (tree.kind === "faulty") throw expressionInvalid({ message: `\`${shorten(source)}\`: ${tree.fault.message}`, details: { expression: shorten(source), offset: tree.fault.offset } });
  const bounded = boundExpression(source, tree.parsed.ast);
  return { run: bounded === null ? tree.parsed : environment.parse(bounded), reads: new Set(namesIn(tree.parsed.ast)) };
}

function evaluate(source: string, run: ParseResult, scope: ExpressionScope): unknown {
  resetBudget();
  try {
    const result: unknown = run({ ...scope.variables, input: scope.input ?? null, context: scope.context ?? null, output: scope.output ?? null, secrets: scope.secrets, workflow: scope.workflow ?? null, task: scope.task ?? null, runtime: scope.runtime ?? null });
    return toJson(result);
  } catch (error) {
    throw expressionFailed({ message: `\`${shorten(source)}\`: ${reasonOf(error)}.`, details: { expression: shorten(source) }, cause: error });
  }
}

/** What CEL itself finds with every name open: functions that do not exist, literals that do not fit. */
function ownFaults(environment: Environment, parsed: ParseResult): ExpressionFault[] {
  const bounded = boundExpression(parsed.ast.input, parsed.ast);
  const result = bounded === null ? parsed.check() : environment.parse(bounded).check();
  if (result.valid) return [];
  const fault = toFault(result.error);
  return [bounded === null ? fault : { ...fault, offset: null }];
}

function toFault(error: unknown): ExpressionFault {
  return { message: `${reasonOf(error).replace(/^./, (first) => first.toUpperCase())}.`, offset: isOfCel(error) ? (error.range?.start ?? null) : null };
}

function reasonOf(error: unknown): string {
  return (isOfCel(error) ? error.summary : messageOf(error)).split("\n")[0]?.replace(/\.$/, "") ?? "it failed";
}

function isOfCel(error: unknown): error is ParseError | CelTypeError | EvaluationError {
  return error instanceof ParseError || error instanceof CelTypeError || error instanceof EvaluationError;
}
