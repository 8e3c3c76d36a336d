import { z } from "zod";
import { readJsonLines } from "../data-set.ts";

const toolCall = z.object({ id: z.string(), function: z.object({ name: z.string(), arguments: z.string().transform((text): unknown => JSON.parse(text)).pipe(z.record(z.string(), z.unknown())) }) });
const message = z.object({ role: z.enum(["system", "user", "assistant", "tool"]), content: z.string().nullable(), tool_calls: z.array(toolCall).nullish(), tool_call_id: z.string().optional() });
const run = z.object({
  task_id: z.number(), trial: z.number(), reward: z.number(), traj: z.array(message),
  info: z.object({ task: z.object({ user_id: z.string(), instruction: z.string(), actions: z.array(z.object({ name: z.string(), kwargs: z.record(z.string(), z.unknown()) })) }) }),
});

/** A recorded conversation of a model with a simulated customer, the reference actions of its task, and whether it succeeded (`reward` 1). */
export type RecordedRun = z.output<typeof run>;
export type RecordedMessage = RecordedRun["traj"][number];

export function readRuns(...path: string[]): Promise<RecordedRun[]> {
  return readJsonLines(run, ...path);
}

/** The calls of a run in their order, each with its answer and the messages before it. */
export function callsOf({ traj }: RecordedRun): { name: string; arguments: Record<string, unknown>; answer: string; before: readonly RecordedMessage[] }[] {
  return traj.flatMap((each, at) => (each.tool_calls ?? []).map((call) => ({
    // The recordings use ids of calls more than once, so the answer is the one that comes next.
    name: call.function.name, arguments: call.function.arguments, answer: traj.slice(at).find((other) => other.tool_call_id === call.id)?.content ?? "", before: traj.slice(0, at),
  })));
}
