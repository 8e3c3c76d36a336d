import { createRoute, z } from "@hono/zod-openapi";
import { receiveMessage } from "../../channels/receive-message.ts";
import { readMessages } from "../../conversation/read-conversations.ts";
import { ASSISTANT, permittedAudiences } from "../../conversation/stages/authorize.ts";
import { contactView, holder, messageView } from "../../shapes/conversation.ts";
import { askForPerson, withdrawFromQueue } from "../../handoff/hold-conversation.ts";
import { openVisit } from "../../identity/open-visit.ts";
import { readContact } from "../../identity/contact.store.ts";
import type { ContactActor } from "../../identity/actor.ts";
import { tokenInvalid } from "../../identity/identity.errors.ts";
import { getCitedDocument } from "../../knowledge/get-document.ts";
import { pageOf } from "../../lib/page.ts";
import { bearer, body, contact, createApi, json, pathId, problems, PUBLIC } from "../http/api.ts";
import { readContactToken } from "../../identity/authenticate.ts";
import { eventStream } from "../http/event-stream.ts";
import { documentNotFound } from "../app.errors.ts";
import type { App } from "../app.ts";
import { readHolder } from "../holder.store.ts";
import { openToContact } from "../knowledge/open-citations.ts";
import { preferredWaitMs, waitForReply } from "../wait-for-reply.ts";
import { documentView, quoteQuery, viewDocument } from "./knowledge.routes.ts";

const session = z.object({ conversationId: z.string(), contact: contactView, holder, queuePosition: z.number().int().nullable(), assigneeName: z.string().nullable(), tenantName: z.string(), greeting: z.string(), suggestions: z.array(z.string()) }).openapi("ChatSession");
const opened = z.object({ token: z.string(), expiresAt: z.string(), conversationId: z.string(), contact: contactView }).openapi("OpenedChat");
const answered = z.object({ message: messageView, reply: messageView.nullable() }).openapi("AnsweredMessage");

const routes = {
  open: createRoute({ method: "post", path: "/api/chat/session", tags: ["chat"], summary: "Open a visit, anonymous or vouched for by a signed token", security: PUBLIC, request: body(z.strictObject({ identityToken: z.string().max(4_000).optional() })), responses: { 201: json(opened, "The visit's token."), ...problems } }),
  read: createRoute({ method: "get", path: "/api/chat/session", tags: ["chat"], summary: "The visit: who, with whom", responses: { 200: json(session, "The visit."), ...problems } }),
  send: createRoute({ method: "post", path: "/api/chat/messages", tags: ["chat"], summary: "Send a message; the same id again is the same message", request: body(z.object({ id: z.string().min(8).max(100).regex(/^[A-Za-z0-9_-]+$/), text: z.string() })),
    responses: { 202: json(messageView, "Stored; a turn has begun."), 200: json(answered, "With `Prefer: wait=30`: the message and its reply, or null when none came in time."), ...problems } }),
  list: createRoute({ method: "get", path: "/api/chat/messages", tags: ["chat"], summary: "The thread", request: { query: z.object({ before: z.coerce.number().int().min(1).optional(), after: z.coerce.number().int().min(0).optional(), limit: z.coerce.number().int().min(1).max(200).default(50) }) }, responses: { 200: json(pageOf(messageView, "MessagePage"), "Messages in their order."), ...problems } }),
  person: createRoute({ method: "post", path: "/api/chat/handoff", tags: ["chat"], summary: "Ask for a person", responses: { 202: json(z.object({ holder, queuePosition: z.number().int().nullable(), assigneeName: z.string().nullable() }), "Asked: who holds the conversation now."), ...problems } }),
  assistant: createRoute({ method: "post", path: "/api/chat/handoff/withdraw", tags: ["chat"], summary: "Go back to the assistant while nobody has taken over yet", responses: { 202: json(z.object({ holder, queuePosition: z.number().int().nullable(), assigneeName: z.string().nullable() }), "Who holds the conversation now."), ...problems } }),
  document: createRoute({ method: "get", path: "/api/chat/documents/{id}", tags: ["chat"], summary: "A cited article, if this contact may read it", request: { params: pathId, query: quoteQuery }, responses: { 200: json(documentView, "The article."), ...problems } }),
  events: createRoute({ method: "get", path: "/api/chat/events", tags: ["chat"], summary: "Live thread (server-sent events); resumes after Last-Event-ID", responses: { 200: { description: "Events message, holder, stage, delta, withdrawn.", content: { "text/event-stream": { schema: z.string() } } }, ...problems } }),
};

export function chatRoutes(app: App) {
  const api = createApi();
  api.openapi(routes.open, async (c) => {
    const { identityToken } = c.req.valid("json");
    const token = bearer(c);
    const current = token === undefined ? undefined : await contact(c, app.identity).catch(() => undefined);
    const visit = await openVisit(app.identity, { tenantId: app.workspace.tenantId, ...(identityToken === undefined ? {} : { identityToken }), ...(current === undefined ? {} : { current }) });
    return c.json({ token: visit.token, expiresAt: new Date(visit.actor.expiresAtMs).toISOString(), conversationId: visit.actor.conversationId, contact: await contactOf(app, visit.actor) }, 201);
  });
  api.openapi(routes.read, async (c) => {
    const actor = await contact(c, app.identity);
    const held = await readHolder(app.database, actor.tenantId, actor.conversationId);
    return c.json({ conversationId: actor.conversationId, contact: await contactOf(app, actor), ...held, tenantName: app.workspace.tenantName, greeting: app.workspace.greeting, suggestions: app.workspace.suggestions }, 200);
  });
  api.openapi(routes.send, async (c) => {
    // Storing checks in the same statement whether an anonymous visit's token still holds.
    const actor = await readContactToken(app.identity, bearer(c));
    const { id, text } = c.req.valid("json");
    const waitMs = preferredWaitMs(c.req.header("prefer"));
    const inbound = { tenantId: actor.tenantId, conversationId: actor.conversationId, contactId: actor.contactId, channel: "web", channelMessageId: `${actor.conversationId}/${id}`, text, isAnonymous: !actor.isVouched };
    if (waitMs === 0) return c.json((await receiveMessage(app.receive, inbound)).message, 202);
    return c.json(await waitForReply(app, inbound, waitMs, c.req.raw.signal, async (reply) => (await openToContact(app, inbound, [reply]))[0] ?? reply), 200);
  });
  api.openapi(routes.list, async (c) => {
    const actor = await contact(c, app.identity);
    const page = await readMessages(app.database, actor.tenantId, actor.conversationId, c.req.valid("query"));
    return c.json({ ...page, items: await openToContact(app, { ...actor, channel: "web" }, page.items) }, 200);
  });
  api.openapi(routes.person, async (c) => {
    const actor = await contact(c, app.identity);
    await askForPerson(app.handoff, actor);
    return c.json(await readHolder(app.database, actor.tenantId, actor.conversationId), 202);
  });
  api.openapi(routes.assistant, async (c) => {
    const actor = await contact(c, app.identity);
    await withdrawFromQueue(app.handoff, actor);
    return c.json(await readHolder(app.database, actor.tenantId, actor.conversationId), 202);
  });
  api.openapi(routes.document, async (c) => {
    const actor = await contact(c, app.identity);
    const who = await contactOf(app, actor);
    const audiences = permittedAudiences({ policy: app.policy, audiences: app.workspace.audiences }, ASSISTANT, { channel: "web", isVerified: who.isVerified });
    const found = await getCitedDocument(app, { tenantId: actor.tenantId, audiences, id: c.req.valid("param").id, quote: c.req.valid("query").quote ?? null });
    if (found === null) throw documentNotFound();
    return c.json(viewDocument(found), 200);
  });
  api.openapi(routes.events, async (c) => chatEvents(app, c, await contact(c, app.identity)));
  return api;
}

async function contactOf(app: App, actor: ContactActor) {
  const found = await readContact(app.database, actor.tenantId, actor.contactId);
  if (found === null) throw tokenInvalid();
  return found;
}

const PAGE = 200;

function chatEvents(app: App, c: Parameters<typeof eventStream>[0], actor: ContactActor): Response {
  const { tenantId, conversationId } = actor;
  let lastSeq = Number(/^\d{1,15}$/.exec(c.req.header("last-event-id") ?? "")?.[0] ?? "0");
  let lastHolder = "";
  let isAiSpeaking = true;
  return eventStream(c, app.log, {
    authorize: () => contact(c, app.identity),
    async pull(stream) {
      const held = await readHolder(app.database, tenantId, conversationId);
      for (;;) {
        const { items } = await readMessages(app.database, tenantId, conversationId, { after: lastSeq, limit: PAGE });
        for (const item of await openToContact(app, { ...actor, channel: "web" }, items)) {
          await stream.writeSSE({ id: String(item.seq), event: "message", data: JSON.stringify(item) });
          lastSeq = item.seq;
        }
        if (items.length < PAGE) break;
      }
      const told = JSON.stringify(held);
      if (told !== lastHolder) await stream.writeSSE({ event: "holder", data: told });
      lastHolder = told;
      isAiSpeaking = held.holder === "ai";
    },
    listen: (wake, push) =>
      app.live.onConversation(tenantId, conversationId, (event) => {
        if (event.kind === "holder") isAiSpeaking = false;
        if (event.kind === "message" || event.kind === "holder" || event.kind === "handoff") wake();
        // A preview goes on only while the AI speaks; the stored message is what counts.
        else if (event.kind === "delta" && isAiSpeaking) push("delta", { turnId: event.turnId, index: event.index, text: event.text });
        else if (event.kind === "withdrawn") push("withdrawn", { turnId: event.turnId });
        else if (event.kind === "stage") push("stage", { turnId: event.turnId, stage: event.stage });
      }),
  });
}
