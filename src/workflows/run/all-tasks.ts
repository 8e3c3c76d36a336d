import type { NamedTask, TaskList, WorkflowDefinition } from "../document/definition.ts";

const tasksOf = new WeakMap<WorkflowDefinition, ReadonlyMap<string, NamedTask>>();

/** The task that stands at this place of the document. */
export function findTask(definition: WorkflowDefinition, pointer: string): NamedTask | null {
  return tasksByPointer(definition).get(pointer) ?? null;
}

/** All tasks of the document, its functions and its extensions, at any depth. */
export function tasksByPointer(definition: WorkflowDefinition): ReadonlyMap<string, NamedTask> {
  let known = tasksOf.get(definition);
  if (known === undefined) {
    known = new Map(allTasks(definition).map((task) => [task.pointer, task]));
    tasksOf.set(definition, known);
  }
  return known;
}

function allTasks(definition: WorkflowDefinition): NamedTask[] {
  const { functions, extensions } = definition.use;
  return [...below(definition.do), ...below(Object.values(functions)), ...extensions.flatMap((each) => [...below(each.before), ...below(each.after)])];
}

function below(list: TaskList): NamedTask[] {
  return list.flatMap((named) => [named, ...below(partsOf(named.task))]);
}

function partsOf(task: NamedTask["task"]): TaskList {
  switch (task.kind) {
    case "do": case "for": return task.do;
    case "fork": return task.branches;
    case "try": return [...task.try, ...(task.catch.do ?? [])];
    case "listen": return task.foreach?.do ?? [];
    default: return [];
  }
}
