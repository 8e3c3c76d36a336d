import type { Durable } from "../../durable/durable.ts";
import type { NamedTask, TaskList, WorkflowDefinition } from "../document/definition.ts";
import type { ExpressionScope } from "../expressions/expression.ts";
import type { Expressions } from "./expressions.ts";
import type { Recorder, TaskNote } from "./recorder.ts";
import { toWorkflowError } from "./faults.ts";
import type { RunDeps } from "./run-deps.ts";
import type { CompletedEffect, ResumeFrame, RunInput } from "./run-input.ts";
import type { WorkflowError } from "./run-record.ts";

/** One invocation that carries out a workflow, or one branch of a fork of it. */
export type Interpretation = {
  deps: RunDeps;
  input: RunInput;
  definition: WorkflowDefinition;
  expressions: Expressions;
  secrets: Readonly<Record<string, unknown>>;
  recorder: Recorder;
  /** The run's input after `input.from`: `$workflow.input`. */
  workflowInput: unknown;
  /** `$workflow`. */
  descriptor: { id: string; definition: WorkflowDefinition; input: unknown; startedAt: unknown };
  /** `$runtime`. */
  runtime: { name: string; version: string; metadata: Record<string, never> };
  state: RunState;
  /** Carries out a list of tasks, one after the other, as their `then` says. */
  runTasks(scope: TaskScope, list: TaskList, input: unknown): Promise<ListEnd>;
  runTask(scope: TaskScope, task: NamedTask, input: unknown): Promise<TaskFlow>;
};

/** What moves on while tasks are carried out; made again by a replay. */
export type RunState = {
  /** `$context`. */
  context: unknown;
  /** Tasks carried out, against the limit. */
  tasks: number;
  /** Effects begun, against the limit. */
  effectsBegun: number;
  /** Executions by pointer, for records. */
  counts: Map<string, number>;
  /** What can be undone, in the order it was done. */
  effects: CompletedEffect[];
  /** Keys that are used up (`run-input.ts`); the task that had one gets the next (`freshKey`). */
  spent: Set<string>;
  /** Keys of calls that wait for people or events: used up when this invocation is stopped, for they must be asked anew. */
  waited: Set<string>;
  /** Waits for events that were opened and not closed; closed when the invocation ends, however it ends. */
  openWaits: Set<string>;
  /** Whether a model's words may stand in what tasks work on (`model-words.ts`): such are not told below the ladder's `act_with_approval`. */
  mayHoldModelWords: boolean;
  /** When the event loop was last given to others. */
  yieldedMs: number;
};

/** Where a task stands at run time. */
export type TaskScope = {
  durable: Durable;
  variables: Readonly<Record<string, unknown>>;
  /** Names this place and the rounds of the loops around it; idempotency keys are made from it. */
  key: string;
  /** Executions by place within this round of the loops around it; a retry takes back those of what it repeats. */
  visits: Map<string, number>;
  isExtension: boolean;
  functionDepth: number;
  /** The way down to where a resumed run goes on; empty once it is reached. */
  resume: readonly ResumeFrame[];
};

/** A task as its kind carries it out. `frame`: of a resumed run, what this task had reached. */
export type TaskCall<Kind extends NamedTask["task"]["kind"] = NamedTask["task"]["kind"]> = {
  scope: TaskScope;
  name: string;
  pointer: string;
  task: Extract<NamedTask["task"], { kind: Kind }>;
  input: unknown;
  /** From 1. */
  iteration: number;
  /** The same on every attempt, replay and retry of this task in this round. */
  key: string;
  frame: ResumeFrame | null;
  /** Puts what is known before the end on the task's record. */
  note(known: TaskNote): void;
  /** What expressions of this task see; `more` adds variables, or data in the place of the input. */
  expressionScope(more?: { variables?: Record<string, unknown>; input?: unknown }): ExpressionScope;
};

/** `then`: overrules the task's own; `isEnd`: `end` was said inside. `branch`: what is counted on the graph. */
export type TaskOutcome = { output: unknown; then?: string; isEnd?: boolean; branch?: string };

export type TaskFlow = { output: unknown; then: string };

export type ListEnd = { output: unknown; by: "done" | "exit" | "end" };

/** A failed task on its way up: the standard's error, and the way down to it for a resumption. */
export class TaskFailure extends Error {
  readonly error: WorkflowError;
  readonly frames: ResumeFrame[];
  /** What the task around adds to its own frame. */
  extra: Partial<ResumeFrame> = {};

  constructor(error: WorkflowError, frames: readonly ResumeFrame[] = []) {
    super(error.detail ?? error.title);
    this.name = "TaskFailure";
    this.error = error;
    this.frames = [...frames];
  }
}

/** The failure as it is, or anything else that was thrown as one at this place. */
export function toTaskFailure(thrown: unknown, pointer: string): TaskFailure {
  return thrown instanceof TaskFailure ? thrown : new TaskFailure(toWorkflowError(thrown, pointer));
}
