import type { NamedTask, Task, TaskList } from "../document/definition.ts";

/** One way out of a task: where it goes (`continue`, `exit`, `end` or a name) and with what. */
export type Route<State> = { then: string; state: State };

export type Walk<State> = {
  /** How the task was entered goes in, its ways out come back; none: nothing follows it. */
  step(task: NamedTask, state: State): readonly Route<State>[];
  join(left: State, right: State): State;
  /** What is known at a task that a later one jumps back to. */
  reenter(state: State): State;
};

export type Walked<State> = { /** Leaving the list, its end included. */ exits: State[]; /** Ending the workflow. */ ends: State[]; reached: ReadonlySet<number> };

/** Follows every path through one list, each task once, in the order of the document. */
export function walkList<State>(list: TaskList, entry: State, walk: Walk<State>): Walked<State> {
  const targets = indexByName(list);
  const reentered = backTargets(list, targets);
  const incoming: (State | undefined)[] = [entry];
  const walked: Walked<State> = { exits: list.length === 0 ? [entry] : [], ends: [], reached: new Set() };
  const reached = new Set<number>();
  // A task may be reached only by a jump back; then a second round finds it.
  for (const index of orderOf(list, targets)) {
    const task = list[index];
    const state = incoming[index];
    if (task === undefined || state === undefined) continue;
    reached.add(index);
    for (const route of walk.step(task, reentered.has(index) ? walk.reenter(state) : state)) {
      if (route.then === "end") walked.ends.push(route.state);
      else if (route.then === "exit") walked.exits.push(route.state);
      else {
        const next = route.then === "continue" ? index + 1 : targets.get(route.then);
        if (next === list.length) walked.exits.push(route.state);
        else if (next !== undefined) {
          const known = incoming[next];
          incoming[next] = known === undefined ? route.state : walk.join(known, route.state);
        }
      }
    }
  }
  return { ...walked, reached };
}

export function indexByName(list: TaskList): ReadonlyMap<string, number> {
  return new Map(list.map(({ name }, index) => [name, index]));
}

/** The places where a task can go on, as `then` says it. */
export function thensOf(task: Task): readonly string[] {
  if (task.kind === "raise") return task.if === null ? [] : [task.then];
  if (task.kind !== "switch") return [task.then];
  const hasDefault = task.cases.some(({ when }) => when === null);
  return [...task.cases.map(({ then }) => then), ...(hasDefault && task.if === null ? [] : [task.then])];
}

function nextsOf(list: TaskList, index: number, targets: ReadonlyMap<string, number>): number[] {
  const task = list[index]?.task;
  if (task === undefined) return [];
  return thensOf(task).flatMap((then) => (then === "end" || then === "exit" ? [] : then === "continue" ? [index + 1] : [targets.get(then) ?? -1])).filter((next) => next >= 0 && next < list.length);
}

function backTargets(list: TaskList, targets: ReadonlyMap<string, number>): ReadonlySet<number> {
  return new Set(list.flatMap((_, index) => nextsOf(list, index, targets).filter((next) => next <= index)));
}

/** Reverse post-order: every task after those that lead to it, jumps back apart. */
function orderOf(list: TaskList, targets: ReadonlyMap<string, number>): number[] {
  const order: number[] = [];
  const seen = new Set<number>();
  const visit = (index: number): void => {
    if (seen.has(index)) return;
    seen.add(index);
    for (const next of nextsOf(list, index, targets)) visit(next);
    order.unshift(index);
  };
  if (list.length > 0) visit(0);
  return order;
}

/** The tasks that can come again: each list of indexes is one loop of jumps. */
export function loopsOf(list: TaskList): readonly (readonly number[])[] {
  const targets = indexByName(list);
  const loops: number[][] = [];
  for (const [index] of list.entries()) {
    for (const next of nextsOf(list, index, targets).filter((target) => target <= index)) {
      const within = reachableFrom(list, next, targets);
      const loop = [...within].filter((each) => reachableFrom(list, each, targets).has(next)).sort((left, right) => left - right);
      if (loop.length > 0) loops.push(loop);
    }
  }
  return loops;
}

function reachableFrom(list: TaskList, start: number, targets: ReadonlyMap<string, number>): ReadonlySet<number> {
  const seen = new Set<number>();
  const open = [start];
  for (let index = open.pop(); index !== undefined; index = open.pop()) {
    if (seen.has(index)) continue;
    seen.add(index);
    open.push(...nextsOf(list, index, targets));
  }
  return seen;
}
