import type { FunctionCall } from "../functions/function.ts";

/** A `call: http | openapi | mcp` with its arguments evaluated. */
export type OutsideCall = {
  call: FunctionCall;
  /** `with`, every `${ }` in it replaced by its value. */
  with: Readonly<Record<string, unknown>>;
  /** The task's input: what `{petId}` in a URI template names. */
  data: unknown;
  /** `use.authentications`, unevaluated secrets and all; references in `with` name them. */
  authentications: Readonly<Record<string, Record<string, unknown>>>;
  /** `use.secrets` that exist, by name. Never to be shown. */
  secrets: Readonly<Record<string, unknown>>;
};

/**
 * Calls to the outside. The effect is made in `call.call.durable.step`, and its `signal` ends it when the task's time is up.
 *
 * Errors: `communicationFault` with the answer's status and the others of run/faults.ts; `catch` sees them.
 * Replay: a non-GET carries `call.call.idempotencyKey`.
 */
export type CallHandler = (call: OutsideCall) => Promise<unknown>;

export type CallHandlers = Readonly<Record<"http" | "openapi" | "mcp", CallHandler>>;
