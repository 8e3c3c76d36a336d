import { defineError } from "../../lib/app-error.ts";
import { excerpt } from "../../lib/cut.ts";

export const expressionInvalid = defineError({ code: "workflows.expression_invalid", status: 422, message: "The expression is not valid." });
export const expressionFailed = defineError({ code: "workflows.expression_failed", status: 400, message: "The expression could not be evaluated." });

/** An expression as messages and details name it. */
export function shorten(source: string): string {
  return excerpt(source, 200);
}
