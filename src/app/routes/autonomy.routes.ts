import { createRoute, z } from "@hono/zod-openapi";
import { actorName } from "../../identity/actor.ts";
import { allow } from "../../identity/rights.ts";
import { plainText } from "../../lib/plain-text.ts";
import { LEVELS, RUNGS } from "../../policy/autonomy.ts";
import { setAutonomy, switchAutonomy } from "../../policy/change-autonomy.ts";
import { autonomyView } from "../../shapes/policy.ts";
import type { App } from "../app.ts";
import { askerOf, askToChangePolicy } from "../ask-policy.ts";
import { body, createApi, json, problems, staff } from "../http/api.ts";
import { viewAutonomy } from "../view-autonomy.ts";

const tags = ["autonomy"];
const view = autonomyView.openapi("Autonomy");
const reason = plainText(500).min(1);

const routes = {
  read: createRoute({ method: "get", path: "/api/autonomy", tags, summary: "How far the assistant may go, rule by rule, and which rungs are closed", responses: { 200: json(view, "The ladder."), ...problems } }),
  set: createRoute({ method: "put", path: "/api/autonomy/rules/{name}", tags, summary: "Set the level of a rule (admins)", request: { params: z.object({ name: z.string().regex(/^[a-z][a-z0-9_.-]{0,62}$/) }), ...body(z.object({ level: z.enum(LEVELS), reason })) }, responses: { 200: json(view, "The ladder now."), ...problems } }),
  switch: createRoute({ method: "put", path: "/api/autonomy/switches", tags, summary: "Close a rung and those above it, or open it again; `all` is the whole ladder (admins)", request: body(z.object({ rung: z.enum([...RUNGS, "all"]), isClosed: z.boolean(), reason })), responses: { 200: json(view, "The ladder now."), ...problems } }),
};

export function autonomyRoutes(app: Pick<App, "identity" | "autonomy" | "database" | "clock" | "policy" | "workspace">) {
  const api = createApi();
  api.openapi(routes.read, async (c) => c.json(await viewAutonomy(app.autonomy, (await staff(c, app.identity)).tenantId), 200));
  api.openapi(routes.set, async (c) => {
    const actor = allow(await staff(c, app.identity), "autonomy.set");
    await askToChangePolicy(app, askerOf(actor));
    const { level: to, reason: why } = c.req.valid("json");
    await setAutonomy(app.autonomy, { tenantId: actor.tenantId, by: actorName(actor), reason: why }, { rule: c.req.valid("param").name, level: to });
    return c.json(await viewAutonomy(app.autonomy, actor.tenantId), 200);
  });
  api.openapi(routes.switch, async (c) => {
    const actor = allow(await staff(c, app.identity), "autonomy.switch");
    await askToChangePolicy(app, askerOf(actor));
    const { rung, isClosed, reason: why } = c.req.valid("json");
    await switchAutonomy(app.autonomy, { tenantId: actor.tenantId, by: actorName(actor), reason: why }, { rung, isClosed });
    return c.json(await viewAutonomy(app.autonomy, actor.tenantId), 200);
  });
  return api;
}
