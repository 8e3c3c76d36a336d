import { createRoute, z } from "@hono/zod-openapi";
import { conversationNotFound } from "../../conversation/conversation.errors.ts";
import { readConversation, readTimeCursor } from "../../conversation/read-conversations.ts";
import { actorName } from "../../identity/actor.ts";
import { allow, type Right } from "../../identity/rights.ts";
import { newId } from "../../lib/ids.ts";
import { pageOf, pageQuery, toPage } from "../../lib/page.ts";
import { recordInLedger } from "../../observe/ledger.ts";
import { runStatus, runSummary, runView } from "../../shapes/workflow.ts";
import { cancelRun, resumeRun } from "../../workflows/run/control-run.ts";
import { runUnknown } from "../../workflows/run/run.errors.ts";
import { listRunRows, readRunRow, type RunFilter } from "../../workflows/run/run.store.ts";
import { readWaits } from "../../workflows/operate/run-waits.store.ts";
import { deriveRunId } from "../../workflows/run/run-input.ts";
import { startReadableRun, type StartRun } from "../../workflows/run/start-run.ts";
import { workflowUnknown } from "../../workflows/versions/versions.errors.ts";
import type { StaffActor } from "../../identity/actor.ts";
import type { App } from "../app.ts";
import { body, createApi, idText, json, pathId, problems, staff } from "../http/api.ts";
import { toRunSummary, viewRun } from "../workflow-functions/view-workflow.ts";
import { workflowName } from "./workflow.routes.ts";

const tags = ["runs"];
const filter = pageQuery.extend({ workflow: workflowName.shape.name.optional(), status: runStatus.optional(), conversationId: idText.optional(), hash: z.string().regex(/^[0-9a-f]{64}$/).optional() });
const begun = z.object({ runId: z.string() }).openapi("RunStarted");
const startBody = z.object({
  /** Needed where two workflows share the name. */
  namespace: workflowName.shape.name.optional(),
  input: z.unknown().optional(),
  /** The same key starts the same run once. */
  key: z.string().min(1).max(200).optional(),
  /** Whose contact the run is about and may talk to; agents must name one. */
  conversationId: idText.optional(),
});

const routes = {
  list: createRoute({ method: "get", path: "/api/runs", tags, summary: "Runs, newest first", request: { query: filter }, responses: { 200: json(pageOf(runSummary, "RunPage"), "A page."), ...problems } }),
  read: createRoute({ method: "get", path: "/api/runs/{id}", tags, summary: "One run: its tasks with inputs and outputs, on the graph of its version", request: { params: pathId }, responses: { 200: json(runView, "The run."), ...problems } }),
  start: createRoute({ method: "post", path: "/api/workflows/{name}/runs", tags, summary: "Start the active version", request: { params: workflowName, ...body(startBody) }, responses: { 202: json(begun, "Started."), ...problems } }),
  cancel: createRoute({ method: "post", path: "/api/runs/{id}/cancel", tags, summary: "Stop a run and undo its effects", request: { params: pathId }, responses: { 202: json(begun, "It is being stopped."), ...problems } }),
  resume: createRoute({ method: "post", path: "/api/runs/{id}/resume", tags, summary: "Go on with a failed run at the task that failed", request: { params: pathId }, responses: { 202: json(begun, "It goes on."), ...problems } }),
  retry: createRoute({ method: "post", path: "/api/runs/{id}/retry", tags, summary: "Start it again from the beginning as a new run, by the version that is active now", request: { params: pathId }, responses: { 202: json(begun, "Started."), ...problems } }),
};

export function runRoutes(app: App) {
  const api = createApi();
  const control = { ...app.workflows.starting, database: app.database, log: app.log };
  /** A run that this actor may deal with like this. */
  const runFor = async (actor: StaffActor, runId: string, right: Right) => {
    allow(actor, right);
    const run = await readRunRow(app.database, actor.tenantId, runId);
    if (run === null) throw runUnknown({ message: `There is no run ${runId}.` });
    allow(actor, right, { conversationId: run.conversation_id });
    return run;
  };
  const overrule = async (actor: StaffActor, runId: string, work: typeof cancelRun | typeof resumeRun, kind: string): Promise<{ runId: string }> => {
    await work(control, actor.tenantId, runId);
    showChange(app, actor, runId);
    await note(app, actor, runId, kind);
    return { runId };
  };
  api.openapi(routes.list, async (c) => {
    const actor = await staff(c, app.identity);
    const { limit, cursor, workflow, status, conversationId, hash } = c.req.valid("query");
    const [at, before] = cursor === undefined ? [] : readTimeCursor(cursor);
    const given: RunFilter = { limit: limit + 1, ...(workflow === undefined ? {} : { name: workflow }), ...(status === undefined ? {} : { statuses: [status] }), ...(conversationId === undefined ? {} : { conversationId }), ...(hash === undefined ? {} : { hash }), ...(at === undefined || before === undefined ? {} : { before: { startedAt: at, id: before } }) };
    const rows = await listRunRows(app.database, actor.tenantId, given);
    const waits = await readWaits(app.database, actor.tenantId, rows);
    return c.json(toPage(rows, limit, (row) => toRunSummary(row, waits), (item) => [item.startedAt, item.id]), 200);
  });
  api.openapi(routes.read, async (c) => {
    const actor = await staff(c, app.identity);
    return c.json(await viewRun(app, actor, c.req.valid("param").id), 200);
  });
  api.openapi(routes.start, async (c) => {
    const { namespace, input, key, conversationId = null } = c.req.valid("json");
    const actor = allow(await staff(c, app.identity), "runs.start", { conversationId });
    const { name } = c.req.valid("param");
    const row = await app.workflows.versions.oneActive(actor.tenantId, name, namespace);
    const runId = deriveRunId("api", actor.tenantId, ...(namespace === undefined ? [] : [namespace]), name, key ?? newId("req"));
    await startReadableRun(control, { tenantId: actor.tenantId, runId, hash: row.hash, input: input ?? {}, startedBy: actorName(actor), mayBeRepeat: key !== undefined, ...(await aboutOf(app, actor, conversationId)) });
    showChange(app, actor, runId);
    return c.json({ runId }, 202);
  });
  api.openapi(routes.cancel, async (c) => {
    const actor = await staff(c, app.identity);
    await runFor(actor, c.req.valid("param").id, "runs.cancel");
    return c.json(await overrule(actor, c.req.valid("param").id, cancelRun, "workflow.cancelled"), 202);
  });
  api.openapi(routes.resume, async (c) => {
    const actor = await staff(c, app.identity);
    await runFor(actor, c.req.valid("param").id, "runs.resume");
    return c.json(await overrule(actor, c.req.valid("param").id, resumeRun, "workflow.resumed"), 202);
  });
  api.openapi(routes.retry, async (c) => {
    const actor = await staff(c, app.identity);
    const run = await runFor(actor, c.req.valid("param").id, "runs.retry");
    const row = await app.workflows.versions.activeByName(actor.tenantId, run.name, run.namespace);
    if (row === null) throw workflowUnknown({ message: `The workflow "${run.name}" is no longer active.` });
    const runId = deriveRunId("retry", actor.tenantId, run.id, newId("req"));
    await startReadableRun(control, { tenantId: actor.tenantId, runId, hash: row.hash, input: run.input, startedBy: actorName(actor), conversationId: run.conversation_id, contactId: run.contact_id, caseId: run.case_id });
    await note(app, actor, run.id, "workflow.retried");
    showChange(app, actor, runId);
    return c.json({ runId }, 202);
  });
  return api;
}

/** The contact and the open case of the conversation that a run is started for. Throws `conversation.not_found`. */
async function aboutOf(app: App, actor: StaffActor, conversationId: string | null): Promise<Pick<StartRun, "conversationId" | "contactId" | "caseId">> {
  if (conversationId === null) return {};
  const found = await readConversation(app.database, actor.tenantId, conversationId, null);
  if (found === null) throw conversationNotFound();
  return { conversationId, contactId: found.contact.id, caseId: found.cases.find((each) => each.status === "open")?.id ?? null };
}

/** To everybody who has it on the screen; the run itself is told of when it writes. */
function showChange(app: App, actor: StaffActor, runId: string): void {
  app.live.publish({ kind: "runs", tenantId: actor.tenantId, runIds: [runId] });
}

/** Who overruled what a run would have done by itself. */
function note(app: App, actor: StaffActor, runId: string, kind: string): Promise<void> {
  return app.database.transaction(actor.tenantId, (query) => recordInLedger(query, actor.tenantId, [{ kind, subjectId: runId, actor: actorName(actor), at: new Date(app.clock.nowMs()), body: { runId } }]));
}
