import type { z } from "zod";
import type { Durable } from "../../durable/durable.ts";

/** Whom and what a run is about; fixed at its start. */
export type RunSubject = { tenantId: string; runId: string; workflow: { namespace: string; name: string; version: string; hash: string }; conversationId: string | null; contactId: string | null; caseId: string | null; turnId: string | null; /** Who or what began it, as the run's record says. */ startedBy: string; /** What an event that this run causes carries (`events/event-depth.ts`). */ eventDepth: number };

export type FunctionCall = {
  durable: Durable;
  subject: RunSubject;
  task: { name: string; pointer: string; /** From 1; counts retries of the same place, and rounds of a loop. */ iteration: number };
  /** The same on every attempt and replay of this task; effects pass it on. */
  idempotencyKey: string;
  /** Whether what it is given may hold words that a model has written in this run. */
  mayHoldModelWords: boolean;
  /** Shows that the run sleeps from here; a journaled write. For a function that finds out only now that it has to wait. */
  pause(): Promise<void>;
};

/**
 * One of our own functions as workflows call it (`call: retrieve`). `run` makes its effects in durable steps; what is
 * outside a step is deterministic.
 *
 * Errors: an `AppError` becomes the standard's error with its status, type `https://baton.dev/errors/<code>`; a `catch` sees it.
 */
export type WorkflowFunction<Input = unknown, Output = unknown> = {
  name: string;
  summary: string;
  input: z.ZodType<Input>;
  output: z.ZodType<Output>;
  /** `waits`: may sleep for long; `effects`: changes something outside; what `baton check` reasons with. */
  traits: { waits: boolean; effects: boolean; needsConversation: boolean };
  run(call: FunctionCall, input: Input): Promise<Output>;
  /**
   * Undoes what `run` did, when a run is cancelled: the interpreter calls it for completed tasks in reverse order, with `run`'s
   * input and output; `idempotencyKey` is the undo's own. Without it there is nothing to undo. An undo that makes no durable step counts as nothing undone: the effect stands and keeps its key.
   */
  undo?(call: FunctionCall, input: Input, output: Output): Promise<void>;
};

/** By name. Built by `compose` from what the installation has. */
export type FunctionCatalog = ReadonlyMap<string, WorkflowFunction>;
