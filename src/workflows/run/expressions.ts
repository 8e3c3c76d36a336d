import type { Template } from "../document/definition.ts";
import type { ExpressionLanguage, ExpressionScope } from "../expressions/expression.ts";
import { expressionFailed } from "../expressions/expression.errors.ts";
import { compileTemplate } from "../expressions/template.ts";

/** The expressions of one version, each compiled when it is first met and then shared by all runs. */
export type Expressions = {
  /** A template with every `${ }` replaced by its value; null for none. What is constant comes back as it is: never change it. */
  evaluate(template: Template, scope: ExpressionScope): unknown;
  /** In jq false and null are no, all else is yes; in CEL a condition must be true or false. */
  test(expression: string, scope: ExpressionScope): boolean;
};

/** Replay: pure. Throws: `workflows.expression_invalid`, `workflows.expression_failed`. */
export function createExpressions(language: ExpressionLanguage): Expressions {
  const evaluate = (template: Template, scope: ExpressionScope) => compileTemplate(template, language).evaluate(scope);
  return {
    evaluate,
    test(expression, scope) {
      const value = evaluate(expression, scope);
      if (typeof value === "boolean") return value;
      if (language.name === "cel") throw expressionFailed({ message: `The condition ${expression} is neither true nor false.` });
      return value !== null && value !== undefined;
    },
  };
}
