import type { GraphEdge, RunView, TaskRecordView } from "../../../../../src/shapes/workflow.ts";

export type RunStep = TaskRecordView & { /** From 1, in the order of their beginning. */ number: number };

/** What a task looks like at one step of a run. */
export type TaskState = { status: TaskRecordView["status"]; runs: number; last: RunStep };

/** The tasks of a run in the order in which they began; one that holds others stands before them. */
export function stepsOf(run: Pick<RunView, "tasks">): RunStep[] {
  return run.tasks
    .toSorted((left, right) => left.offsetUs - right.offsetUs || left.pointer.length - right.pointer.length || left.iteration - right.iteration)
    .map((task, place) => ({ ...task, number: place + 1 }));
}

/** The tasks that had begun at a step, by pointer. Before the last step, what holds the current task is still under way. */
export function statesAt(steps: readonly RunStep[], number: number): Map<string, TaskState> {
  const states = new Map<string, TaskState>();
  const current = steps[number - 1];
  for (const step of steps.slice(0, number)) {
    const isHolder = number < steps.length && current !== undefined && current.pointer.startsWith(`${step.pointer}/`) && step.offsetUs + step.durationUs > current.offsetUs;
    states.set(step.pointer, { status: isHolder ? "running" : step.status, runs: (states.get(step.pointer)?.runs ?? 0) + 1, last: step });
  }
  return states;
}

/** Whether a run went this way: both ends were reached, and where a task chose, it chose this one. `isOver`: the run has ended well. */
export function isTaken(edge: GraphEdge, states: ReadonlyMap<string, TaskState>, isOver: boolean): boolean {
  const from = states.get(edge.from);
  const to = states.get(edge.to);
  const isReached = edge.to === "end" ? isOver : to !== undefined;
  if (!isReached) return false;
  if (edge.from === "start") return true;
  if (from === undefined || from.status === "failed") return false;
  if (from.last.kind === "switch") return edge.branch === null ? from.last.branch === null : from.last.branch === edge.branch;
  return to === undefined || to.last.number > from.last.number || to.runs > 1 || from.runs > 1;
}
