import { isRecord } from "../../lib/is-record.ts";
import type { ErrorRule, NamedTask, RunRule, Task, TaskBase, TaskList } from "./definition.ts";
import { joinPointer } from "./json-pointer.ts";
import { listAt, namedItem, objectAt, textAt, type RawObject } from "./raw-value.ts";
import { kindOf } from "./task-kinds.ts";
import { expressionAt, toCatch, toConsumption, toContract, toDuration, toError, toExpression, toForeach, toTimeout } from "./to-rules.ts";

/** A checked raw list of tasks as the definition has it. `timeouts`: of `use`. */
export function toTaskList(value: unknown, pointer: string, timeouts: RawObject): TaskList {
  if (!Array.isArray(value)) return [];
  return value.map((item, index) => {
    const [name, raw] = namedItem(item) ?? ["", null];
    return toNamedTask(name, joinPointer(pointer, index, name), isRecord(raw) ? raw : {}, timeouts);
  });
}

export function toNamedTask(name: string, pointer: string, raw: RawObject, timeouts: RawObject): NamedTask {
  return { name, pointer, task: toTask(raw, pointer, timeouts) };
}

function toBase(raw: RawObject, timeouts: RawObject): TaskBase {
  return {
    if: expressionAt(raw, "if"), input: toContract(raw["input"], "from"), output: toContract(raw["output"], "as"), export: toContract(raw["export"], "as"),
    timeout: toTimeout(raw["timeout"], timeouts), then: textAt(raw, "then") ?? "continue", metadata: { ...objectAt(raw, "metadata") },
  };
}

function toTask(raw: RawObject, pointer: string, timeouts: RawObject): Task {
  const base = toBase(raw, timeouts);
  const tasks = (under: string) => (list: unknown) => toTaskList(list, `${pointer}/${under}`, timeouts);
  switch (kindOf(raw)) {
    case "call": return { ...base, kind: "call", call: textAt(raw, "call") ?? "", with: { ...objectAt(raw, "with") } };
    case "emit": return { ...base, kind: "emit", event: { ...objectAt(objectAt(objectAt(raw, "emit"), "event"), "with") } };
    case "for": return { ...base, kind: "for", ...toLoop(objectAt(raw, "for")), while: expressionAt(raw, "while"), do: tasks("do")(raw["do"]) };
    case "fork": return { ...base, kind: "fork", branches: tasks("fork/branches")(objectAt(raw, "fork")["branches"]), isCompeting: objectAt(raw, "fork")["compete"] === true };
    case "listen": return { ...base, kind: "listen", to: toConsumption(objectAt(objectAt(raw, "listen"), "to")), read: toReadMode(objectAt(raw, "listen")["read"]), foreach: toForeach(raw["foreach"], tasks("foreach/do")) };
    case "raise": return { ...base, kind: "raise", error: toRaised(objectAt(raw, "raise")["error"]) };
    case "run": return { ...base, kind: "run", run: toRun(objectAt(raw, "run")) };
    case "set": return { ...base, kind: "set", set: typeof raw["set"] === "string" ? toExpression(raw["set"]) : raw["set"] };
    case "switch": return { ...base, kind: "switch", cases: toCases(listAt(raw, "switch")) };
    case "try": return { ...base, kind: "try", try: tasks("try")(raw["try"]), catch: toCatch(objectAt(raw, "catch"), tasks("catch/do")) };
    case "wait": return { ...base, kind: "wait", wait: toDuration(raw["wait"]) };
    case "do": case null: return { ...base, kind: "do", do: tasks("do")(raw["do"]) };
  }
}

function toLoop(raw: RawObject): { each: string; in: string; at: string } {
  return { each: textAt(raw, "each") ?? "item", in: toExpression(textAt(raw, "in") ?? ""), at: textAt(raw, "at") ?? "index" };
}

function toReadMode(value: unknown): "data" | "envelope" | "raw" {
  return value === "envelope" || value === "raw" ? value : "data";
}

function toRaised(value: unknown): ErrorRule | { reference: string } {
  return typeof value === "string" ? { reference: value } : toError(isRecord(value) ? value : {});
}

function toCases(list: readonly unknown[]): { name: string; when: string | null; then: string }[] {
  return list.map((item) => {
    const [name, rule] = namedItem(item) ?? ["", null];
    const raw = isRecord(rule) ? rule : {};
    return { name, when: expressionAt(raw, "when"), then: textAt(raw, "then") ?? "continue" };
  });
}

function toRun(raw: RawObject): RunRule {
  const isAwaited = raw["await"] !== false;
  const workflow = raw["workflow"];
  if (isRecord(workflow)) return { kind: "workflow", namespace: textAt(workflow, "namespace") ?? "", name: textAt(workflow, "name") ?? "", version: textAt(workflow, "version") ?? "latest", input: workflow["input"] ?? null, isAwaited };
  const kind = raw["container"] !== undefined ? "container" : raw["shell"] !== undefined ? "shell" : "script";
  return { kind, with: { ...objectAt(raw, kind) }, isAwaited, return: toReturn(raw["return"]) };
}

function toReturn(value: unknown): "stdout" | "stderr" | "code" | "all" | "none" {
  return value === "stderr" || value === "code" || value === "all" || value === "none" ? value : "stdout";
}
