import { ownValue } from "../../../lib/own-value.ts";
import { joinPointer } from "../../document/json-pointer.ts";
import type { DataContract, DurationRule, NamedTask, RetryRule, Template, TimeoutRule, WorkflowDefinition } from "../../document/definition.ts";
import { expressionsIn } from "../../expressions/template.ts";
import type { Checking } from "../findings.ts";
import { tasksOf } from "../task-tree.ts";

type Placed = readonly [pointer: string, template: Template];

/**
 * Secrets that decide or become data. They are read anew whenever a run goes on, and stand in no journal: where only a call is
 * given one, another value changes nothing that was done; where the way of the run hangs on it, a run that waits cannot go on
 * after a change.
 */
export function checkSecretUse({ source, report }: Checking): void {
  const { definition } = source;
  if (definition.use.secrets.length === 0) return;
  for (const [pointer, template] of [...ofDocument(definition), ...[...tasksOf(definition)].flatMap(({ named }) => [...ofTask(named, definition)])]) {
    for (const expression of expressionsIn(template, pointer)) {
      if (!readsSecrets(expression.source, definition.language)) continue;
      report({ rule: "secret-decides", severity: "warning", pointer: expression.pointer, message: "The way of a run hangs on a secret here: when the secret is changed, runs that wait cannot go on.", advice: "Read secrets only in what a call is given, in `with` or in `authentication`." });
    }
  }
}

function readsSecrets(expression: string, language: "jq" | "cel"): boolean {
  // In jq a string may hold expressions, in CEL it is only text.
  return language === "jq" ? /\$secrets\b/.test(expression) : /(?<![.\w])secrets\b/.test(expression.replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g, '""'));
}

function* ofDocument({ input, output, timeout }: WorkflowDefinition): Generator<Placed> {
  yield ["/input/from", input.transform];
  yield ["/output/as", output.transform];
  yield* ofTimeout(timeout, "");
}

/** Everything in one task but the tasks inside it, and what it only hands to an effect. */
function* ofTask({ task, pointer }: NamedTask, { use }: WorkflowDefinition): Generator<Placed> {
  yield [`${pointer}/if`, task.if];
  const contracts: readonly [string, DataContract][] = [["input/from", task.input], ["output/as", task.output], ["export/as", task.export]];
  for (const [key, contract] of contracts) yield [`${pointer}/${key}`, contract.transform];
  yield* ofTimeout(task.timeout, pointer);
  switch (task.kind) {
    case "set": yield [`${pointer}/set`, task.set]; return;
    case "wait": yield* ofDuration(task.wait, `${pointer}/wait`); return;
    case "raise": yield [`${pointer}/raise/error`, task.error]; return;
    case "listen": yield [`${pointer}/listen/to`, task.to]; return;
    case "for": yield [`${pointer}/for/in`, task.in]; yield [`${pointer}/while`, task.while]; return;
    case "switch": for (const [index, { name, when }] of task.cases.entries()) yield [`${joinPointer(`${pointer}/switch`, index, name)}/when`, when]; return;
    // The input of another task or workflow is data of that one.
    case "call": if (ownValue(use.functions, task.call) !== undefined) yield [`${pointer}/with`, task.with]; return;
    case "run": if (task.run.kind === "workflow") yield [`${pointer}/run/workflow/input`, task.run.input]; return;
    case "try": yield* ofCatch(task.catch, `${pointer}/catch`); return;
    case "do": case "emit": case "fork": return;
  }
}

function* ofCatch(rule: { when: string | null; exceptWhen: string | null; retry: RetryRule | { reference: string } | null }, pointer: string): Generator<Placed> {
  yield [`${pointer}/when`, rule.when];
  yield [`${pointer}/exceptWhen`, rule.exceptWhen];
  if (rule.retry === null || "reference" in rule.retry) return;
  yield [`${pointer}/retry/when`, rule.retry.when];
  yield [`${pointer}/retry/exceptWhen`, rule.retry.exceptWhen];
}

function* ofTimeout(timeout: TimeoutRule | null, pointer: string): Generator<Placed> {
  if (timeout !== null) yield* ofDuration(timeout.after, `${pointer}/timeout/after`);
}

function* ofDuration(rule: DurationRule, pointer: string): Generator<Placed> {
  if ("expression" in rule) yield [pointer, rule.expression];
}
