import type { TaskCounts } from "../run/run-counts.store.ts";

export type BranchCount = { branch: string; /** How often the way was taken. */ count: number; /** Of branches that compete: how often this one came first. */ won: number | null };

/**
 * The ways out of every task that has some, as the graph draws them: a switch's cases as recorded; a fork's branches by how
 * often each was begun; `each` round of a loop; every `try`, and those of them that a `catch` dealt with. Pure.
 */
export function countBranches(tasks: readonly TaskCounts[]): (Omit<TaskCounts, "branches"> & { branches: BranchCount[] })[] {
  return tasks.map((task) => ({ ...task, branches: branchesOf(task, tasks) }));
}

function branchesOf(task: TaskCounts, all: readonly TaskCounts[]): BranchCount[] {
  const recorded = task.branches.map(({ branch, count }) => ({ branch, count, won: null }));
  if (task.kind === "fork") return forkBranches(task, all);
  if (task.kind === "try") return [{ branch: "try", count: task.runs - task.skipped, won: null }, ...recorded];
  if (task.rounds > 0) return [{ branch: "each", count: task.rounds, won: null }, ...recorded];
  return recorded;
}

/** Only competing branches record a winner. */
function forkBranches(task: TaskCounts, all: readonly TaskCounts[]): BranchCount[] {
  const place = `${task.pointer}/fork/branches/`;
  const begun = all.filter(({ pointer }) => pointer.startsWith(place) && pointer.slice(place.length).split("/").length === 2);
  const isCompeting = begun.some(({ name }) => task.branches.some((each) => each.branch === name));
  const order = (pointer: string) => Number.parseInt(pointer.slice(place.length), 10);
  return begun.toSorted((left, right) => order(left.pointer) - order(right.pointer)).map(({ name, runs }) => ({ branch: name, count: runs, won: isCompeting ? (task.branches.find((each) => each.branch === name)?.count ?? 0) : null }));
}
