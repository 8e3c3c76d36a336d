import { createRoute, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { allow } from "../../identity/rights.ts";
import { cloudEvent, holdsNul, OWN_EVENTS, type CloudEvent } from "../../workflows/events/cloud-event.ts";
import { eventForeign, eventInvalid, signatureInvalid, signatureUnset } from "../../workflows/events/events.errors.ts";
import { OWN_SOURCE } from "../../workflows/events/own/own-events.ts";
import { publishEvent, type EventDeps, type Published } from "../../workflows/events/publish-event.ts";
import { verifyStandardWebhook } from "../../lib/standard-webhook.ts";
import type { App } from "../app.ts";
import { bearer, createApi, json, problems, staff } from "../http/api.ts";

/** `secrets`: of the systems that sign what they send; two while one replaces the other. None: only API keys are taken. */
export type EventDoor = { deps: EventDeps; secrets: readonly string[] };

const MAX_BATCH = 100;

const taken = z
  .object({ id: z.string(), status: z.enum(["accepted", "duplicate"]), listeners: z.number().int().describe("Runs and workflows that heard it; 0: nobody listens.") })
  .openapi("TakenEvent");
const answer = z.object({ events: z.array(taken) }).openapi("TakenEvents");
const eventBody = { body: { required: true, content: { "application/json": { schema: z.looseObject({ specversion: z.literal("1.0"), id: z.string(), source: z.string(), type: z.string() }) } } } };

const route = createRoute({
  method: "post", path: "/api/events", tags: ["events"],
  summary: "Hand in a CloudEvent 1.0, or an array of up to 100, signed by Standard Webhooks or with an API key",
  request: eventBody,
  responses: { 200: json(answer, "All were told before; nothing was done again."), 202: json(answer, "Stored and handed on."), ...problems },
});

/** `POST /api/events`: events of other systems start and resume runs. The same `source` and `id` count once. */
export function eventRoutes(app: Pick<App, "identity" | "clock" | "workspace">, door: EventDoor) {
  const api = createApi();
  // The route is declared for the document only: a batch is an array, and the answer to a fault names the event in it.
  api.openAPIRegistry.registerPath(route);
  api.post("/api/events", async (c) => {
    const text = await c.req.text();
    const tenantId = await senderOf(c, app, door, text);
    const events = readEvents(text);
    const done: (Published & { id: string })[] = [];
    for (const event of events) done.push({ id: event.id, ...(await publishEvent(door.deps, tenantId, event)) });
    const isNew = done.some((each) => each.kind === "accepted");
    return c.json({ events: done.map(({ id, kind, listeners }) => ({ id, status: kind, listeners })) }, isNew ? 202 : 200);
  });
  return api;
}

/** The tenant of whoever sends: by its API key, or by the signature of a system that knows the secret. */
async function senderOf(c: Context, app: Pick<App, "identity" | "clock" | "workspace">, door: EventDoor, body: string): Promise<string> {
  const signature = c.req.header("webhook-signature");
  if (signature !== undefined && bearer(c) === undefined) {
    if (door.secrets.length === 0) throw signatureUnset();
    const verdict = verifyStandardWebhook(door.secrets, { id: c.req.header("webhook-id"), timestamp: c.req.header("webhook-timestamp"), signature, body }, app.clock.nowMs());
    if (verdict.kind === "invalid") throw signatureInvalid({ message: `The signature of the event is not right: ${verdict.reason}.` });
    return app.workspace.tenantId;
  }
  return allow(await staff(c, app.identity), "events.send").tenantId;
}

function readEvents(text: string): CloudEvent[] {
  const given: unknown = text === "" ? null : JSON.parse(text);
  const list: unknown[] = Array.isArray(given) ? given : [given];
  if (list.length === 0 || list.length > MAX_BATCH) throw eventInvalid({ message: `A batch holds 1 to ${MAX_BATCH} events; this one has ${list.length}.` });
  return list.map((item, index) => {
    const read = cloudEvent.safeParse(item);
    const where = Array.isArray(given) ? `Event ${index + 1} of the batch` : "The body";
    if (!read.success) throw eventInvalid({ message: `${where} is not a CloudEvent 1.0:\n${z.prettifyError(read.error)}`, details: { index } });
    const event = read.data;
    if (event.source === OWN_SOURCE || OWN_EVENTS.some((type) => type === event.type)) throw eventForeign({ message: `${where}: "${event.type}" from "${event.source}" is Baton's own; use a type of your own, such as com.example.order.shipped.`, details: { index } });
    if (holdsNul(event)) throw eventInvalid({ message: `${where} holds the character NUL, which cannot be stored.`, details: { index } });
    return event;
  });
}
