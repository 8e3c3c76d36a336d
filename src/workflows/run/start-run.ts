import type { Clock } from "../../lib/clock.ts";
import type { DurableEngine } from "../../durable/durable.ts";
import { WORKFLOW_SERVICE, type RunInput } from "./run-input.ts";

export type StartRunDeps = { engine: () => DurableEngine; clock: Clock };

export type StartRun = {
  tenantId: string;
  /** `deriveRunId(cause)` where the same cause may ask twice; else `newId`-like. The same id is started once. */
  runId: string;
  hash: string;
  input: unknown;
  startedBy: string;
  conversationId?: string | null;
  contactId?: string | null;
  caseId?: string | null;
  turnId?: string | null;
  /** True when an earlier try to start it may have come through (a sweeper's second try). */
  mayBeRepeat?: boolean;
};

/**
 * Hands a run to the engine and returns when it is stored there; exactly once for a run id.
 *
 * Throws: `durable.unavailable` (retryable, with the same run id).
 * Replay: in durable code call it inside a step.
 */
export async function startRun(deps: StartRunDeps, start: StartRun): Promise<{ runId: string; invocationId: string }> {
  const { invocationId } = await deps.engine().start({ service: WORKFLOW_SERVICE, handler: "run", input: toRunInput(start, deps.clock.nowMs()), idempotencyKey: start.runId });
  return { runId: start.runId, invocationId };
}

/** The engine's input of a run that nobody called as a part. */
export function toRunInput(start: StartRun, nowMs: number): RunInput {
  return {
    tenantId: start.tenantId, runId: start.runId, hash: start.hash, input: start.input, startedAtMs: nowMs, askedMs: nowMs, startedBy: start.startedBy,
    conversationId: start.conversationId ?? null, contactId: start.contactId ?? null, caseId: start.caseId ?? null, turnId: start.turnId ?? null,
    parentRunId: null, depth: 0, attempt: 1, resume: null, mode: "run", mayBeRepeat: start.mayBeRepeat ?? false,
  };
}
