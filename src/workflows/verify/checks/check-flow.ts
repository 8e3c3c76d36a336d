import type { NamedTask } from "../../document/definition.ts";
import { didYouMean } from "../../../lib/did-you-mean.ts";
import { joinPointer } from "../../document/json-pointer.ts";
import type { Checking } from "../findings.ts";
import { loopsWithout, walkList, waysOf } from "../walk-list.ts";
import { type ListInPlace, listsIn, listsOf } from "../task-tree.ts";

const DIRECTIVES: readonly string[] = ["continue", "exit", "end"];

/** Where tasks lead: targets that do not exist, tasks that nothing reaches, switches without a default, endless loops. */
export function checkFlow(checking: Checking): void {
  for (const place of listsOf(checking.source.definition)) {
    checkTargets(checking, place);
    if (place.isFork) continue;
    checkNames(checking, place);
    checkReach(checking, place);
    checkLoops(checking, place);
  }
}

function checkTargets({ report }: Checking, { list, isFork }: ListInPlace): void {
  const names = isFork ? [] : list.map(({ name }) => name);
  const check = (then: string, pointer: string): void => {
    if (DIRECTIVES.includes(then) || names.includes(then)) return;
    report({ rule: "then-target", severity: "error", pointer, message: `There is no task "${then}" in this list.${didYouMean(then, [...names, ...DIRECTIVES])}`, advice: "Name a task of the same list, or continue, exit or end." });
  };
  for (const { pointer, task } of list) {
    check(task.then, `${pointer}/then`);
    if (task.kind !== "switch") continue;
    for (const [index, { name, then }] of task.cases.entries()) check(then, `${joinPointer(`${pointer}/switch`, index, name)}/then`);
    if (!task.cases.some(({ when }) => when === null)) report({ rule: "switch-default", severity: "warning", pointer: `${pointer}/switch`, message: "This switch has no default: when no case fits, the next task runs.", advice: "Add a last case without `when`, such as `- default: { then: continue }`." });
  }
}

function checkNames({ report }: Checking, { list }: ListInPlace): void {
  const seen = new Set<string>();
  for (const { name, pointer } of list) {
    if (seen.has(name)) report({ rule: "task-name", severity: "error", pointer, message: `There are two tasks named "${name}" in this list.`, advice: "Give each its own name: `then` and the counts go by it." });
    seen.add(name);
  }
}

function checkReach({ report }: Checking, { list }: ListInPlace): void {
  const { reached } = walkList<true>(list, true, { step: ({ task }) => waysOf(task).map((to) => ({ to, state: true })), join: () => true, reenter: () => true });
  // Of a row of unreachable tasks the first one is named, and those that others would lead to by name.
  const targets = new Set(list.map(({ task }) => task.then));
  for (const [index, { name, pointer }] of list.entries()) {
    if (!reached.has(index) && (index === 0 || reached.has(index - 1) || targets.has(name))) report({ rule: "unreachable", severity: "warning", pointer, message: `Nothing leads to task "${name}".`, advice: "Name it in a `then`, or remove it." });
  }
}

function checkLoops({ source, environment, report }: Checking, { list, around }: ListInPlace): void {
  const isTimed = source.definition.timeout !== null || around.some(({ task }) => task.task.timeout !== null);
  const waits = (named: NamedTask): boolean => {
    const { task } = named;
    // What may be skipped, or waits for no time, holds nothing up.
    if (task.if !== null || (task.kind === "wait" && "ms" in task.wait && task.wait.ms === 0)) return false;
    if (task.kind === "wait" || task.kind === "listen") return true;
    if (task.kind === "call" && environment.functions.get(task.call)?.waits === true) return true;
    return listsIn(named).some((inner) => inner.part !== "catch" && inner.list.some(waits));
  };
  if (isTimed) return;
  for (const loop of loopsWithout(list, (index) => list.slice(index, index + 1).some(waits))) {
    const [first, last] = [list[loop[0] ?? -1], list[loop.at(-1) ?? -1]];
    if (first === undefined || last === undefined) continue;
    report({ rule: "endless-loop", severity: "error", pointer: backJumpPointer(last, first.name), message: `The loop from "${last.name}" back to "${first.name}" has neither a wait nor a time limit.`, advice: "Add a `wait` inside, use `for`, or put the loop into a task with a `timeout`." });
  }
}

function backJumpPointer({ pointer, task }: NamedTask, target: string): string {
  if (task.kind !== "switch") return `${pointer}/then`;
  const index = task.cases.findIndex(({ then }) => then === target);
  const name = task.cases[index]?.name;
  return name === undefined ? `${pointer}/then` : `${joinPointer(`${pointer}/switch`, index, name)}/then`;
}

