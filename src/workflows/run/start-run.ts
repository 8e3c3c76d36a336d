import type { Clock } from "../../lib/clock.ts";
import type { DurableEngine } from "../../durable/durable.ts";
import { messageOf } from "../../lib/app-error.ts";
import type { Log } from "../../lib/log.ts";
import type { Database } from "../../storage/database.ts";
import { openRun } from "./open-run.store.ts";
import { WORKFLOW_SERVICE, type RunInput } from "./run-input.ts";

/** `version`: of the product, what the run will see as `$runtime.version`. */
export type StartRunDeps = { engine: () => DurableEngine; clock: Clock; version: string };

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
  /** `$runtime.version`; `startRun` gives its own. */
  runtimeVersion?: string | undefined;
};

/**
 * Hands a run to the engine and returns when it is stored there; exactly once for a run id.
 *
 * Throws: `durable.unavailable` (retryable, with the same run id).
 * Replay: in durable code call it inside a step.
 */
export async function startRun(deps: StartRunDeps, start: StartRun): Promise<{ runId: string; invocationId: string }> {
  return handOver(deps, toRunInput({ runtimeVersion: deps.version, ...start }, deps.clock.nowMs()));
}

/**
 * The same, and when it returns the run can be read: for those who look at once. The engine is asked first, so no record waits
 * for a run that will not come; a record that cannot be written now is left to the run.
 */
export async function startReadableRun(deps: StartRunDeps & { database: Database; log: Log }, start: StartRun): Promise<{ runId: string; invocationId: string }> {
  const input = toRunInput({ runtimeVersion: deps.version, ...start }, deps.clock.nowMs());
  const begun = await handOver(deps, input);
  await openRun(deps.database, input).catch((error: unknown) => deps.log.warn("workflows.record_late", { runId: start.runId, error: messageOf(error) }));
  return begun;
}

async function handOver(deps: Pick<StartRunDeps, "engine">, input: RunInput): Promise<{ runId: string; invocationId: string }> {
  const { invocationId } = await deps.engine().start({ service: WORKFLOW_SERVICE, handler: "run", input, idempotencyKey: input.runId });
  return { runId: input.runId, invocationId };
}

/** The engine's input of a run that nobody called as a part. */
export function toRunInput(start: StartRun, nowMs: number): RunInput {
  return {
    tenantId: start.tenantId, runId: start.runId, hash: start.hash, input: start.input, startedAtMs: nowMs, askedMs: nowMs, startedBy: start.startedBy,
    conversationId: start.conversationId ?? null, contactId: start.contactId ?? null, caseId: start.caseId ?? null, turnId: start.turnId ?? null,
    parentRunId: null, depth: 0, attempt: 1, resume: null, mode: "run", mayBeRepeat: start.mayBeRepeat ?? false,
    ...(start.runtimeVersion === undefined ? {} : { runtimeVersion: start.runtimeVersion }),
  };
}
