import { isRecord } from "../../lib/is-record.ts";
import type { ErrorRule, NamedTask, RetryRule, Reusable, Schedule, TaskKind, WorkflowDefinition } from "./definition.ts";
import { joinPointer } from "./json-pointer.ts";
import { listAt, namedItem, objectAt, textAt, type RawObject } from "./raw-value.ts";
import { TASK_KINDS } from "./task-kinds.ts";
import { expressionAt, toConsumption, toContract, toDuration, toError, toRetry, toTimeout } from "./to-rules.ts";
import { toNamedTask, toTaskList } from "./to-task.ts";

/** A raw document that has passed the schema, as runs and checks see it. Pure. */
export function toDefinition(root: RawObject): WorkflowDefinition {
  const document = objectAt(root, "document");
  const timeouts = objectAt(objectAt(root, "use"), "timeouts");
  return {
    document: {
      dsl: textAt(document, "dsl") ?? "", namespace: textAt(document, "namespace") ?? "", name: textAt(document, "name") ?? "", version: textAt(document, "version") ?? "",
      title: textAt(document, "title"), summary: textAt(document, "summary"), tags: Object.fromEntries(Object.entries(objectAt(document, "tags")).map(([key, value]) => [key, String(value)])), metadata: { ...objectAt(document, "metadata") },
    },
    language: objectAt(root, "evaluate")["language"] === "cel" ? "cel" : "jq",
    input: toContract(root["input"], "from"), output: toContract(root["output"], "as"),
    use: toReusable(objectAt(root, "use"), timeouts), timeout: toTimeout(root["timeout"], timeouts), schedule: toSchedule(objectAt(root, "schedule")), do: toTaskList(root["do"], "/do", timeouts),
  };
}

function toSchedule(raw: RawObject): Schedule | null {
  if (raw["every"] !== undefined) return { kind: "every", every: toDuration(raw["every"]) };
  const cron = textAt(raw, "cron");
  if (cron !== null) return { kind: "cron", cron };
  if (raw["after"] !== undefined) return { kind: "after", after: toDuration(raw["after"]) };
  return isRecord(raw["on"]) ? { kind: "on", on: toConsumption(raw["on"]) } : null;
}

function toReusable(use: RawObject, timeouts: RawObject): Reusable {
  const authentications: Record<string, Record<string, unknown>> = {};
  const errors: Record<string, ErrorRule> = {};
  const functions: Record<string, NamedTask> = {};
  const retries: Record<string, RetryRule> = {};
  for (const [name, raw] of objectsIn(use, "authentications")) authentications[name] = { ...raw };
  for (const [name, raw] of objectsIn(use, "errors")) errors[name] = toError(raw);
  for (const [name, raw] of objectsIn(use, "functions")) functions[name] = toNamedTask(name, joinPointer("/use/functions", name), raw, timeouts);
  for (const [name, raw] of objectsIn(use, "retries")) retries[name] = toRetry(raw);
  return { authentications, errors, functions, retries, secrets: listAt(use, "secrets").filter((name) => typeof name === "string"), extensions: toExtensions(use, timeouts) };
}

function objectsIn(from: RawObject, key: string): [string, RawObject][] {
  return Object.entries(objectAt(from, key)).flatMap(([name, raw]): [string, RawObject][] => (isRecord(raw) ? [[name, raw]] : []));
}

function toExtensions(use: RawObject, timeouts: RawObject): Reusable["extensions"] {
  return listAt(use, "extensions").flatMap((item, index) => {
    const [name, raw] = namedItem(item) ?? ["", null];
    if (!isRecord(raw)) return [];
    const pointer = joinPointer("/use/extensions", index, name);
    return [{ name, extend: toTarget(raw["extend"]), when: expressionAt(raw, "when"), before: toTaskList(raw["before"], `${pointer}/before`, timeouts), after: toTaskList(raw["after"], `${pointer}/after`, timeouts) }];
  });
}

/** The standard calls `do` composite here. */
function toTarget(value: unknown): TaskKind | "all" {
  if (value === "composite") return "do";
  return TASK_KINDS.find((kind) => kind === value) ?? "all";
}
