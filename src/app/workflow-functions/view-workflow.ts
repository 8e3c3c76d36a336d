import { countRuns, countTasks, type RunCounts } from "../../workflows/run/run-counts.store.ts";
import { runUnknown } from "../../workflows/run/run.errors.ts";
import { listRunRows, readRunRow, readTaskRows } from "../../workflows/run/run.store.ts";
import { readWaits } from "../../workflows/operate/run-waits.store.ts";
import { workflowKey } from "../../workflows/verify/environment.ts";
import { drawWorkflow } from "../../workflows/versions/draw-workflow.ts";
import { countBranches } from "../../workflows/versions/count-branches.ts";
import { listVersions, type PublishRow, type VersionRow } from "../../workflows/versions/version.store.ts";
import { workflowUnknown } from "../../workflows/versions/versions.errors.ts";
import { tryReadWorkflow } from "../../workflows/document/read-workflow.ts";
import { workflowError, type BranchCounts, type CheckView, type PublishView, type RunSummary, type RunView, type TaskRecordView, type VersionView, type WaitsFor, type WorkflowHealth, type WorkflowSummary, type WorkflowView } from "../../shapes/workflow.ts";
import type { App } from "../app.ts";
import { listApprovals } from "../../tools/approvals/approval.store.ts";
import type { StaffActor } from "../../identity/actor.ts";
import { viewApprovals } from "../view-approvals.ts";

const HEALTH_MS = 24 * 3_600_000;
const FAILING_SHARE = 0.2;

/** The active workflows with versions and health, by name. */
export async function viewWorkflows(app: App, tenantId: string): Promise<WorkflowSummary[]> {
  const [active, all, health] = await Promise.all([app.workflows.versions.active(tenantId), listVersions(app.database, tenantId, {}), healthOf(app, tenantId)]);
  return Promise.all(active.map((row) => summarise(app, tenantId, row, all.filter((each) => each.name === row.name && each.namespace === row.namespace).length, health)));
}

/** One workflow as it is active, or one of its versions by hash. Throws `workflows.unknown`. */
export async function viewWorkflow(app: App, tenantId: string, name: string, hash: string | null): Promise<WorkflowView> {
  const versions = await listVersions(app.database, tenantId, { name });
  const row = versions.find((each) => (hash === null ? each.is_active : each.hash === hash)) ?? (hash === null ? versions[0] : undefined);
  if (row === undefined) throw workflowUnknown({ message: `There is no workflow "${name}".` });
  const own = versions.filter((each) => each.namespace === row.namespace);
  const source = await app.workflows.versions.load(tenantId, row.hash);
  const summary = await summarise(app, tenantId, row, own.length, await healthOf(app, tenantId));
  const { definition } = source;
  return { ...summary, text: source.text, file: source.file, language: definition.language, inputSchema: definition.input.schema, graph: drawWorkflow(source), versions: own.map(toVersionView), findings: await app.workflows.check(source) };
}

/** Every task and branch of the runs that began in the last days, as far back as runs are kept. Throws `workflows.unknown`. */
export async function viewBranches(app: App, tenantId: string, name: string, filter: { hash: string | null; days: number }): Promise<BranchCounts> {
  const row = await app.workflows.versions.activeByName(tenantId, name);
  if (row === null) throw workflowUnknown({ message: `There is no workflow "${name}".` });
  const days = app.runRetentionDays === 0 ? filter.days : Math.min(filter.days, app.runRetentionDays);
  const since = new Date(app.clock.nowMs() - days * 86_400_000);
  const { namespace } = row;
  const { runs, tasks } = await countTasks(app.database, tenantId, { namespace, name, hash: filter.hash, since });
  const counted = countBranches(tasks).map(({ p50_us: p50Us, p95_us: p95Us, queued_p50_us: queuedP50Us, queued_p95_us: queuedP95Us, ...counts }) => ({ ...counts, p50Us, p95Us, queuedP50Us, queuedP95Us }));
  return { namespace, name, hash: filter.hash, since: since.toISOString(), runs, tasks: counted };
}

async function summarise(app: App, tenantId: string, row: VersionRow, versionCount: number, health: readonly RunCounts[]): Promise<WorkflowSummary> {
  const { definition } = await app.workflows.versions.load(tenantId, row.hash);
  const { title, summary } = definition.document;
  const startsOn = definition.schedule === null ? null : definition.schedule.kind === "on" ? "event" : definition.schedule.kind;
  return {
    namespace: row.namespace, name: row.name, version: row.version, hash: row.hash, title, summary, startsOn, intents: app.workspace.intents.filter((rule) => rule.action.kind === "workflow" && rule.action.workflow === row.name).map((rule) => rule.name),
    publishedAt: row.published_at, publishedBy: row.published_by, versionCount, health: toHealth(health.find((each) => each.name === row.name && each.namespace === row.namespace)),
  };
}

function healthOf(app: App, tenantId: string): Promise<RunCounts[]> {
  return countRuns(app.database, tenantId, new Date(app.clock.nowMs() - HEALTH_MS));
}

function toHealth(row: RunCounts | undefined): WorkflowHealth {
  if (row === undefined) return { state: "idle", runs: 0, completed: 0, failed: 0, cancelled: 0, running: 0, waiting: 0, p50Us: null, p95Us: null };
  const { runs, completed, failed, cancelled, running, waiting, p50_us: p50Us, p95_us: p95Us } = row;
  const isFailing = failed > 0 && failed >= FAILING_SHARE * runs;
  return { state: isFailing ? "failing" : runs + running + waiting === 0 ? "idle" : "good", runs, completed, failed, cancelled, running, waiting, p50Us, p95Us };
}

function toVersionView(row: VersionRow): VersionView {
  return { namespace: row.namespace, name: row.name, version: row.version, hash: row.hash, publishedAt: row.published_at, publishedBy: row.published_by, isActive: row.is_active };
}

type RunRow = Awaited<ReturnType<typeof listRunRows>>[number];
type TaskRow = Awaited<ReturnType<typeof readTaskRows>>[number];

/** `waits`: of the runs that have not ended, where it is asked. */
export function toRunSummary(row: RunRow, waits: ReadonlyMap<string, WaitsFor>): RunSummary {
  return {
    id: row.id, workflow: { namespace: row.namespace, name: row.name, version: row.version, hash: row.hash }, status: row.status, startedBy: row.started_by, conversationId: row.conversation_id, contactId: row.contact_id, caseId: row.case_id, turnId: row.turn_id,
    parentRunId: row.parent_run_id, pointer: row.pointer, waitsFor: waits.get(row.id) ?? null, error: workflowError.nullable().parse(row.error), startedAt: row.started_at, endedAt: row.ended_at, durationUs: row.duration_us,
  };
}

/** One run with its tasks, approvals and parts. Throws `workflows.run_unknown`. */
export async function viewRun(app: App, actor: StaffActor, id: string): Promise<RunView> {
  const { tenantId } = actor;
  const run = await readRunRow(app.database, tenantId, id);
  if (run === null) throw runUnknown();
  const [tasks, children, approvals, source] = await Promise.all([
    readTaskRows(app.database, tenantId, id), listRunRows(app.database, tenantId, { parentRunId: id, limit: 200 }), listApprovals(app.database, tenantId, { runId: id, limit: 200 }), app.workflows.versions.load(tenantId, run.hash),
  ]);
  const waits = await readWaits(app.database, tenantId, [run, ...children]);
  return { ...toRunSummary(run, waits), input: run.input ?? null, output: run.output ?? null, context: run.context ?? null, tasks: tasks.map(toTaskView), graph: drawWorkflow(source), approvals: await viewApprovals(app, actor, approvals), children: children.map((child) => toRunSummary(child, waits)) };
}

function toTaskView(row: TaskRow): TaskRecordView {
  return {
    pointer: row.pointer, name: row.name, kind: row.kind, iteration: row.iteration, status: row.status, offsetUs: row.offset_us, durationUs: row.duration_us, queuedUs: row.queued_us, input: row.input ?? null, output: row.output ?? null,
    calledWith: row.called_with ?? null, rounds: row.rounds, branch: row.branch, reason: row.reason, error: workflowError.nullable().parse(row.error),
  };
}

/** A publish against the one before it in the list, newest first. */
export function toPublishView(row: PublishRow, before: PublishRow | undefined): PublishView {
  const old = new Map((before?.members ?? []).map((member) => [workflowKey(member), member.hash]));
  const names = new Set(row.members.map((member) => workflowKey(member)));
  const isNew = (member: { namespace: string; name: string }) => !old.has(workflowKey(member));
  return {
    id: row.id, number: row.number, isActive: row.is_active, publishedAt: row.published_at, publishedBy: row.published_by, note: row.note, knowledgeSnapshot: row.knowledge_snapshot, members: row.members,
    added: row.members.filter(isNew).map((member) => member.name), changed: row.members.filter((member) => !isNew(member) && old.get(workflowKey(member)) !== member.hash).map((member) => member.name),
    removed: (before?.members ?? []).filter((member) => !names.has(workflowKey(member))).map((member) => member.name),
  };
}

/** What is wrong with a text as it is being written. */
export async function checkText(app: App, text: string, file: string): Promise<CheckView> {
  const read = tryReadWorkflow(text, file);
  if (read.kind === "faulty") return { isValid: false, findings: [...read.findings], graph: null };
  const findings = await app.workflows.check(read.source);
  return { isValid: findings.every((finding) => finding.severity !== "error"), findings, graph: drawWorkflow(read.source) };
}
