import type { NamedTask, TaskList, WorkflowDefinition } from "../document/definition.ts";
import type { StoredTask } from "../run/run-records.ts";
import { listsIn } from "../verify/task-tree.ts";

/** One way a workflow can go. */
export type Branch = { pointer: string; /** `run`, `skipped`, `case large`, `catch`. */ way: string; label: string };
export type WorkflowCoverage = { namespace: string; name: string; file: string; branches: number; covered: number; missing: readonly (Branch & { line: number })[]; percent: number };

/** Every branch of a document: each task done, each `if` not met, each case, each catch. */
function branchesOf(definition: WorkflowDefinition): readonly Branch[] {
  const { functions, extensions } = definition.use;
  return [...below(definition.do, ""), ...below(Object.values(functions), ""), ...extensions.flatMap((each) => [...below(each.before, ""), ...below(each.after, "")])];
}

function below(list: TaskList, path: string): Branch[] {
  return list.flatMap((named) => branchesOfTask(named, path === "" ? named.name : `${path} › ${named.name}`));
}

function branchesOfTask(named: NamedTask, label: string): Branch[] {
  const { task, pointer } = named;
  const own: Branch[] = [{ pointer, way: "run", label }];
  if (task.if !== null) own.push({ pointer, way: "skipped", label: `${label} is skipped` });
  if (task.kind === "switch") {
    own.push(...task.cases.map((each): Branch => ({ pointer, way: `case ${each.name}`, label: `${label}: ${each.name}` })));
    if (!task.cases.some((each) => each.when === null)) own.push({ pointer, way: "no case", label: `${label}: no case` });
  }
  if (task.kind === "try") own.push({ pointer, way: "catch", label: `${label} is caught` });
  return [...own, ...listsIn(named).flatMap(({ list }) => below(list, label))];
}

/** Which ways one record of a task shows. */
export function waysOf(record: Pick<StoredTask, "kind" | "status" | "branch">): string[] {
  if (record.status === "skipped") return ["skipped"];
  if (record.kind === "switch") return ["run", record.branch === null ? "no case" : `case ${record.branch}`];
  return record.kind === "try" && record.branch === "catch" ? ["run", "catch"] : ["run"];
}

/** What of a document was gone through; `seen` holds `pointer way`. */
export function coverageOf(given: { definition: WorkflowDefinition; file: string; lineOf(pointer: string): number }, seen: ReadonlySet<string>): WorkflowCoverage {
  const { namespace, name } = given.definition.document;
  const branches = branchesOf(given.definition);
  const missing = branches.filter(({ pointer, way }) => !seen.has(`${pointer} ${way}`)).map((branch) => ({ ...branch, line: given.lineOf(branch.pointer) }));
  const covered = branches.length - missing.length;
  return { namespace, name, file: given.file, branches: branches.length, covered, missing, percent: branches.length === 0 ? 100 : Math.floor((covered / branches.length) * 1_000) / 10 };
}
