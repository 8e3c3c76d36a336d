import { z } from "@hono/zod-openapi";
import { approvalView } from "./approval.ts";

/** Shapes of the HTTP API about workflows; the console imports their types. Times are ISO 8601 UTC, durations microseconds. */

export const runStatus = z.enum(["running", "waiting", "completed", "failed", "cancelled"]).openapi("RunStatus");

/** The standard's error (RFC 9457); `instance` is the pointer of the task that raised it. */
export const workflowError = z.object({ type: z.string(), status: z.number(), title: z.string(), detail: z.string().nullable(), instance: z.string() }).openapi("WorkflowError");

/** One thing `check` says. `error` stops a publish, `warning` does not. Lines and columns from 1. */
export const findingView = z
  .object({ rule: z.string(), severity: z.enum(["error", "warning"]), place: z.object({ file: z.string(), line: z.number().int(), column: z.number().int() }), pointer: z.string(), message: z.string(), advice: z.string() })
  .openapi("Finding");

/** What the last 24 hours' runs say: `failing` from one failed run in five, `idle` without runs. */
const workflowHealth = z
  .object({
    state: z.enum(["good", "failing", "idle"]),
    runs: z.number().int(), completed: z.number().int(), failed: z.number().int(), cancelled: z.number().int(),
    /** Now under way, whenever they began. */
    running: z.number().int(), waiting: z.number().int(),
    p50Us: z.number().nullable(), p95Us: z.number().nullable(),
  })
  .openapi("WorkflowHealth");

export const workflowSummary = z
  .object({
    namespace: z.string(), name: z.string(), version: z.string(), hash: z.string(),
    title: z.string().nullable(), summary: z.string().nullable(),
    /** What starts it by itself; null when it is started by messages, people or other workflows only. */
    startsOn: z.enum(["every", "cron", "after", "event"]).nullable(),
    /** Names of the intents whose messages start it. */
    intents: z.array(z.string()),
    publishedAt: z.string(), publishedBy: z.string(),
    versionCount: z.number().int(),
    health: workflowHealth,
  })
  .openapi("WorkflowSummary");

const versionView = z
  .object({ namespace: z.string(), name: z.string(), version: z.string(), hash: z.string(), publishedAt: z.string(), publishedBy: z.string(), isActive: z.boolean() })
  .openapi("WorkflowVersion");

/**
 * A node of the drawn workflow. `task` nodes carry their pointer, which the counts and run records name too; `start` and
 * `end` have the empty pointer. `parent` is the pointer of the task that holds it (a `try`, a `for`, a fork's branch).
 */
const graphNode = z
  .object({ id: z.string(), kind: z.enum(["start", "end", "call", "do", "emit", "for", "fork", "listen", "raise", "run", "set", "switch", "try", "wait"]), pointer: z.string(), name: z.string(), /** The function called, the event awaited, the time waited. */ label: z.string().nullable(), parent: z.string().nullable(), place: z.object({ line: z.number().int(), column: z.number().int() }).nullable() })
  .openapi("WorkflowNode");

/** `branch`: the case of a switch, a fork's branch, `catch`; null for the plain way on. */
const graphEdge = z.object({ id: z.string(), from: z.string(), to: z.string(), branch: z.string().nullable(), /** The condition, as written. */ label: z.string().nullable() }).openapi("WorkflowEdge");

const workflowGraph = z.object({ nodes: z.array(graphNode), edges: z.array(graphEdge) }).openapi("WorkflowGraph");

export const workflowView = workflowSummary
  .extend({ text: z.string(), file: z.string(), language: z.enum(["jq", "cel"]), /** JSON Schema of the input; null takes anything. */ inputSchema: z.record(z.string(), z.unknown()).nullable(), graph: workflowGraph, versions: z.array(versionView), findings: z.array(findingView) })
  .openapi("Workflow");

/** Counts of one task, all iterations. `queuedP50Us`: waiting for the engine before it began, not part of the duration. */
const taskCount = z
  .object({
    pointer: z.string(), name: z.string(), kind: z.string(),
    runs: z.number().int(), completed: z.number().int(), failed: z.number().int(), caught: z.number().int(), skipped: z.number().int(),
    /** Ended from outside: another branch came first or failed, or the run was cancelled. No failure. */
    stopped: z.number().int(),
    waiting: z.number().int(),
    /** Ended by a person instead: cancelled runs that stood here, resumed or retried ones. */
    overridden: z.number().int(),
    p50Us: z.number().nullable(), p95Us: z.number().nullable(), queuedP50Us: z.number().nullable(), queuedP95Us: z.number().nullable(),
    errors: z.array(z.object({ type: z.string(), count: z.number().int() })),
    /** Rounds of a loop or of a `foreach` over events, attempts of a `try`. */
    rounds: z.number().int(),
    /** Attempts of a `try` after the first. */
    retried: z.number().int(),
    /**
     * The ways taken: a switch's cases, a fork's branches, `each` round of a loop, `try` and those of them that went on in `catch`.
     * `won`: of branches that compete, how often this one came first; else null.
     */
    branches: z.array(z.object({ branch: z.string(), count: z.number().int(), won: z.number().int().nullable() })),
  })
  .openapi("TaskCount");

export const branchCounts = z
  .object({ namespace: z.string(), name: z.string(), /** Null: all versions together. */ hash: z.string().nullable(), /** Runs that began earlier are not counted: so many days were asked for, or are kept (`BATON_RUN_RETENTION_DAYS`). */ since: z.string(), runs: z.number().int(), tasks: z.array(taskCount) })
  .openapi("BranchCounts");

/** What a run sleeps for. `text`: the call to be approved in plain words, the types of the events; null: nothing more to say. */
const waitsFor = z.object({ kind: z.enum(["answer", "approval", "event", "time"]), text: z.string().nullable() }).openapi("WaitsFor");

export const runSummary = z
  .object({
    id: z.string(),
    workflow: z.object({ namespace: z.string(), name: z.string(), version: z.string(), hash: z.string() }),
    status: runStatus,
    /** What began it. */
    startedBy: z.string(),
    conversationId: z.string().nullable(), contactId: z.string().nullable(), caseId: z.string().nullable(), turnId: z.string().nullable(),
    /** The run that called this one as a part. */
    parentRunId: z.string().nullable(),
    /** Pointer of the task it stands at or failed at. */
    pointer: z.string().nullable(),
    /** Null when it is at work, has ended, or waits for a part of its own. */
    waitsFor: waitsFor.nullable(),
    error: workflowError.nullable(),
    startedAt: z.string(), endedAt: z.string().nullable(), durationUs: z.number().nullable(),
  })
  .openapi("RunSummary");

const taskRecordView = z
  .object({
    pointer: z.string(), name: z.string(), kind: z.string(), iteration: z.number().int(),
    status: z.enum(["running", "completed", "skipped", "failed", "caught"]),
    /** Start in microseconds after the run's; `queuedUs`: waiting for the engine before that. */
    offsetUs: z.number(), durationUs: z.number(), queuedUs: z.number(),
    input: z.unknown().nullable(), output: z.unknown().nullable(),
    /** The arguments of a `call`, every expression replaced by its value and secrets by `***`; null for other kinds. */
    calledWith: z.unknown().nullable(),
    /** Rounds of a loop, attempts of a `try`; null for other kinds. */
    rounds: z.number().int().nullable(),
    branch: z.string().nullable(), reason: z.string().nullable(), error: workflowError.nullable(),
  })
  .openapi("TaskRecord");

/** `graph` is the one of the version the run began with, not of the active one. */
export const runView = runSummary
  .extend({ input: z.unknown().nullable(), output: z.unknown().nullable(), context: z.unknown().nullable(), tasks: z.array(taskRecordView), graph: workflowGraph, approvals: z.array(approvalView), children: z.array(runSummary) })
  .openapi("Run");

/** A publish: the set of documents that became active together. Rolling back makes the one before it active again. */
export const publishView = z
  .object({
    id: z.string(), /** From 1. */ number: z.number().int(), isActive: z.boolean(), publishedAt: z.string(), publishedBy: z.string(),
    note: z.string().nullable(), /** What was served of the knowledge then; `baton knowledge rollback` takes it. */ knowledgeSnapshot: z.string().nullable(),
    members: z.array(z.object({ namespace: z.string(), name: z.string(), version: z.string(), hash: z.string() })),
    /** Against the set before it. */
    added: z.array(z.string()), changed: z.array(z.string()), removed: z.array(z.string()),
  })
  .openapi("Publish");

/** One difference of two documents. `pointer` is where it stands in the newer one (in the older one when it was removed). */
const changeView = z
  .object({ kind: z.enum(["added", "removed", "changed", "moved"]), pointer: z.string(), /** In plain words. */ text: z.string(), before: z.unknown().nullable(), after: z.unknown().nullable() })
  .openapi("WorkflowChange");

export const diffView = z
  .object({ workflow: z.string(), before: z.object({ hash: z.string(), version: z.string(), text: z.string() }).nullable(), after: z.object({ hash: z.string(), version: z.string(), text: z.string() }).nullable(), changes: z.array(changeView) })
  .openapi("WorkflowDiff");

export const checkView = z.object({ isValid: z.boolean(), findings: z.array(findingView), /** Null when the text cannot be read as a workflow. */ graph: workflowGraph.nullable() }).openapi("WorkflowCheck");

export type WorkflowErrorView = z.infer<typeof workflowError>;
export type FindingView = z.infer<typeof findingView>;
export type WorkflowHealth = z.infer<typeof workflowHealth>;
export type WorkflowSummary = z.infer<typeof workflowSummary>;
export type VersionView = z.infer<typeof versionView>;
export type GraphNode = z.infer<typeof graphNode>;
export type GraphEdge = z.infer<typeof graphEdge>;
export type WorkflowGraph = z.infer<typeof workflowGraph>;
export type WorkflowView = z.infer<typeof workflowView>;
export type TaskCount = z.infer<typeof taskCount>;
export type BranchCounts = z.infer<typeof branchCounts>;
export type WaitsFor = z.infer<typeof waitsFor>;
export type RunSummary = z.infer<typeof runSummary>;
export type TaskRecordView = z.infer<typeof taskRecordView>;
export type RunView = z.infer<typeof runView>;
export type PublishView = z.infer<typeof publishView>;
export type ChangeView = z.infer<typeof changeView>;
export type DiffView = z.infer<typeof diffView>;
export type CheckView = z.infer<typeof checkView>;
