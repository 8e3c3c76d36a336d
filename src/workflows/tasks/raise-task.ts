import { ownValue } from "../../lib/own-value.ts";
import type { ErrorRule } from "../document/definition.ts";
import { fault, makeFault } from "../run/faults.ts";
import type { Interpretation, TaskCall } from "../run/interpretation.ts";

/** Ends the task with an error of the document's own. `instance` is the task's place unless the document says another. */
export function performRaise(run: Interpretation, call: TaskCall<"raise">): never {
  const { error } = call.task;
  throw makeFault(evaluated(run, call, "reference" in error ? referenced(run, error.reference) : error));
}

function referenced(run: Interpretation, name: string): ErrorRule {
  const rule = ownValue(run.definition.use.errors, name);
  if (rule === undefined) throw fault("configuration", { detail: `There is no error "${name}" in \`use.errors\`.` });
  return rule;
}

function evaluated(run: Interpretation, call: TaskCall<"raise">, rule: ErrorRule) {
  const scope = call.expressionScope();
  const text = (template: string | null): string | null => {
    const value = template === null ? null : run.expressions.evaluate(template, scope);
    return value === null || value === undefined ? null : typeof value === "string" ? value : JSON.stringify(value);
  };
  const status = Number(run.expressions.evaluate(rule.status, scope));
  return { type: text(rule.type) ?? "about:blank", status: Number.isInteger(status) ? status : 500, title: text(rule.title) ?? "Error", detail: text(rule.detail), instance: text(rule.instance) ?? "" };
}
