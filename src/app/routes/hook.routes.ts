import { Hono } from "hono";
import { sha256 } from "../../lib/sha256.ts";
import type { TransactionQuery } from "../../storage/database.ts";
import type { WebhookEvent } from "../../tools/connectors/read-webhook.ts";
import { rememberWebhook } from "../../tools/connectors/webhook-digest.store.ts";
import type { InboundHook } from "../../tools/declared/tool-source.ts";
import { cloudEvent, type CloudEvent } from "../../workflows/events/cloud-event.ts";
import { signatureInvalid } from "../../workflows/events/events.errors.ts";
import { publishEvent, type EventDeps } from "../../workflows/events/publish-event.ts";
import { routeUnknown } from "../app.errors.ts";
import type { App } from "../app.ts";
import type { ApiEnv } from "../http/api.ts";

/**
 * `POST /hooks/{name}`: webhooks of the systems in `tools/{name}.yaml`, each in its own form and with its own proof. What they tell
 * starts and resumes runs as events do, once however often it is sent, and by whomever. 202: handed on; 200: all of it was seen
 * before, or the system tried the address.
 */
export function hookRoutes(app: Pick<App, "workspace" | "publicUrl">, events: EventDeps): Hono<ApiEnv> {
  const routes = new Hono<ApiEnv>();
  routes.post("/hooks/:name", async (c) => {
    const hook = app.workspace.hooks.get(c.req.param("name"));
    if (hook === undefined) throw routeUnknown();
    const { pathname, search } = new URL(c.req.url);
    const read = await hook.read({ method: "POST", url: new URL(pathname + search, app.publicUrl).href, headers: c.req.header(), body: await c.req.text() });
    if (read.kind === "refused") throw signatureInvalid({ message: `The webhook cannot be taken: ${read.reason}.` });
    if (read.kind === "challenge") return c.json({ challenge: read.text });
    let accepted = 0;
    for (const event of read.events) if ((await publishEvent(events, app.workspace.tenantId, toCloudEvent(hook, event), fenceOf(app.workspace.tenantId, hook, event))).kind === "accepted") accepted += 1;
    return c.json({ events: read.events.length, accepted, seenBefore: read.events.length - accepted }, accepted > 0 ? 202 : 200);
  });
  return routes;
}

/** Remembers what only its signed body tells from a repeat, for longer than the event is kept. */
function fenceOf(tenantId: string, { system }: InboundHook, { digest }: WebhookEvent) {
  return digest === null ? undefined : (query: TransactionQuery, at: Date) => rememberWebhook(query, tenantId, { system, digest, at });
}

const MOST_ID = 200;

/** `zendesk.zen:event-type:ticket.created`, from the system's address; its data is what was read out of it, and all that was sent. */
function toCloudEvent({ source, system }: InboundHook, event: WebhookEvent): CloudEvent {
  const subject = event.case?.id ?? event.contact?.id;
  return cloudEvent.parse({
    specversion: "1.0", source, id: event.id.length > MOST_ID ? `sha256:${sha256(event.id)}` : event.id, type: `${system}.${event.type}`.slice(0, MOST_ID),
    ...(subject === undefined ? {} : { subject: subject.slice(0, 500) }), ...(event.at === null ? {} : { time: event.at }),
    data: { contact: event.contact, case: event.case, sent: event.data },
  });
}
