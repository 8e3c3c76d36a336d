import { createRoute, z } from "@hono/zod-openapi";
import { actorName } from "../../identity/actor.ts";
import { allow } from "../../identity/rights.ts";
import { audienceName, languageTag } from "../../knowledge/parse-article.ts";
import { dismissGap, publishGap, readGap, reopenGap } from "../../knowledge/gaps/decide-gap.ts";
import { decideFinding } from "../../knowledge/upkeep/decide-finding.ts";
import { listFindings } from "../../knowledge/upkeep/finding.store.ts";
import { listGaps } from "../../knowledge/gaps/gap.store.ts";
import { readHealth, requestUpkeep } from "../../knowledge/upkeep/schedule-upkeep.ts";
import { listCorrections } from "../../knowledge/upkeep/use.store.ts";
import { pageOf, pageQuery, toPage } from "../../lib/page.ts";
import { plainText } from "../../lib/plain-text.ts";
import { correctionView, findingKind, findingView, gapView, healthView } from "../../shapes/knowledge-upkeep.ts";
import type { App } from "../app.ts";
import { body, createApi, json, pathId, problems, staff } from "../http/api.ts";
import { readCursor } from "../http/read-cursor.ts";

const tags = ["knowledge"];
const gapStatus = z.enum(["open", "published", "dismissed"]).default("open");
const article = z.object({ title: plainText(300).min(1), body: plainText(200_000).min(1).describe("Markdown"), audience: z.array(audienceName).min(1).max(50), language: languageTag.default("en") });
const findingDecision = z.object({ decision: z.enum(["dismissed", "open"]) });

const routes = {
  gaps: createRoute({ method: "get", path: "/api/knowledge/gaps", tags, summary: "Questions that the knowledge did not answer, by meaning; those most people asked first", request: { query: pageQuery.extend({ status: gapStatus }) }, responses: { 200: json(pageOf(gapView, "KnowledgeGapPage"), "A page."), ...problems } }),
  gap: createRoute({ method: "get", path: "/api/knowledge/gaps/{id}", tags, summary: "One of them, with its latest questions", request: { params: pathId }, responses: { 200: json(gapView, "The gap."), ...problems } }),
  publish: createRoute({ method: "post", path: "/api/knowledge/gaps/{id}/publish", tags, summary: "Close a gap with an article, as a person has read it", request: { params: pathId, ...body(article) }, responses: { 200: json(gapView, "Published; served within two seconds."), ...problems } }),
  dismiss: createRoute({ method: "post", path: "/api/knowledge/gaps/{id}/dismiss", tags, summary: "Say that a gap needs no article", request: { params: pathId, ...body(z.object({ reason: plainText(500).optional() })) }, responses: { 200: json(gapView, "Dismissed."), ...problems } }),
  reopen: createRoute({ method: "post", path: "/api/knowledge/gaps/{id}/reopen", tags, summary: "Undo: what was published is taken out, what was dismissed counts again", request: { params: pathId }, responses: { 200: json(gapView, "Open."), ...problems } }),
  findings: createRoute({ method: "get", path: "/api/knowledge/findings", tags, summary: "Articles to look at: contradictions, outdated, never used, corrected by people", request: { query: pageQuery.extend({ kind: findingKind.optional(), status: z.enum(["open", "dismissed"]).default("open") }) }, responses: { 200: json(pageOf(findingView, "KnowledgeFindingPage"), "A page, the heaviest first."), ...problems } }),
  decide: createRoute({ method: "post", path: "/api/knowledge/findings/{id}/decision", tags, summary: "Dismiss a finding, or open it again", request: { params: pathId, ...body(findingDecision) }, responses: { 200: json(findingView, "Decided."), ...problems } }),
  corrections: createRoute({ method: "get", path: "/api/knowledge/documents/{id}/corrections", tags, summary: "What people set right that had been said from this article", request: { params: pathId }, responses: { 200: json(z.object({ items: z.array(correctionView) }), "The latest 50."), ...problems } }),
  health: createRoute({ method: "get", path: "/api/knowledge/health", tags, summary: "How the knowledge stands, and when it was last looked through", responses: { 200: json(healthView, "The figures."), ...problems } }),
  look: createRoute({ method: "post", path: "/api/knowledge/upkeep", tags, summary: "Look the knowledge through now", responses: { 202: json(healthView, "It begins within two seconds."), ...problems } }),
};

/** Only those who keep the knowledge: what stands here is of all audiences. */
export function knowledgeUpkeepRoutes(app: App) {
  const api = createApi();
  const deps = app.upkeep;
  api.openapi(routes.gaps, async (c) => {
    const { tenantId } = allow(await staff(c, app.identity), "knowledge.manage");
    const { limit, cursor, status } = c.req.valid("query");
    const [people, id] = readCursor(cursor);
    const rows = await listGaps(app.database, tenantId, { status, after: typeof people === "number" && id !== undefined ? { people, id: String(id) } : null, limit: limit + 1 });
    return c.json(toPage(rows, limit, (gap) => gap, (gap) => [gap.people, gap.id]), 200);
  });
  api.openapi(routes.gap, async (c) => {
    const { tenantId } = allow(await staff(c, app.identity), "knowledge.manage");
    return c.json(await readGap(deps, tenantId, c.req.valid("param").id), 200);
  });
  api.openapi(routes.publish, async (c) => {
    const actor = allow(await staff(c, app.identity), "knowledge.manage");
    return c.json(await publishGap(deps, { tenantId: actor.tenantId, id: c.req.valid("param").id, by: actorName(actor), article: c.req.valid("json") }), 200);
  });
  api.openapi(routes.dismiss, async (c) => {
    const actor = allow(await staff(c, app.identity), "knowledge.manage");
    return c.json(await dismissGap(deps, { tenantId: actor.tenantId, id: c.req.valid("param").id, by: actorName(actor), reason: c.req.valid("json").reason ?? null }), 200);
  });
  api.openapi(routes.reopen, async (c) => {
    const actor = allow(await staff(c, app.identity), "knowledge.manage");
    return c.json(await reopenGap(deps, { tenantId: actor.tenantId, id: c.req.valid("param").id, by: actorName(actor) }), 200);
  });
  api.openapi(routes.findings, async (c) => {
    const { tenantId } = allow(await staff(c, app.identity), "knowledge.manage");
    const { limit, cursor, kind = null, status } = c.req.valid("query");
    const [weight, id] = readCursor(cursor);
    const rows = await listFindings(app.database, tenantId, { kind, status, after: typeof weight === "number" && id !== undefined ? { weight, id: String(id) } : null, limit: limit + 1 });
    return c.json(toPage(rows, limit, (finding) => finding, (finding) => [finding.weight, finding.id]), 200);
  });
  api.openapi(routes.decide, async (c) => {
    const actor = allow(await staff(c, app.identity), "knowledge.manage");
    return c.json(await decideFinding(deps, { tenantId: actor.tenantId, id: c.req.valid("param").id, by: actorName(actor), decision: c.req.valid("json").decision }), 200);
  });
  api.openapi(routes.corrections, async (c) => {
    const { tenantId } = allow(await staff(c, app.identity), "knowledge.manage");
    return c.json({ items: await listCorrections(app.database, tenantId, c.req.valid("param").id) }, 200);
  });
  api.openapi(routes.health, async (c) => {
    const { tenantId } = allow(await staff(c, app.identity), "knowledge.manage");
    return c.json(await readHealth(deps, tenantId), 200);
  });
  api.openapi(routes.look, async (c) => {
    const { tenantId } = allow(await staff(c, app.identity), "knowledge.manage");
    await requestUpkeep(deps, tenantId);
    return c.json(await readHealth(deps, tenantId), 202);
  });
  return api;
}
