import type { JsonSchema } from "../document/definition.ts";

/** What an expression may see. jq names them `$context`, ...; CEL `context`, ... . jq's `.` is `output` where there is one (`output.as`, `export.as`), else `input`. */
export type ExpressionScope = {
  input: unknown;
  context: unknown;
  output?: unknown;
  /** A text, or a record of texts. */
  secrets: Readonly<Record<string, unknown>>;
  workflow: unknown;
  task: unknown;
  runtime: unknown;
  /** Loop items, caught errors, each under the name the document gives it. */
  variables: Readonly<Record<string, unknown>>;
};

/** The schemas of the same names, as far as they are known; null: anything. `output`: null where there is none, `{}` for anything. */
export type ExpressionTypes = { input: JsonSchema | null; context: JsonSchema | null; output: JsonSchema | null; secrets: readonly string[]; variables: Readonly<Record<string, JsonSchema | null>> };

export type CompiledExpression = {
  source: string;
  /** All the names it may look at, and maybe more; the data counts as `input`. */
  reads: ReadonlySet<string>;
  /**
   * Pure and bounded: ends within the language's limits whatever the data.
   * Throws: `workflows.expression_failed` with the expression and the reason.
   */
  evaluate(scope: ExpressionScope): unknown;
};

export type ExpressionFault = { message: string; /** Offset in the expression, characters. */ offset: number | null };

/**
 * A language of expressions: `jq` and `cel`. Expressions are compiled once per version and shared by its runs.
 *
 * Replay: pure. Throws: `workflows.expression_invalid` from `compile`.
 */
export type ExpressionLanguage = {
  name: "jq" | "cel";
  compile(source: string): CompiledExpression;
  /** What is wrong with it under these types, and the schema of its result where that is known. */
  check(source: string, types: ExpressionTypes): { faults: readonly ExpressionFault[]; result: JsonSchema | null };
  /** Learns many at once before they are checked or compiled one by one; only to be fast. */
  prepare?(sources: readonly string[]): void;
};
