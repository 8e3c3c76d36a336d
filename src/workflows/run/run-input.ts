import { z } from "zod";
import { deriveId } from "../../lib/derive-id.ts";

export const workflowError = z.object({ type: z.string(), status: z.number(), title: z.string(), detail: z.string().nullable(), instance: z.string() });

/** The service that runs workflows. What would break a journal makes the next number; the old one stays (docs/decisions/2026-11-21-workflow-runs.md). */
export const WORKFLOW_SERVICE = "workflow_v1";

/** A part of a workflow whose effect can be undone: what `undo` needs, in the order it happened. */
const completedEffect = z.object({ pointer: z.string(), name: z.string(), iteration: z.number(), function: z.string(), key: z.string(), input: z.unknown(), output: z.unknown() });
export type CompletedEffect = z.infer<typeof completedEffect>;

/**
 * One level of the way down to the task that failed: the task, the raw input it began with, and what its kind needs to go on
 * (`visits` as in `TaskScope`; `round` of a loop with the data it had reached; the branches of a fork that were done; the error a `catch` was dealing with).
 */
const resumeFrame = z.object({
  pointer: z.string(),
  input: z.unknown(),
  visits: z.record(z.string(), z.number()),
  round: z.number().optional(),
  data: z.unknown().optional(),
  /** A fork's branches that were done, by place: output and context. */
  done: z.record(z.string(), z.object({ output: z.unknown(), context: z.unknown() })).optional(),
  /** The place of the branch that failed; the frames below this one are its. */
  branch: z.number().optional(),
  caught: workflowError.optional(),
});
export type ResumeFrame = z.infer<typeof resumeFrame>;

/** Where a run goes on: `frames` from the outermost task to the one that failed. `counts`: executions so far, by pointer. */
export const resumePoint = z.object({ frames: z.array(resumeFrame), context: z.unknown(), counts: z.record(z.string(), z.number()), effects: z.array(completedEffect), spent: z.array(z.string()).optional(), /** Texts in it were hidden: what was done can be undone, but the run cannot go on. */ hadSecrets: z.boolean().optional() });
export type ResumePoint = z.infer<typeof resumePoint>;

/** Keys that are used up: their effects were undone, so that the same task, carried out again, makes a new one. */
const spent = z.array(z.string()).optional();

/** How a branch of a fork went on, as its invocation answers. `effects`: those that stand; a stopped branch has undone its own as far as it could. */
export const branchEnd = z.union([
  z.object({ kind: z.literal("completed"), output: z.unknown(), isEnd: z.boolean(), context: z.unknown(), effects: z.array(completedEffect), tasks: z.number(), spent }),
  z.object({ kind: z.literal("failed"), error: workflowError, frames: z.array(resumeFrame), context: z.unknown(), effects: z.array(completedEffect), spent }),
  z.object({ kind: z.literal("cancelled"), effects: z.array(completedEffect).optional(), spent }),
]);
export type BranchEnd = z.infer<typeof branchEnd>;

/** What the engine is handed for one run; small, and the same on every replay. */
export const runInput = z.object({
  tenantId: z.string(),
  runId: z.string(),
  /** Content hash of the version; a run keeps it. */
  hash: z.string(),
  input: z.unknown(),
  /** When it was asked for, ms since the epoch. */
  startedAtMs: z.number(),
  /** When this attempt was asked for; the wait for the engine is counted from here. */
  askedMs: z.number(),
  /** What began it, for people: `turn`, `event com.example.order`, `schedule`, `api`, `run run_...`. */
  startedBy: z.string(),
  conversationId: z.string().nullable(),
  contactId: z.string().nullable(),
  caseId: z.string().nullable(),
  turnId: z.string().nullable(),
  parentRunId: z.string().nullable(),
  /** 0 for a run of its own, one more in every sub-workflow. */
  depth: z.number(),
  /** From 1; a resumption is the next. */
  attempt: z.number(),
  resume: resumePoint.nullable(),
  /** `compensate`: run nothing, undo the effects of `resume`. */
  mode: z.enum(["run", "compensate"]),
  /** The caller may have started this run id before and does not know: the record is asked first. */
  mayBeRepeat: z.boolean(),
  /** `$runtime.version`, as it was when this attempt was asked for: a replay by a later version sees the same. */
  runtimeVersion: z.string().optional(),
  /** Keys used up before this invocation began, by what was undone around it. */
  spent,
  /** Of a sub-workflow: how deep the run around it stands among runs begun by events (`events/event-depth.ts`). */
  eventDepth: z.number().optional(),
  /** Secrets that may stand in the input, by the names the run that called this one has for them: hidden in the records. */
  secretNames: z.array(z.string()).optional(),
});
export type RunInput = z.infer<typeof runInput>;

/** What a run comes to, as the handler answers. `effects` are for a caller that may have to undo them; `repeated`: the run id was started before. */
export const runEnd = z.discriminatedUnion("status", [
  z.object({ status: z.literal("completed"), output: z.unknown(), effects: z.array(completedEffect), spent }),
  z.object({ status: z.literal("failed"), error: workflowError, effects: z.array(completedEffect), spent }),
  z.object({ status: z.literal("cancelled"), effects: z.array(completedEffect).optional(), spent }),
  z.object({ status: z.literal("repeated") }),
]);
export type RunEnd = z.infer<typeof runEnd>;

/** What a branch of a fork is handed. `run` without its resumption. */
export const branchInput = z.object({
  run: runInput,
  workflowInput: z.unknown(),
  pointer: z.string(),
  input: z.unknown(),
  context: z.unknown(),
  variables: z.record(z.string(), z.unknown()),
  key: z.string(),
  counts: z.record(z.string(), z.number()),
  tasks: z.number(),
  isExtension: z.boolean(),
  functionDepth: z.number(),
  frames: z.array(resumeFrame),
  askedMs: z.number(),
});
export type BranchInput = z.infer<typeof branchInput>;

/** The id of a run that must be the same whenever it is made from the same cause (a turn, an event and a workflow, a parent's task). */
export function deriveRunId(...parts: readonly string[]): string {
  return deriveId("run", parts.join("\u0000"));
}
