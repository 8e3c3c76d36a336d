import { z } from "@hono/zod-openapi";
import { createRoute } from "@hono/zod-openapi";
import { actorName } from "../../identity/actor.ts";
import { allow } from "../../identity/rights.ts";
import { branchCounts, type ChangeView, checkView, diffView, findingView, publishView, workflowSummary, workflowView, type PublishView } from "../../shapes/workflow.ts";
import { diffWorkflows } from "../../workflows/versions/diff-workflows.ts";
import { publishDocuments, rollBack, type DocumentFile } from "../../workflows/versions/publish.ts";
import { raiseVersions, type TakenVersion } from "../../workflows/versions/taken-versions.ts";
import { VERSION_PARTS } from "../../workflows/versions/version-number.ts";
import { findVersionText, listPublishes, type PublishRow } from "../../workflows/versions/version.store.ts";
import { versionUnknown } from "../../workflows/versions/versions.errors.ts";
import { readWorkflow } from "../../workflows/document/read-workflow.ts";
import { openWorkspace } from "../open-workspace.ts";
import type { Workspace } from "../../workspace/workspace.ts";
import type { App } from "../app.ts";
import { body, createApi, json, problems, staff } from "../http/api.ts";
import { FUNCTION_DECLARATIONS } from "../workflow-functions/declarations.ts";
import { checkText, toPublishView, viewBranches, viewWorkflow, viewWorkflows } from "../workflow-functions/view-workflow.ts";

const tags = ["workflows"];
export const workflowName = z.object({ name: z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/) });
const hash = z.string().regex(/^[0-9a-f]{8,64}$/);
const document = z.object({ file: z.string().max(200).regex(/^[\w./-]+$/), text: z.string().max(1_000_000) });
const published = z.object({
  status: z.enum(["published", "unchanged", "refused"]), publish: publishView.nullable(), findings: z.array(findingView),
  /** Refused, since another text was published under the document's number; `next`: what to raise it to. */
  taken: z.array(z.object({ file: z.string(), name: z.string(), version: z.string(), next: z.object({ patch: z.string(), minor: z.string() }) })),
  /** The documents as they were published, where `raise` gave them other numbers. */
  raised: z.array(z.object({ file: z.string(), name: z.string(), version: z.string(), text: z.string() })),
}).openapi("PublishOutcome");
const publishBody = z.object({
  /** Take the place of the active ones of the same name; without it, the workspace's folder is read and published as a whole. */
  documents: z.array(document).max(500).optional(),
  note: z.string().max(500).optional(),
  /** Gives documents that have changed under a published number the next one, in their texts. */
  raise: z.enum(VERSION_PARTS).optional(),
}).refine(({ documents, raise }) => raise === undefined || documents !== undefined, { path: ["raise"], message: "Numbers are raised in documents that are sent along; those of the folder are raised there, by: baton publish --bump" });

const functionView = z.object({ name: z.string(), summary: z.string(), inputSchema: z.record(z.string(), z.unknown()).nullable(), outputSchema: z.record(z.string(), z.unknown()).nullable(), waits: z.boolean(), effects: z.boolean(), needsConversation: z.boolean() }).openapi("WorkflowFunction");

const routes = {
  functions: createRoute({ method: "get", path: "/api/workflow-functions", tags, summary: "What documents may call besides http, openapi and mcp", responses: { 200: json(z.object({ items: z.array(functionView) }), "The catalog."), ...problems } }),
  list: createRoute({ method: "get", path: "/api/workflows", tags, summary: "The active workflows with versions and health", responses: { 200: json(z.object({ items: z.array(workflowSummary) }), "All of them."), ...problems } }),
  publishes: createRoute({ method: "get", path: "/api/publishes", tags, summary: "What was published, newest first", responses: { 200: json(z.object({ items: z.array(publishView) }), "The last 100."), ...problems } }),
  diff: createRoute({ method: "get", path: "/api/workflow-diff", tags, summary: "What changed between two versions", request: { query: z.object({ before: hash, after: hash }) }, responses: { 200: json(diffView, "The differences."), ...problems } }),
  check: createRoute({ method: "post", path: "/api/workflow-checks", tags, summary: "What is wrong with a document; for checking as one types", request: body(z.object({ text: z.string().max(1_100_000), file: z.string().max(200).default("workflow.yaml") })), responses: { 200: json(checkView, "The findings."), ...problems } }),
  publish: createRoute({ method: "post", path: "/api/publishes", tags, summary: "Publish documents: all or none, at once for new runs", request: body(publishBody), responses: { 200: json(published, "Published, unchanged, or refused with findings."), ...problems } }),
  rollback: createRoute({ method: "post", path: "/api/publishes/rollback", tags, summary: "Make an earlier publish the active one again", request: body(z.object({ /** Id or number; the one before without it. */ to: z.string().max(60).optional() })), responses: { 200: json(publishView, "Active again."), ...problems } }),
  read: createRoute({ method: "get", path: "/api/workflows/{name}", tags, summary: "One workflow: text, graph, versions, findings", request: { params: workflowName, query: z.object({ hash: hash.optional() }) }, responses: { 200: json(workflowView, "The workflow."), ...problems } }),
  branches: createRoute({ method: "get", path: "/api/workflows/{name}/branches", tags, summary: "Every task and branch counted", request: { params: workflowName, query: z.object({ hash: z.string().regex(/^[0-9a-f]{64}$/).optional(), days: z.coerce.number().int().min(1).max(365).default(30) }) }, responses: { 200: json(branchCounts, "The counts."), ...problems } }),
};

export function workflowRoutes(app: App) {
  const api = createApi();
  const { publishing } = app.workflows;
  api.openapi(routes.functions, async (c) => {
    await staff(c, app.identity);
    const { functions } = app.workflows.surroundings;
    return c.json({ items: FUNCTION_DECLARATIONS.map(({ name, summary, traits }) => ({ name, summary, inputSchema: functions.get(name)?.inputSchema ?? null, outputSchema: functions.get(name)?.outputSchema ?? null, ...traits })) }, 200);
  });
  api.openapi(routes.list, async (c) => {
    const actor = await staff(c, app.identity);
    return c.json({ items: await viewWorkflows(app, actor.tenantId) }, 200);
  });
  api.openapi(routes.publishes, async (c) => {
    const actor = await staff(c, app.identity);
    const rows = await listPublishes(app.database, actor.tenantId, 100);
    return c.json({ items: rows.map((row, place) => toPublishView(row, rows[place + 1])) }, 200);
  });
  api.openapi(routes.diff, async (c) => {
    const actor = await staff(c, app.identity);
    const { before, after } = c.req.valid("query");
    return c.json(await diffVersions(app, actor.tenantId, before, after), 200);
  });
  api.openapi(routes.check, async (c) => {
    allow(await staff(c, app.identity), "workflows.check");
    const { text, file } = c.req.valid("json");
    return c.json(await checkText(app, text, file), 200);
  });
  api.openapi(routes.publish, async (c) => {
    const actor = allow(await staff(c, app.identity), "workflows.publish");
    const { documents, note, raise } = c.req.valid("json");
    const given = documents ?? (await readFolder(app.workspace.folder));
    const publish = (files: readonly DocumentFile[]) => publishDocuments(publishing, { tenantId: actor.tenantId, documents: files, by: actorName(actor), note: note ?? null, onlyIfNew: false, isAmongActive: documents !== undefined, needsNewNumbers: true });
    const first = await publish(given);
    const raised = first.kind === "refused" && raise !== undefined ? raiseVersions(first.taken, raise) : [];
    const outcome = raised.length === 0 ? first : await publish(given.map((each) => raised.find(({ file }) => file === each.file) ?? each));
    if (outcome.kind === "refused") return c.json({ status: outcome.kind, publish: null, findings: [...outcome.findings], taken: outcome.taken.map(toTaken), raised: [] }, 200);
    return c.json({ status: outcome.kind, publish: await viewPublish(app, actor.tenantId, outcome.publish), findings: [...outcome.findings], taken: [], raised: raised.map(({ file, name, version, text }) => ({ file, name, version, text })) }, 200);
  });
  api.openapi(routes.rollback, async (c) => {
    const actor = allow(await staff(c, app.identity), "workflows.rollback");
    const target = await rollBack(publishing, { tenantId: actor.tenantId, to: c.req.valid("json").to ?? null, by: actorName(actor) });
    return c.json(await viewPublish(app, actor.tenantId, target), 200);
  });
  api.openapi(routes.read, async (c) => {
    const actor = await staff(c, app.identity);
    return c.json(await viewWorkflow(app, actor.tenantId, c.req.valid("param").name, c.req.valid("query").hash ?? null), 200);
  });
  api.openapi(routes.branches, async (c) => {
    const actor = await staff(c, app.identity);
    const { hash: version, days } = c.req.valid("query");
    return c.json(await viewBranches(app, actor.tenantId, c.req.valid("param").name, { hash: version ?? null, days }), 200);
  });
  return api;
}

/** Against the one before it, as the list has it. */
function toTaken({ source: { file, definition: { document: { name, version } } }, next }: TakenVersion) {
  return { file, name, version, next: { ...next } };
}

async function viewPublish(app: App, tenantId: string, publish: PublishRow): Promise<PublishView> {
  const rows = await listPublishes(app.database, tenantId, 100);
  return toPublishView(publish, rows.find((row) => row.number === publish.number - 1));
}

async function diffVersions(app: App, tenantId: string, before: string, after: string): Promise<z.infer<typeof diffView>> {
  const [old, now] = await Promise.all([side(app, tenantId, before), side(app, tenantId, after)]);
  const changes: ChangeView[] = diffWorkflows(old.text, now.text);
  return { workflow: now.name, before: { hash: old.hash, version: old.version, text: old.text }, after: { hash: now.hash, version: now.version, text: now.text }, changes };
}

async function side(app: App, tenantId: string, prefix: string): Promise<{ hash: string; name: string; version: string; text: string }> {
  const found = await findVersionText(app.database, tenantId, prefix);
  if (found === null) throw versionUnknown({ message: `There is no workflow version ${prefix}.` });
  const { name, version } = readWorkflow(found.text, found.file).definition.document;
  return { hash: found.hash, name, version, text: found.text };
}

/** The documents as they lie in the folder now. */
async function readFolder(folder: string): Promise<Workspace["workflows"]> {
  await using workspace = await openWorkspace(folder);
  return workspace.workflows;
}
