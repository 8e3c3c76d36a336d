import { createRoute, z } from "@hono/zod-openapi";
import { part, statusView } from "../../shapes/status.ts";
import type { App } from "../app.ts";
import { createApi, json, problems, PUBLIC, readStaff, staff } from "../http/api.ts";
import { eventStream } from "../http/event-stream.ts";
import { readStatus } from "../status.store.ts";

const healthView = z.object({ status: z.enum(["ok", "degraded"]), database: part, engine: part }).openapi("Health");

const routes = {
  health: createRoute({ method: "get", path: "/api/health", tags: ["observe"], summary: "Whether Baton works", security: PUBLIC, responses: { 200: json(healthView, "All parts answer."), 503: json(healthView, "A part is down.") } }),
  status: createRoute({ method: "get", path: "/api/status", tags: ["observe"], summary: "The status line", responses: { 200: json(statusView, "Now."), ...problems } }),
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
