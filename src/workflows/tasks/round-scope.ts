import type { TaskCall, TaskScope } from "../run/interpretation.ts";

/** Where the tasks of one round stand, of a loop or over events. Only the round a run was resumed in goes on down its way. */
export function roundScope(call: Pick<TaskCall, "scope" | "key">, round: number, variables: Readonly<Record<string, unknown>>, isResumed: boolean): TaskScope {
  const { scope } = call;
  return { ...scope, key: `${call.key}@${round}`, visits: new Map(), variables: { ...scope.variables, ...variables }, resume: isResumed ? scope.resume : [] };
}
