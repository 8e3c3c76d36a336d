import type { Database } from "../../storage/database.ts";
import { WORKFLOW_SERVICE, resumePoint, type ResumePoint, type RunInput } from "./run-input.ts";
import { runContested, runNotFailed, runNotResumable, runOver, runUnknown } from "./run.errors.ts";
import { claimRunRow, closeRunRow, readRunRow, setInvocation, unclaimRunRow } from "./run.store.ts";
import type { StartRunDeps } from "./start-run.ts";

export type ControlRunDeps = StartRunDeps & { database: Database };

/**
 * Lets a failed run go on from the task that failed, with the data that task had; what was completed is not done again.
 *
 * Throws: `workflows.run_unknown`, `workflows.run_not_failed`, `workflows.run_not_resumable`, `workflows.run_contested` (another
 * resumption or cancellation came first); `durable.unavailable` (retryable: asking again resumes it once).
 */
export async function resumeRun(deps: ControlRunDeps, tenantId: string, runId: string): Promise<{ runId: string; attempt: number }> {
  const row = await readRun(deps, tenantId, runId);
  if (row.status !== "failed") throw runNotFailed({ message: `Run ${runId} is ${row.status}.` });
  const resume = resumePoint.nullable().parse(row.resume);
  if (resume === null) throw runNotResumable({ message: `Run ${runId} cannot go on: it did not fail in a task, or its data is too large to keep.` });
  if (resume.hadSecrets === true) throw runNotResumable({ message: `Run ${runId} cannot go on: a secret stood in its data, and secrets are not kept. Cancel it and start it anew.` });
  return startAgain(deps, row, resume, "run");
}

/**
 * Cancels a run: one under way stops at its next await and undoes its completed effects, last first; a failed one undoes them
 * now; one that has not begun never does. Returns when the engine has taken it; the record says when it is done.
 *
 * Throws: `workflows.run_unknown` (also for one begun by an event or the clock less than a moment ago), `workflows.run_over`,
 * `workflows.run_contested`; `durable.unavailable` (retryable).
 */
export async function cancelRun(deps: ControlRunDeps, tenantId: string, runId: string): Promise<{ runId: string }> {
  const row = await readRun(deps, tenantId, runId);
  if (row.status === "failed") {
    await startAgain(deps, row, toUndo(row), "compensate");
    return { runId };
  }
  if (row.status === "completed" || row.status === "cancelled") throw runOver({ message: `Run ${runId} is ${row.status}.` });
  const answer = await deps.engine().cancel(row.invocation_id === "" ? await claimedInvocation(deps, row) : row.invocation_id);
  // The engine knows it no more, and it wrote no end: its journal was removed by hand.
  if (answer === "unknown") await closeRunRow(deps.database, tenantId, runId, new Date(deps.clock.nowMs()));
  return { runId };
}

type RunRow = NonNullable<Awaited<ReturnType<typeof readRunRow>>>;

async function readRun(deps: ControlRunDeps, tenantId: string, runId: string): Promise<RunRow> {
  const row = await readRunRow(deps.database, tenantId, runId);
  if (row === null) throw runUnknown({ message: `There is no run ${runId}.` });
  return row;
}

/** The claim in the database decides between two who ask at once: the engine takes both for one, for they share a key. */
async function startAgain(deps: ControlRunDeps, row: RunRow, resume: ResumePoint, mode: RunInput["mode"]): Promise<{ runId: string; attempt: number }> {
  const attempt = row.attempt + 1;
  if (!(await claimRunRow(deps.database, row.tenant_id, row.id, row.attempt))) throw runContested({ message: `Run ${row.id} was resumed or cancelled at the same moment.` });
  try {
    const { invocationId } = await startAttempt(deps, row, attempt, resume, mode);
    await setInvocation(deps.database, row.tenant_id, row.id, attempt, invocationId);
  } catch (error) {
    await unclaimRunRow(deps.database, row.tenant_id, row);
    throw error;
  }
  return { runId: row.id, attempt };
}

/** Opened or claimed and not seen to begin: what the engine has under the attempt's key, or else the undoing itself, which then stands in its place. */
async function claimedInvocation(deps: ControlRunDeps, row: RunRow): Promise<string> {
  return (await startAttempt(deps, row, row.attempt, toUndo(row), "compensate")).invocationId;
}

function toUndo(row: RunRow): ResumePoint {
  return resumePoint.nullable().parse(row.resume) ?? { frames: [], context: row.context, counts: {}, effects: [] };
}

function startAttempt(deps: ControlRunDeps, row: RunRow, attempt: number, resume: ResumePoint, mode: RunInput["mode"]): Promise<{ invocationId: string }> {
  const input: RunInput = {
    tenantId: row.tenant_id, runId: row.id, hash: row.hash, input: row.input, startedAtMs: Date.parse(row.started_at), askedMs: deps.clock.nowMs(), startedBy: row.started_by,
    conversationId: row.conversation_id, contactId: row.contact_id, caseId: row.case_id, turnId: row.turn_id, parentRunId: row.parent_run_id, depth: row.depth, attempt, resume, mode, mayBeRepeat: false, runtimeVersion: deps.version,
  };
  return deps.engine().start({ service: WORKFLOW_SERVICE, handler: "run", input, idempotencyKey: attempt === 1 ? row.id : `${row.id}~${attempt}` });
}
