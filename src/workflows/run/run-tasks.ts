import type { TaskList } from "../document/definition.ts";
import { fault } from "./faults.ts";
import { toTaskFailure, type Interpretation, type ListEnd, type TaskScope } from "./interpretation.ts";

const places = new WeakMap<TaskList, ReadonlyMap<string, number>>();

/**
 * Carries out a list of tasks: each takes the output of the one before, and `then` says which is next.
 *
 * A resumed run goes straight to the task its way down names, with the data that task had.
 */
export async function runTasks(run: Interpretation, scope: TaskScope, list: TaskList, input: unknown): Promise<ListEnd> {
  const [frame] = scope.resume;
  const resumedAt = frame === undefined ? -1 : list.findIndex((task) => task.pointer === frame.pointer);
  const fresh = scope.resume.length === 0 ? scope : { ...scope, resume: [] };
  if (frame !== undefined && resumedAt >= 0) for (const [visited, count] of Object.entries(frame.visits)) scope.visits.set(visited, count);
  let place = Math.max(0, resumedAt);
  let data = resumedAt >= 0 ? frame?.input : input;
  for (let current = resumedAt >= 0 ? scope : fresh; ; current = fresh) {
    const task = list[place];
    if (task === undefined) return { output: data, by: "done" };
    const flow = await run.runTask(current, task, data);
    data = flow.output;
    if (flow.then === "continue") place += 1;
    else if (flow.then === "exit" || flow.then === "end") return { output: data, by: flow.then };
    else place = placeOf(list, flow.then, task.pointer);
  }
}

function placeOf(list: TaskList, name: string, from: string): number {
  let known = places.get(list);
  if (known === undefined) {
    known = new Map(list.map((task, place) => [task.name, place]));
    places.set(list, known);
  }
  const place = known.get(name);
  if (place === undefined) throw toTaskFailure(fault("configuration", { detail: `\`then: ${name}\` names no task beside it.` }), from);
  return place;
}
