import { createRoute, z } from "@hono/zod-openapi";
import { readTimeCursor } from "../../conversation/read-conversations.ts";
import { pageOf, pageQuery, toPage } from "../../lib/page.ts";
import { verifyLedger } from "../../observe/ledger.ts";
import { listLedger } from "../../observe/ledger.store.ts";
import { part, statusView } from "../../shapes/status.ts";
import type { App } from "../app.ts";
import { createApi, idText, json, problems, PUBLIC, readStaff, staff } from "../http/api.ts";
import { eventStream } from "../http/event-stream.ts";
import { readStatus } from "../status.store.ts";

const entryView = z.object({ id: z.string(), seq: z.number().nullable(), kind: z.string(), subjectId: z.string(), caseId: z.string().nullable(), actor: z.string(), at: z.string(), body: z.record(z.string(), z.unknown()), hash: z.string().nullable() }).openapi("LedgerEntry");
const healthView = z.object({ status: z.enum(["ok", "degraded"]), database: part, engine: part }).openapi("Health");

const routes = {
  health: createRoute({ method: "get", path: "/api/health", tags: ["observe"], summary: "Whether Baton works", security: PUBLIC, responses: { 200: json(healthView, "All parts answer."), 503: json(healthView, "A part is down.") } }),
  status: createRoute({ method: "get", path: "/api/status", tags: ["observe"], summary: "The status line", responses: { 200: json(statusView, "Now."), ...problems } }),
  ledger: createRoute({ method: "get", path: "/api/ledger", tags: ["observe"], summary: "What happened, newest first", request: { query: pageQuery.extend({ caseId: idText.optional() }) }, responses: { 200: json(pageOf(entryView, "LedgerPage"), "A page."), ...problems } }),
  verify: createRoute({ method: "get", path: "/api/ledger/verify", tags: ["observe"], summary: "Recompute the hash chain", responses: { 200: json(z.object({ ok: z.boolean(), checked: z.number(), problems: z.array(z.string()) }), "The verdict."), ...problems } }),
  events: createRoute({ method: "get", path: "/api/events", tags: ["observe"], summary: "Live changes (server-sent events)", responses: { 200: { description: "Events conversation.changed, handoff.changed, turn.finished, runs.changed, approval.changed, knowledge.changed, message, status.", content: { "text/event-stream": { schema: z.string() } } }, ...problems } }),
};

export function observeRoutes(app: App) {
  const api = createApi();
  api.openapi(routes.health, async (c) => {
    const [database, engine] = await Promise.all([app.database.ping().then(() => "ok" as const, () => "down" as const), app.status.engine().ping().then(() => "ok" as const, () => "down" as const)]);
    const isOk = database === "ok" && engine === "ok";
    return isOk ? c.json({ status: "ok" as const, database, engine }, 200) : c.json({ status: "degraded" as const, database, engine }, 503);
  });
  api.openapi(routes.status, async (c) => {
    await staff(c, app.identity);
    return c.json(await readStatus(app.status), 200);
  });
  api.openapi(routes.ledger, async (c) => {
    const actor = await staff(c, app.identity);
    const { limit, cursor, caseId } = c.req.valid("query");
    const [at, id] = cursor === undefined ? [] : readTimeCursor(cursor);
    const rows = await listLedger(app.database, actor.tenantId, { limit: limit + 1, ...(caseId === undefined ? {} : { caseId }), ...(at === undefined || id === undefined ? {} : { before: { at, id } }) });
    const toItem = (row: (typeof rows)[number]) => ({ id: row.id, seq: row.seq, kind: row.kind, subjectId: row.subject_id, caseId: row.case_id, actor: row.actor, at: row.at, body: z.record(z.string(), z.unknown()).parse(JSON.parse(row.body)), hash: row.hash });
    return c.json(toPage(rows, limit, toItem, (item) => [item.at, item.id]), 200);
  });
  api.openapi(routes.verify, async (c) => {
    const actor = await staff(c, app.identity);
    return c.json(await verifyLedger(app.database, actor.tenantId), 200);
  });
  api.openapi(routes.events, async (c) => {
    const actor = await staff(c, app.identity);
    return eventStream(c, app.log, {
      authorize: () => readStaff(c, app.identity),
      async pull(stream) {
        await stream.writeSSE({ event: "status", data: JSON.stringify(await readStatus(app.status)) });
      },
      listen: (_wake, push) =>
        app.live.onTenant(actor.tenantId, (event) => {
          if (event.kind === "runs") return push("runs.changed", { runIds: event.runIds });
          if (event.kind === "approval") return push("approval.changed", { runId: event.runId });
          if (event.kind === "knowledge") return push("knowledge.changed", { sourceId: event.sourceId });
          const conversationId = event.conversationId;
          if (event.kind === "message") push("message", { conversationId, seq: event.seq });
          else if (event.kind === "holder") push("conversation.changed", { conversationId });
          else if (event.kind === "handoff") push("handoff.changed", { conversationId });
          else if (event.kind === "finished") push("turn.finished", { conversationId, turnId: event.turnId });
        }),
    });
  });
  return api;
}
