import type { NamedTask, Task, TaskList } from "../document/definition.ts";

/** One way out of a task: where it goes (`continue`, `exit`, `end` or a name) and with what. */
export type Route<State> = { to: string; state: State };

export type Walk<State> = {
  /** How the task was entered goes in, its ways out come back; none: nothing follows it. */
  step(task: NamedTask, state: State): readonly Route<State>[];
  join(left: State, right: State): State;
  /** What is known at a task that a later one jumps back to. */
  reenter(state: State): State;
};

export type Walked<State> = {
  /** Leaving the list, its end included; not what ends the workflow. */
  exits: State[];
  reached: ReadonlySet<number>;
  /** What jumps back brought to tasks that had been looked at by then. */
  late: readonly { task: NamedTask; state: State }[];
};

/** Follows every path through one list, each task once, after those that lead to it. */
export function walkList<State>(list: TaskList, entry: State, walk: Walk<State>): Walked<State> {
  const targets = indexByName(list);
  const order = orderOf(list, targets);
  const reentered = backTargets(list, order, targets);
  const incoming: (State | undefined)[] = [entry];
  const exits: State[] = list.length === 0 ? [entry] : [];
  const late: { task: NamedTask; state: State }[] = [];
  const reached = new Set<number>();
  for (const index of order) {
    const task = list[index];
    const state = incoming[index];
    if (task === undefined || state === undefined) continue;
    reached.add(index);
    for (const route of walk.step(task, reentered.has(index) ? walk.reenter(state) : state)) {
      if (route.to === "exit") exits.push(route.state);
      else if (route.to !== "end") {
        const next = route.to === "continue" ? index + 1 : targets.get(route.to);
        const following = next === undefined ? undefined : list[next];
        if (next === list.length) exits.push(route.state);
        else if (next !== undefined && following !== undefined) {
          if (reached.has(next)) late.push({ task: following, state: route.state });
          const known = incoming[next];
          incoming[next] = known === undefined ? route.state : walk.join(known, route.state);
        }
      }
    }
  }
  return { exits, reached, late };
}

function indexByName(list: TaskList): ReadonlyMap<string, number> {
  return new Map(list.map(({ name }, index) => [name, index]));
}

/** The places where a task that ran can go on, as `then` says it. */
export function thensOf(task: Task): readonly string[] {
  if (task.kind === "raise") return [];
  if (task.kind !== "switch") return [task.then];
  const hasDefault = task.cases.some(({ when }) => when === null);
  return [...task.cases.map(({ then }) => then), ...(hasDefault ? [] : [task.then])];
}

/** The same and the next task, where `if` may skip this one: whatever its `then` says. */
export function waysOf(task: Task): readonly string[] {
  return task.if === null ? thensOf(task) : [...new Set([...thensOf(task), "continue"])];
}

function nextsOf(list: TaskList, index: number, targets: ReadonlyMap<string, number>): number[] {
  const task = list[index]?.task;
  if (task === undefined) return [];
  return waysOf(task).flatMap((then) => (then === "end" || then === "exit" ? [] : then === "continue" ? [index + 1] : [targets.get(then) ?? -1])).filter((next) => next >= 0 && next < list.length);
}

function backTargets(list: TaskList, order: readonly number[], targets: ReadonlyMap<string, number>): ReadonlySet<number> {
  const places = new Map(order.map((index, place) => [index, place]));
  return new Set(order.flatMap((index, place) => nextsOf(list, index, targets).filter((next) => (places.get(next) ?? -1) <= place)));
}

/** Reverse post-order: every task after those that lead to it, jumps back apart. */
function orderOf(list: TaskList, targets: ReadonlyMap<string, number>): number[] {
  return postOrder(list.length === 0 ? [] : [0], (index) => nextsOf(list, index, targets)).reverse();
}

/** Depth first without recursion: a list may be long. */
function postOrder(starts: Iterable<number>, nextsFrom: (index: number) => readonly number[]): number[] {
  const order: number[] = [];
  const seen = new Set<number>();
  for (const start of starts) {
    const path: { index: number; nexts: readonly number[]; at: number }[] = [];
    const enter = (index: number): void => {
      if (seen.has(index)) return;
      seen.add(index);
      path.push({ index, nexts: nextsFrom(index), at: 0 });
    };
    enter(start);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const next = top.nexts[top.at];
      top.at += 1;
      if (next !== undefined) enter(next);
      else {
        order.push(top.index);
        path.pop();
      }
    }
  }
  return order;
}

/** The loops of jumps that pass none of the given tasks: what lies on one is one list of indexes, in the document's order. */
export function loopsWithout(list: TaskList, isPassed: (index: number) => boolean): readonly (readonly number[])[] {
  const targets = indexByName(list);
  const indexes = [...list.keys()].filter((index) => !isPassed(index));
  const kept = new Set(indexes);
  const nexts = new Map(indexes.map((index) => [index, nextsOf(list, index, targets).filter((next) => kept.has(next))]));
  const befores = new Map<number, number[]>(indexes.map((index) => [index, []]));
  for (const [index, following] of nexts) for (const next of following) befores.get(next)?.push(index);
  // Kosaraju: in this order, what leads back to a task and is not yet taken is strongly connected with it.
  const taken = new Set<number>();
  const loops: number[][] = [];
  for (const index of postOrder(indexes, (each) => nexts.get(each) ?? []).reverse()) {
    if (taken.has(index)) continue;
    const group = postOrder([index], (each) => (befores.get(each) ?? []).filter((before) => !taken.has(before)));
    for (const each of group) taken.add(each);
    if (group.length > 1 || nexts.get(index)?.includes(index) === true) loops.push(group.sort((left, right) => left - right));
  }
  return loops;
}
