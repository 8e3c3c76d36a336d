/** What is kept of a run, beside Restate's journal: for people to read, to count and to resume from. */
export type RunStatus = "running" | "waiting" | "completed" | "failed" | "cancelled";

/** The standard's error, RFC 9457. `instance` is the pointer of the task. */
export type WorkflowError = { type: string; status: number; title: string; detail: string | null; instance: string };

/** One task of one run, once per iteration. Times in microseconds from the run's start; `queuedUs`: waiting for the engine before it began. */
export type TaskRecord = {
  pointer: string; name: string; kind: string; iteration: number;
  status: "running" | "completed" | "skipped" | "failed" | "caught";
  offsetUs: number; durationUs: number; queuedUs: number;
  input: unknown; output: unknown;
  /** The arguments a `call` was given, every expression in them replaced by its value; null for other kinds. */
  calledWith: unknown;
  /** Rounds of a loop or events of a `foreach` that were begun, attempts of a `try`; null for other kinds. */
  rounds: number | null;
  /** The branch taken (a switch's case, a fork's branch) or why it was skipped. */
  branch: string | null; reason: string | null; error: WorkflowError | null;
};
