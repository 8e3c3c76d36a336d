import type { RunRecords, RunWrite, StoredTask } from "../../run/run-records.ts";

export type RecordedTask = StoredTask & { runId: string; invocation: number; workflow: RunWrite["workflow"] };

/** Records of runs in memory: what they did, in order, as the store would show it. */
export type MemoryRecords = RunRecords & { tasks(): readonly RecordedTask[] };

export function createMemoryRecords(): MemoryRecords {
  const tasks = new Map<string, RecordedTask>();
  return {
    async write({ run, workflow, invocationId, tasks: written }) {
      for (const task of written) tasks.set(`${run.runId} ${invocationId} ${task.seq}`, { ...task, runId: run.runId, invocation: Number(invocationId.slice("inv_".length)), workflow });
    },
    hasBegun: async () => false,
    tasks: () => [...tasks.values()].sort((left, right) => left.offsetUs - right.offsetUs || left.invocation - right.invocation || left.seq - right.seq),
  };
}

/** For replays: nothing is kept. */
export const NO_RECORDS: RunRecords = { write: async () => {}, hasBegun: async () => false };
