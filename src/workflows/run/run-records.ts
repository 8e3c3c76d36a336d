import type { RunStatus, TaskRecord, WorkflowError } from "./run-record.ts";
import type { ResumePoint, RunInput } from "./run-input.ts";

/**
 * A task's record as it is stored; `seq` is its order within its invocation. `inputFrom`: null, `input` stands here; empty, it is
 * the run's input; else it is the output of that record (`pointer#iteration`).
 */
export type StoredTask = TaskRecord & { seq: number; inputFrom: string | null };

/** All that is to be written of one run (or one branch of it) at once. */
export type RunWrite = {
  run: RunInput;
  workflow: { namespace: string; name: string; version: string };
  invocationId: string;
  /** Null: a branch, which writes tasks only. */
  state: { status: RunStatus; pointer: string | null; output: unknown; context: unknown; error: WorkflowError | null; resume: ResumePoint | null; endedAtMs: number | null } | null;
  tasks: readonly StoredTask[];
};

/**
 * Where runs are kept for people. Writes of many runs go out in one statement.
 *
 * Replay: idempotent; an older attempt or a late note never overwrites an end. Throws `storage.unavailable` (retryable).
 */
export type RunRecords = {
  write(write: RunWrite): Promise<void>;
  /** Whether a run of this id has begun; one that was only opened (`open-run.store.ts`) has not. */
  hasBegun(tenantId: string, runId: string): Promise<boolean>;
};
