import type { NamedTask, TaskList, WorkflowDefinition } from "../document/definition.ts";

/** A list of tasks with what stands around it. */
export type ListInPlace = { list: TaskList; /** The branches of a fork: not run in sequence. */ isFork: boolean; around: readonly Surrounding[] };

/** `part`: where in the task the list stands. */
export type Surrounding = { task: NamedTask; part: "body" | "try" | "catch" };

/** The lists directly inside one task. */
export function listsIn({ task }: NamedTask): readonly { list: TaskList; part: Surrounding["part"]; isFork: boolean }[] {
  switch (task.kind) {
    case "do": case "for": return [{ list: task.do, part: "body", isFork: false }];
    case "fork": return [{ list: task.branches, part: "body", isFork: true }];
    case "try": return [{ list: task.try, part: "try", isFork: false }, ...(task.catch.do === null ? [] : [{ list: task.catch.do, part: "catch" as const, isFork: false }])];
    case "listen": return task.foreach === null || task.foreach.do === null ? [] : [{ list: task.foreach.do, part: "body", isFork: false }];
    default: return [];
  }
}

/** Every list of a document, also those of functions and extensions, outer ones first. */
export function* listsOf(definition: WorkflowDefinition): Generator<ListInPlace> {
  yield* below({ list: definition.do, isFork: false, around: [] });
  for (const named of Object.values(definition.use.functions)) yield* below({ list: [named], isFork: true, around: [] });
  for (const extension of definition.use.extensions) for (const list of [extension.before, extension.after]) if (list.length > 0) yield* below({ list, isFork: false, around: [] });
}

function* below(place: ListInPlace): Generator<ListInPlace> {
  yield place;
  for (const task of place.list) for (const { list, part, isFork } of listsIn(task)) yield* below({ list, isFork, around: [...place.around, { task, part }] });
}

/** Every task of a document with what stands around it. */
export function* tasksOf(definition: WorkflowDefinition): Generator<{ named: NamedTask; around: readonly Surrounding[] }> {
  for (const { list, around } of listsOf(definition)) for (const named of list) yield { named, around };
}
