import { messageOf } from "../../lib/app-error.ts";
import type { Log } from "../../lib/log.ts";
import type { Durable } from "../../durable/durable.ts";
import { LIMITS, sizeOf } from "./limits.ts";
import type { ValueMask } from "./mask-values.ts";
import type { RunStatus, TaskRecord } from "./run-record.ts";
import type { ResumePoint, RunInput } from "./run-input.ts";
import type { RunRecords, RunWrite, StoredTask } from "./run-records.ts";

/** What a task says of itself while it runs. */
export type TaskNote = Partial<Pick<TaskRecord, "calledWith" | "rounds" | "branch">>;

/** A task that has begun. */
export type TaskMark = { record: StoredTask; startUs: number };

/**
 * Gathers what happened to the tasks of one invocation, and writes it in one go: before a long wait, at the end, and for
 * whoever watches once a run has been busy for a quarter of a second.
 *
 * Replay: nothing here is journaled but the write before a wait (`pause`), after which a replay starts gathering anew: what
 * was written stays as it was measured.
 */
export type Recorder = {
  begin(task: Pick<TaskRecord, "pointer" | "name" | "kind" | "iteration">, input: unknown): TaskMark;
  /** What is known of a task before its end, and stays when it fails. */
  note(mark: TaskMark, known: TaskNote): void;
  end(mark: TaskMark, end: Partial<Pick<TaskRecord, "status" | "output" | "branch" | "reason" | "error" | "queuedUs">>): void;
  /** Credentials that a task uses: hidden from now on, and in what is not written yet. */
  hide(credentials: readonly string[]): void;
  /** Failed tasks at and below the pointer were dealt with by a `catch`. */
  caught(pointer: string): void;
  /** A journaled write, before something that may take long. */
  pause(durable: Durable, pointer: string): Promise<void>;
  /** The same inside a step that exists anyway: `write` in it, `clear` after it. */
  write(status: RunStatus, pointer: string): Promise<void>;
  clear(): void;
  finish(state: NonNullable<RunWrite["state"]> | null): Promise<void>;
};

export type RecorderOptions = { records: RunRecords; run: RunInput; workflow: RunWrite["workflow"]; invocationId: string; isBranch: boolean; signal: AbortSignal; log: Log; /** When this invocation was asked for. */ askedMs: number; input: unknown; /** Hides secrets in all that is written. */ secrets: ValueMask };

/** `last`: the data most recently handed on, and the record it is the output of. `queuedUs`: not yet told by any task. */
type RecorderState = { pending: Set<StoredTask>; failed: Set<StoredTask>; last: Map<unknown, string>; seq: number; queuedUs: number; pointer: string; isOver: boolean; isPaused: boolean; timer: NodeJS.Timeout | null };

const WATCHED_AFTER_MS = 250;
const SHOWN_CHARS = 64_000;

export function createRecorder(options: RecorderOptions): Recorder {
  const startUs = options.run.startedAtMs * 1_000;
  const state: RecorderState = { pending: new Set(), failed: new Set(), last: new Map([[options.input, ""]]), seq: 0, queuedUs: Math.max(0, nowUs() - options.askedMs * 1_000), pointer: "", isOver: false, isPaused: false, timer: null };
  const { secrets } = options;
  const toWrite = (given: RunWrite["state"]): RunWrite => ({ run: { ...options.run, input: secrets.mask(options.run.input) }, workflow: options.workflow, invocationId: options.invocationId, state: given === null ? null : { ...secrets.mask(given), resume: hiddenResume(given.resume) }, tasks: [...state.pending] });
  /** With a secret in its data the run can be undone as far as that goes, but not go on: the secret is not kept. */
  const hiddenResume = (resume: ResumePoint | null): ResumePoint | null => (resume === null || !secrets.touches([resume, options.run.input]) ? resume : { ...secrets.mask(resume), hadSecrets: true });
  const shown = (value: unknown) => secrets.mask(shorten(value));
  const running = (status: RunStatus, pointer: string): RunWrite["state"] => (options.isBranch ? null : { status, pointer, output: null, context: null, error: null, resume: null, endedAtMs: null });

  /** For those who watch; the next one, and the end, write what this one could not. */
  const show = () => {
    state.timer = null;
    if (state.isOver || state.isPaused || options.signal.aborted) return;
    const write = toWrite(running("running", state.pointer));
    options.records.write(write).then(
      () => write.tasks.forEach((task) => task.status !== "running" && state.pending.delete(task)),
      (error: unknown) => options.log.warn("workflows.record_late", { runId: options.run.runId, error: messageOf(error) }),
    );
  };
  /** A task moves: what was written as waiting does not wait any more. */
  const moved = () => {
    state.isPaused = false;
    state.timer ??= setTimeout(show, WATCHED_AFTER_MS).unref();
  };

  const keep = (record: StoredTask) => {
    if (record.seq < LIMITS.records) state.pending.add(record);
  };

  const write = (status: RunStatus, pointer: string) => {
    // From here on, not from when it is written: a note for those who watch must not come after it.
    state.isPaused = status === "waiting";
    return options.records.write(toWrite(running(status, pointer)));
  };
  const clear = () => {
    state.pending.clear();
    state.last = new Map();
    state.isPaused = true;
  };

  return {
    begin(task, input) {
      moved();
      const atUs = nowUs();
      const record: StoredTask = { ...task, status: "running", offsetUs: Math.max(0, atUs - startUs), durationUs: 0, queuedUs: state.queuedUs, input: null, inputFrom: null, output: null, calledWith: null, rounds: null, branch: null, reason: null, error: null, seq: state.seq };
      const from = state.last.get(input);
      if (from === undefined) record.input = shown(input);
      else record.inputFrom = from;
      state.seq += 1;
      state.queuedUs = 0;
      state.pointer = task.pointer;
      keep(record);
      return { record, startUs: atUs };
    },
    note(mark, known) {
      Object.assign(mark.record, known, known.calledWith === undefined ? {} : { calledWith: shown(known.calledWith) });
    },
    end(mark, end) {
      moved();
      const { record } = mark;
      record.durationUs = Math.max(0, nowUs() - mark.startUs);
      const { output, reason, error, ...rest } = end;
      Object.assign(record, { status: "completed" }, rest, secrets.mask({ ...(reason === undefined ? {} : { reason }), ...(error === undefined ? {} : { error }) }), output === undefined ? {} : { output: shown(output) });
      if (record.status === "failed") state.failed.add(record);
      if (end.output !== undefined) state.last = new Map([[end.output, `${record.pointer}#${record.iteration}`]]);
      keep(record);
    },
    hide(credentials) {
      if (!secrets.hide(credentials)) return;
      for (const record of state.pending) Object.assign(record, secrets.mask({ input: record.input, output: record.output, calledWith: record.calledWith, reason: record.reason, error: record.error }));
    },
    caught(pointer) {
      for (const record of state.failed) {
        if (record.pointer !== pointer && !record.pointer.startsWith(`${pointer}/`)) continue;
        record.status = "caught";
        state.failed.delete(record);
        keep(record);
      }
    },
    async pause(durable, pointer) {
      await durable.step("record", () => write("waiting", pointer));
      clear();
    },
    write,
    clear,
    async finish(given) {
      state.isOver = true;
      if (state.timer !== null) clearTimeout(state.timer);
      if (given === null && state.pending.size === 0) return;
      await options.records.write(toWrite(given));
    },
  };
}

/** The resumption's data only as far as it may be kept. */
export function keepable(resume: ResumePoint): ResumePoint | null {
  return sizeOf(resume, LIMITS.dataChars * 2) > LIMITS.dataChars * 2 ? null : resume;
}

function shorten(value: unknown): unknown {
  return sizeOf(value, SHOWN_CHARS) > SHOWN_CHARS ? { shortened: `more than ${SHOWN_CHARS / 1_000} kB` } : value;
}

function nowUs(): number {
  return Math.round((performance.timeOrigin + performance.now()) * 1_000);
}
