import { createRoute, z } from "@hono/zod-openapi";
import { actorName } from "../../identity/actor.ts";
import { notAllowed } from "../../identity/identity.errors.ts";
import { plainText } from "../../lib/plain-text.ts";
import { LEVELS, RUNGS } from "../../policy/autonomy.ts";
import { readAutonomy, setAutonomy, switchAutonomy } from "../../policy/change-autonomy.ts";
import type { App } from "../app.ts";
import { body, createApi, json, person, problems, staff } from "../http/api.ts";

const tags = ["autonomy"];
const level = z.enum(LEVELS);
const view = z.object({
  level: level.describe("Where no rule fits."),
  rules: z.array(z.object({ name: z.string(), level, declared: level.describe("In baton.yaml."), by: z.string().nullable(), reason: z.string().nullable(), since: z.string().nullable(), outcomes: z.number().int(), overridden: z.number().int() })),
  closed: z.array(z.object({ rung: z.enum(RUNGS), by: z.string(), reason: z.string(), at: z.string() })),
}).openapi("Autonomy");
const reason = plainText(500).min(1);

const routes = {
  read: createRoute({ method: "get", path: "/api/autonomy", tags, summary: "How far the assistant may go, rule by rule, and which rungs are closed", responses: { 200: json(view, "The ladder."), ...problems } }),
  set: createRoute({ method: "put", path: "/api/autonomy/rules/{name}", tags, summary: "Set the level of a rule (admins)", request: { params: z.object({ name: z.string().regex(/^[a-z][a-z0-9_.-]{0,62}$/) }), ...body(z.object({ level, reason })) }, responses: { 200: json(view, "The ladder now."), ...problems } }),
  close: createRoute({ method: "put", path: "/api/autonomy/switches", tags, summary: "Close a rung and those above it, or open it again; `all` is the whole ladder", request: body(z.object({ rung: z.enum([...RUNGS, "all"]), isClosed: z.boolean(), reason })), responses: { 200: json(view, "The ladder now."), ...problems } }),
};

export function autonomyRoutes(app: Pick<App, "identity" | "autonomy">) {
  const api = createApi();
  api.openapi(routes.read, async (c) => c.json(await readAutonomy(app.autonomy, (await staff(c, app.identity)).tenantId), 200));
  api.openapi(routes.set, async (c) => {
    const actor = await person(c, app.identity);
    if (actor.role !== "admin") throw notAllowed({ message: "Admins set how far the assistant may go." });
    const { level: to, reason: why } = c.req.valid("json");
    await setAutonomy(app.autonomy, { tenantId: actor.tenantId, by: actorName(actor), reason: why }, { rule: c.req.valid("param").name, level: to });
    return c.json(await readAutonomy(app.autonomy, actor.tenantId), 200);
  });
  api.openapi(routes.close, async (c) => {
    // Stopping is for everybody at the desk; letting it go on is for admins.
    const actor = await person(c, app.identity);
    const { rung, isClosed, reason: why } = c.req.valid("json");
    if (!isClosed && actor.role !== "admin") throw notAllowed({ message: "Admins open what was closed." });
    await switchAutonomy(app.autonomy, { tenantId: actor.tenantId, by: actorName(actor), reason: why }, { rung, isClosed });
    return c.json(await readAutonomy(app.autonomy, actor.tenantId), 200);
  });
  return api;
}
