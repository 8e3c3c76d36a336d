import { createRoute, z } from "@hono/zod-openapi";
import { actorName } from "../../identity/actor.ts";
import { allow } from "../../identity/rights.ts";
import { sourceId } from "../../knowledge/sources/source.ts";
import { countChanges, listChanges, listSnapshots, listVersions } from "../../knowledge/snapshots/snapshot.store.ts";
import { diffDocument, forgetSnapshot, resolveVersion, rollBackKnowledge, snapshotName, takeSnapshot } from "../../knowledge/snapshots/snapshots.ts";
import { pageOf, pageQuery, toPage } from "../../lib/page.ts";
import { plainText } from "../../lib/plain-text.ts";
import { changeView, documentDiffView, rollbackView, snapshotView, versionView } from "../../shapes/knowledge.ts";
import type { App } from "../app.ts";
import { body, createApi, json, pathId, problems, staff } from "../http/api.ts";
import { readCursor } from "../http/read-cursor.ts";

const tags = ["knowledge"];
const version = z.string().min(1).max(80).describe("A snapshot's name (`release:7` for what was served when release 7 was published), a version's number, or `now`.");
const between = z.object({ from: version, to: version });
const counts = z.object({ from: z.number(), to: z.number(), added: z.number(), changed: z.number(), removed: z.number() });

const routes = {
  list: createRoute({ method: "get", path: "/api/knowledge/snapshots", tags, summary: "Knowledge versions with a name, newest first", responses: { 200: json(z.object({ items: z.array(snapshotView) }), "All of them."), ...problems } }),
  take: createRoute({ method: "post", path: "/api/knowledge/snapshots", tags, summary: "Give a knowledge version a name", request: body(z.object({ name: snapshotName, version: version.optional().describe("Not given: the one served now."), note: plainText(500).optional() })), responses: { 200: json(z.object({ name: z.string(), version: z.number() }), "Named."), ...problems } }),
  forget: createRoute({ method: "delete", path: "/api/knowledge/snapshots/{name}", tags, summary: "Forget a snapshot's name; the version stays", request: { params: z.object({ name: z.string().min(1).max(80) }) }, responses: { 200: json(z.object({ removed: z.string() }), "Forgotten."), ...problems } }),
  versions: createRoute({ method: "get", path: "/api/knowledge/versions", tags, summary: "How the knowledge changed, newest version first", request: { query: pageQuery }, responses: { 200: json(pageOf(versionView, "KnowledgeVersionPage"), "A page."), ...problems } }),
  diff: createRoute({ method: "get", path: "/api/knowledge/diff", tags, summary: "What differs between two versions", request: { query: pageQuery.extend(between.shape) }, responses: { 200: json(pageOf(changeView, "KnowledgeChangePage").extend({ counts }), "A page, by path, and how many there are in all."), ...problems } }),
  document: createRoute({ method: "get", path: "/api/knowledge/diff/{id}", tags, summary: "One document in two versions, line by line", request: { params: pathId, query: between }, responses: { 200: json(documentDiffView, "The difference."), ...problems } }),
  rollback: createRoute({ method: "post", path: "/api/knowledge/rollback", tags, summary: "Make a new version that equals an earlier one", request: body(z.object({ to: version, source: sourceId.optional().describe("Only the documents of this source.") })), responses: { 200: json(rollbackView, "Served from now on."), ...problems } }),
};

export function knowledgeSnapshotRoutes(app: App) {
  const api = createApi();
  const { knowledge, database } = app;
  api.openapi(routes.list, async (c) => {
    const actor = allow(await staff(c, app.identity), "knowledge.manage");
    return c.json({ items: await listSnapshots(database, actor.tenantId) }, 200);
  });
  api.openapi(routes.take, async (c) => {
    const actor = allow(await staff(c, app.identity), "knowledge.manage");
    const { name, version: of = null, note = null } = c.req.valid("json");
    return c.json({ name, version: await takeSnapshot(knowledge, { tenantId: actor.tenantId, name, version: of, note, by: actorName(actor) }) }, 200);
  });
  api.openapi(routes.forget, async (c) => {
    const actor = allow(await staff(c, app.identity), "knowledge.manage");
    const { name } = c.req.valid("param");
    await forgetSnapshot(knowledge, { tenantId: actor.tenantId, name, by: actorName(actor) });
    return c.json({ removed: name }, 200);
  });
  api.openapi(routes.versions, async (c) => {
    const actor = allow(await staff(c, app.identity), "knowledge.manage");
    const { limit, cursor } = c.req.valid("query");
    const [before] = readCursor(cursor);
    const rows = await listVersions(database, actor.tenantId, { before: before === undefined ? null : Number(before), limit: limit + 1 });
    return c.json(toPage(rows, limit, (row) => row, (row) => [row.version]), 200);
  });
  api.openapi(routes.diff, async (c) => {
    const actor = allow(await staff(c, app.identity), "knowledge.manage");
    const { limit, cursor, ...given } = c.req.valid("query");
    const [from, to] = await Promise.all([resolveVersion(database, actor.tenantId, given.from), resolveVersion(database, actor.tenantId, given.to)]);
    const [rows, counted] = await Promise.all([listChanges(database, actor.tenantId, { from, to, after: String(readCursor(cursor)[0] ?? ""), limit: limit + 1 }), countChanges(database, actor.tenantId, { from, to })]);
    return c.json({ ...toPage(rows, limit, (row) => row, (row) => [row.path]), counts: { from, to, ...counted } }, 200);
  });
  api.openapi(routes.document, async (c) => {
    const actor = allow(await staff(c, app.identity), "knowledge.manage");
    const given = c.req.valid("query");
    const [from, to] = await Promise.all([resolveVersion(database, actor.tenantId, given.from), resolveVersion(database, actor.tenantId, given.to)]);
    return c.json(await diffDocument(database, actor.tenantId, { id: c.req.valid("param").id, from, to }), 200);
  });
  api.openapi(routes.rollback, async (c) => {
    const actor = allow(await staff(c, app.identity), "knowledge.manage");
    const { to, source = null } = c.req.valid("json");
    return c.json(await rollBackKnowledge(knowledge, { tenantId: actor.tenantId, to, sourceId: source, by: actorName(actor) }), 200);
  });
  return api;
}
