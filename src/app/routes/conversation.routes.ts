import { createRoute, z } from "@hono/zod-openapi";
import { conversationNotFound, turnNotFound } from "../../conversation/conversation.errors.ts";
import { listConversations, readConversation } from "../../conversation/read-conversations.ts";
import { readThread } from "../../conversation/read-thread.ts";
import { listTurns, readTurn } from "../../conversation/read-turns.ts";
import { conversationSummary, conversationView, holder, messageView, recordPanel, threadMessage, turnSummary, turnView } from "../../shapes/conversation.ts";
import { handBack, replyAsHuman, resolveConversation, takeOver } from "../../handoff/hold-conversation.ts";
import type { StaffActor } from "../../identity/actor.ts";
import { pageOf, pageQuery } from "../../lib/page.ts";
import { plainText } from "../../lib/plain-text.ts";
import type { App } from "../app.ts";
import { body, createApi, json, pathId, person, problems, staff } from "../http/api.ts";
import { openToStaff } from "../knowledge/open-citations.ts";
import { readRecordPanel } from "../read-record-panel.ts";

const tags = ["conversations"];
const params = pathId;
const idempotency = z.object({ "idempotency-key": z.string().min(8).max(200).optional() });

const routes = {
  list: createRoute({ method: "get", path: "/api/conversations", tags, summary: "Conversations, newest activity first", request: { query: pageQuery.extend({ holder: holder.optional(), status: z.enum(["open", "resolved"]).optional(), query: plainText(200).optional() }) }, responses: { 200: json(pageOf(conversationSummary, "ConversationPage"), "A page."), ...problems } }),
  read: createRoute({ method: "get", path: "/api/conversations/{id}", tags, summary: "One conversation with its cases and hand-off", request: { params }, responses: { 200: json(conversationView, "The conversation."), ...problems } }),
  messages: createRoute({ method: "get", path: "/api/conversations/{id}/messages", tags, summary: "The thread", request: { params, query: z.object({ before: z.coerce.number().int().min(1).optional(), cursor: z.coerce.number().int().min(1).optional(), after: z.coerce.number().int().min(0).optional(), limit: z.coerce.number().int().min(1).max(200).default(50) }) }, responses: { 200: json(pageOf(threadMessage, "ThreadPage"), "Messages in their order; the cursor leads to older ones."), ...problems } }),
  turns: createRoute({ method: "get", path: "/api/conversations/{id}/turns", tags, summary: "Its turns, newest first", request: { params, query: pageQuery }, responses: { 200: json(pageOf(turnSummary, "TurnPage"), "A page."), ...problems } }),
  turn: createRoute({ method: "get", path: "/api/turns/{id}", tags, summary: "The trace of a turn", request: { params }, responses: { 200: json(turnView, "Stages and tool calls."), ...problems } }),
  records: createRoute({ method: "get", path: "/api/conversations/{id}/records", tags, summary: "The contact's business records", request: { params }, responses: { 200: json(recordPanel, "Columns and rows."), ...problems } }),
  takeover: createRoute({ method: "post", path: "/api/conversations/{id}/takeover", tags, summary: "Take over: the AI falls silent", request: { params }, responses: { 200: json(conversationView, "Held by you."), ...problems } }),
  handback: createRoute({ method: "post", path: "/api/conversations/{id}/handback", tags, summary: "Hand back to the AI", request: { params }, responses: { 200: json(conversationView, "Handed back."), ...problems } }),
  resolve: createRoute({ method: "post", path: "/api/conversations/{id}/resolve", tags, summary: "Close the case", request: { params }, responses: { 200: json(conversationView, "Closed."), ...problems } }),
  reply: createRoute({ method: "post", path: "/api/conversations/{id}/replies", tags, summary: "Reply to the contact as a person", request: { params, headers: idempotency, ...body(z.object({ text: z.string() })) }, responses: { 201: json(messageView, "Sent."), ...problems } }),
};

export function conversationRoutes(app: App) {
  const api = createApi();
  const show = async (actor: StaffActor, id: string) => {
    const found = await readConversation(app.database, actor.tenantId, id, actor.kind === "user" ? actor.userId : null);
    if (found === null) throw conversationNotFound();
    return found.draft === null ? found : { ...found, draft: (await openToStaff(app, actor, [found.draft]))[0] ?? null };
  };
  api.openapi(routes.list, async (c) => {
    const actor = await staff(c, app.identity);
    return c.json(await listConversations(app.database, actor.tenantId, c.req.valid("query")), 200);
  });
  api.openapi(routes.read, async (c) => {
    const actor = await staff(c, app.identity);
    return c.json(await show(actor, c.req.valid("param").id), 200);
  });
  api.openapi(routes.messages, async (c) => {
    const actor = await staff(c, app.identity);
    const { id } = c.req.valid("param");
    const { before, cursor, after, limit } = c.req.valid("query");
    await show(actor, id);
    const page = await readThread(app.database, actor.tenantId, id, { before: before ?? cursor, after, limit });
    return c.json({ ...page, items: await openToStaff(app, actor, page.items) }, 200);
  });
  api.openapi(routes.turns, async (c) => {
    const actor = await staff(c, app.identity);
    const { id } = c.req.valid("param");
    await show(actor, id);
    return c.json(await listTurns(app.database, actor.tenantId, id, c.req.valid("query")), 200);
  });
  api.openapi(routes.turn, async (c) => {
    const actor = await staff(c, app.identity);
    const found = await readTurn(app.database, actor.tenantId, c.req.valid("param").id);
    if (found === null) throw turnNotFound();
    return c.json(found, 200);
  });
  api.openapi(routes.records, async (c) => {
    const actor = await staff(c, app.identity);
    const { contact } = await show(actor, c.req.valid("param").id);
    return c.json(await readRecordPanel(app, actor, contact), 200);
  });
  for (const [route, change] of [[routes.takeover, takeOver], [routes.handback, handBack], [routes.resolve, resolveConversation]] as const) {
    api.openapi(route, async (c) => {
      const actor = await person(c, app.identity);
      const { id } = c.req.valid("param");
      await change(app.handoff, actor, id);
      return c.json(await show(actor, id), 200);
    });
  }
  api.openapi(routes.reply, async (c) => {
    const actor = await person(c, app.identity);
    const view = await replyAsHuman(app.handoff, actor, { conversationId: c.req.valid("param").id, text: c.req.valid("json").text, key: c.req.valid("header")["idempotency-key"] ?? null });
    return c.json(view, 201);
  });
  return api;
}
