import { createRoute, z } from "@hono/zod-openapi";
import { readTimeCursor } from "../../conversation/read-conversations.ts";
import { actorName } from "../../identity/actor.ts";
import { allow } from "../../identity/rights.ts";
import { syncUnknown } from "../../knowledge/knowledge.errors.ts";
import { removeSource, saveSource } from "../../knowledge/sources/change-source.ts";
import { givenDefaults, sourceId, sourceSchedule } from "../../knowledge/sources/source.ts";
import { cancelSync, requestSync } from "../../knowledge/sync/request-sync.ts";
import { readSource } from "../../knowledge/sync/open-source.ts";
import { findSync, listSyncs } from "../../knowledge/sync/sync.store.ts";
import { pageOf, pageQuery, toPage } from "../../lib/page.ts";
import { sourceKindView, sourceView, syncView } from "../../shapes/knowledge.ts";
import type { App } from "../app.ts";
import { body, createApi, json, pathId, problems, staff } from "../http/api.ts";
import { viewSource, viewSources, viewSync } from "../knowledge/view-source.ts";

const tags = ["knowledge"];
const params = z.object({ name: sourceId });
const kinds = z.enum(["upload", "folder", "git", "web", "s3", "records"]);
const change = z.object({
  kind: kinds, settings: z.record(z.string(), z.unknown()).default({}).describe("As the kind takes them; secrets by their names only."), defaults: givenDefaults.default({ audience: [] }),
  schedule: sourceSchedule.optional().describe("Not given: only when it is asked for."), staleAfterMinutes: z.number().int().min(1).max(1_000_000).optional(), isPaused: z.boolean().default(false),
});
const making = change.extend({ name: sourceId });
const asking = z.object({ acceptRemovals: z.boolean().default(false).describe("Documents that the source lists no more may go, however many they are.") });

const routes = {
  kinds: createRoute({ method: "get", path: "/api/knowledge/source-kinds", tags, summary: "The kinds of sources, and their settings", responses: { 200: json(z.object({ items: z.array(sourceKindView) }), "All of them."), ...problems } }),
  list: createRoute({ method: "get", path: "/api/knowledge/sources", tags, summary: "Where documents come from, and how each source stands", responses: { 200: json(z.object({ items: z.array(sourceView) }), "All of them, by name."), ...problems } }),
  make: createRoute({ method: "post", path: "/api/knowledge/sources", tags, summary: "Add a source", request: body(making), responses: { 200: json(sourceView, "Added; with a schedule its first sync begins at once."), ...problems } }),
  read: createRoute({ method: "get", path: "/api/knowledge/sources/{name}", tags, summary: "One source", request: { params }, responses: { 200: json(sourceView, "The source."), ...problems } }),
  change: createRoute({ method: "put", path: "/api/knowledge/sources/{name}", tags, summary: "Change a source", request: { params, ...body(change) }, responses: { 200: json(sourceView, "Changed."), ...problems } }),
  remove: createRoute({ method: "delete", path: "/api/knowledge/sources/{name}", tags, summary: "Remove a source and its documents", request: { params }, responses: { 200: json(z.object({ removed: z.string() }), "Removed; a snapshot brings its documents back."), ...problems } }),
  sync: createRoute({ method: "post", path: "/api/knowledge/sources/{name}/syncs", tags, summary: "Sync a source now", request: { params, ...body(asking) }, responses: { 202: json(syncView, "Begun, or the one that runs already."), ...problems } }),
  syncs: createRoute({ method: "get", path: "/api/knowledge/sources/{name}/syncs", tags, summary: "The syncs of a source, newest first", request: { params, query: pageQuery }, responses: { 200: json(pageOf(syncView, "KnowledgeSyncPage"), "A page."), ...problems } }),
  progress: createRoute({ method: "get", path: "/api/knowledge/syncs/{id}", tags, summary: "How far a sync is", request: { params: pathId }, responses: { 200: json(syncView, "As of now; GET /api/events tells when it changes."), ...problems } }),
  cancel: createRoute({ method: "post", path: "/api/knowledge/syncs/{id}/cancel", tags, summary: "Stop a sync; what it has taken stays", request: { params: pathId }, responses: { 200: json(syncView, "Stopped, or ended before."), ...problems } }),
};

export function knowledgeSourceRoutes(app: App) {
  const api = createApi();
  const { knowledge } = app;
  api.openapi(routes.kinds, async (c) => {
    allow(await staff(c, app.identity), "knowledge.manage");
    return c.json({ items: [...knowledge.kinds.values()].map(({ kind, settings }) => ({ kind, settings: z.record(z.string(), z.unknown()).parse(z.toJSONSchema(settings, { io: "input" })) })) }, 200);
  });
  api.openapi(routes.list, async (c) => {
    const actor = allow(await staff(c, app.identity), "knowledge.manage");
    return c.json({ items: await viewSources(app, actor.tenantId) }, 200);
  });
  api.openapi(routes.make, async (c) => {
    const actor = allow(await staff(c, app.identity), "knowledge.manage");
    const { name, ...given } = c.req.valid("json");
    const saved = await saveSource(knowledge, { tenantId: actor.tenantId, by: actorName(actor), source: toSource(name, given), isNew: true });
    return c.json(await viewSource(app, actor.tenantId, saved.id), 200);
  });
  api.openapi(routes.read, async (c) => {
    const actor = allow(await staff(c, app.identity), "knowledge.manage");
    return c.json(await viewSource(app, actor.tenantId, c.req.valid("param").name), 200);
  });
  api.openapi(routes.change, async (c) => {
    const actor = allow(await staff(c, app.identity), "knowledge.manage");
    const saved = await saveSource(knowledge, { tenantId: actor.tenantId, by: actorName(actor), source: toSource(c.req.valid("param").name, c.req.valid("json")), isNew: false });
    return c.json(await viewSource(app, actor.tenantId, saved.id), 200);
  });
  api.openapi(routes.remove, async (c) => {
    const actor = allow(await staff(c, app.identity), "knowledge.manage");
    const { name } = c.req.valid("param");
    await removeSource(knowledge, { tenantId: actor.tenantId, by: actorName(actor), id: name });
    return c.json({ removed: name }, 200);
  });
  api.openapi(routes.sync, async (c) => {
    const actor = allow(await staff(c, app.identity), "knowledge.manage");
    return c.json(viewSync(await requestSync(knowledge, { tenantId: actor.tenantId, sourceId: c.req.valid("param").name, by: actorName(actor), ...c.req.valid("json") })), 202);
  });
  api.openapi(routes.syncs, async (c) => {
    const actor = allow(await staff(c, app.identity), "knowledge.manage");
    const { limit, cursor } = c.req.valid("query");
    const { name } = c.req.valid("param");
    await readSource(knowledge, actor.tenantId, name);
    const [at, id] = cursor === undefined ? [] : readTimeCursor(cursor);
    const rows = await listSyncs(app.database, actor.tenantId, name, { limit: limit + 1, ...(at === undefined || id === undefined ? {} : { before: { at, id } }) });
    return c.json(toPage(rows, limit, viewSync, (sync) => [sync.createdAt, sync.id]), 200);
  });
  api.openapi(routes.progress, async (c) => {
    const actor = allow(await staff(c, app.identity), "knowledge.manage");
    const sync = await findSync(app.database, actor.tenantId, c.req.valid("param").id);
    if (sync === null) throw syncUnknown();
    return c.json(viewSync(sync), 200);
  });
  api.openapi(routes.cancel, async (c) => {
    const actor = allow(await staff(c, app.identity), "knowledge.manage");
    return c.json(viewSync(await cancelSync(knowledge, actor.tenantId, c.req.valid("param").id)), 200);
  });
  return api;
}

function toSource(id: string, { schedule = null, staleAfterMinutes = null, ...given }: Omit<z.output<typeof change>, "schedule" | "staleAfterMinutes"> & { schedule?: z.output<typeof sourceSchedule> | null | undefined; staleAfterMinutes?: number | null | undefined }) {
  return { id, schedule, staleAfterMinutes, ...given };
}
