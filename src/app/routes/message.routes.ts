import { createRoute, z } from "@hono/zod-openapi";
import { receiveMessage } from "../../channels/receive-message.ts";
import { messageView } from "../../shapes/conversation.ts";
import { signIdentity } from "../../identity/identity-token.ts";
import { vouchedVisit } from "../../identity/open-visit.ts";
import { plainText } from "../../lib/plain-text.ts";
import { notAllowed } from "../../identity/identity.errors.ts";
import { routeUnknown } from "../app.errors.ts";
import type { App } from "../app.ts";
import { body, createApi, json, problems, PUBLIC, staff } from "../http/api.ts";
import { openToContact } from "../knowledge/open-citations.ts";
import { preferredWaitMs, waitForReply } from "../wait-for-reply.ts";

const inbound = z.object({
  id: plainText(200).min(1),
  contact: z.object({ email: z.email().max(320), name: plainText(200).optional(), externalId: plainText(200).optional() }),
  text: z.string(),
  channel: z.enum(["api", "webhook"]).default("api"),
});
const answered = z.object({ message: messageView, reply: messageView.nullable() }).openapi("AnsweredMessage");
const demoList = z.object({ items: z.array(z.object({ name: z.string(), email: z.string(), identityToken: z.string(), hint: z.string() })) });

const routes = {
  send: createRoute({ method: "post", path: "/api/messages", tags: ["messages"], summary: "Hand in a contact's message from your own system", request: body(inbound), responses: { 202: json(messageView, "Stored; a turn has begun."), 200: json(answered, "With `Prefer: wait=30`: the message and its reply."), ...problems } }),
  demo: createRoute({ method: "get", path: "/api/demo/customers", tags: ["demo"], summary: "Demo customers with signed identities; only in demo workspaces on loopback", security: PUBLIC, responses: { 200: json(demoList, "Customers to try."), ...problems } }),
};

const DEMO_VALID_S = 3_600;

export function messageRoutes(app: App) {
  const api = createApi();
  api.openapi(routes.send, async (c) => {
    const actor = await staff(c, app.identity);
    // Only a system may speak for a contact; a person who could would be able to act as any customer.
    if (actor.kind !== "key") throw notAllowed({ message: "This is for your systems: use an API key." });
    const given = c.req.valid("json");
    // The caller is signed in and vouches for the contact, as the company's own system.
    const key = await vouchedVisit(app.identity, actor.tenantId, { email: given.contact.email.toLowerCase(), name: given.contact.name ?? null, externalId: given.contact.externalId ?? null }, undefined, "api");
    const message = { tenantId: actor.tenantId, ...key, channel: given.channel, channelMessageId: given.id, text: given.text };
    const waitMs = preferredWaitMs(c.req.header("prefer"));
    if (waitMs === 0) return c.json((await receiveMessage(app.receive, message)).message, 202);
    return c.json(await waitForReply(app, message, waitMs, c.req.raw.signal, async (reply) => (await openToContact(app, message, [reply]))[0] ?? reply), 200);
  });
  api.openapi(routes.demo, async (c) => {
    if (!app.workspace.isDemo || !app.isLoopback) throw routeUnknown();
    const secret = await app.secrets.of(app.workspace.tenantId, "identity");
    const nowMs = app.clock.nowMs();
    const items = await Promise.all(app.demoCustomers.map(async (customer) => ({ ...customer, identityToken: await signIdentity(secret, app.workspace.tenantId, { email: customer.email, name: customer.name, externalId: null }, nowMs, DEMO_VALID_S) })));
    return c.json({ items }, 200);
  });
  return api;
}
