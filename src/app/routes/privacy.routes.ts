import { createRoute, z } from "@hono/zod-openapi";
import { actorName } from "../../identity/actor.ts";
import { allow } from "../../identity/rights.ts";
import { plainText } from "../../lib/plain-text.ts";
import { setJobDue } from "../../privacy/daily-job.store.ts";
import { countPerson, exportPerson } from "../../privacy/export-person.ts";
import { listHolds } from "../../privacy/hold.store.ts";
import { endHold, placeHold } from "../../privacy/holds.ts";
import { readRetention, RETENTION_JOB } from "../../privacy/run-retention.ts";
import { holdView, personView, retentionView } from "../../shapes/privacy.ts";
import type { App } from "../app.ts";
import { askerOf, askToExport } from "../ask-policy.ts";
import { body, createApi, json, pathId, problems, staff } from "../http/api.ts";

const tags = ["privacy"];
const reason = plainText(500).min(1);
const id = pathId.shape.id;
const target = z.strictObject({ of: plainText(80).min(1).describe("A contact (`cont_…`) or a case (`case_…`)."), reason });
const exported = z.object({ about: z.record(z.string(), z.unknown()), stores: z.array(z.object({ table: z.string(), about: z.string(), rows: z.array(z.unknown()) })) }).openapi("PersonExport");

const routes = {
  person: createRoute({ method: "get", path: "/api/privacy/contacts/{id}", tags, summary: "What is stored of a contact, in numbers, and what keeps it", request: { params: pathId }, responses: { 200: json(personView, "By table."), ...problems } }),
  export: createRoute({ method: "post", path: "/api/privacy/contacts/{id}/export", tags, summary: "All that is stored of a contact (admins); stands in the ledger", request: { params: pathId }, responses: { 200: json(exported, "By table."), ...problems } }),
  holds: createRoute({ method: "get", path: "/api/privacy/holds", tags, summary: "Legal holds, newest first", request: { query: z.object({ contactId: id.optional(), isInForce: z.enum(["true", "false"]).default("true") }) }, responses: { 200: json(z.object({ items: z.array(holdView) }), "At most 500."), ...problems } }),
  hold: createRoute({ method: "post", path: "/api/privacy/holds", tags, summary: "Keep a contact or a case from being forgotten (admins)", request: body(target), responses: { 201: json(holdView, "In force."), ...problems } }),
  lift: createRoute({ method: "post", path: "/api/privacy/holds/{id}/lift", tags, summary: "Lift a hold (admins)", request: { params: pathId, ...body(z.strictObject({ reason })) }, responses: { 200: json(holdView, "Lifted."), ...problems } }),
  retention: createRoute({ method: "get", path: "/api/privacy/retention", tags, summary: "How long what is kept, and what would be forgotten now", responses: { 200: json(retentionView, "Nothing is forgotten by asking."), ...problems } }),
  retain: createRoute({ method: "post", path: "/api/privacy/retention/runs", tags, summary: "Have the daily retention begin now (admins)", responses: { 202: { description: "It begins within seconds." }, ...problems } }),
};

export function privacyRoutes(app: Pick<App, "identity" | "database" | "clock" | "workspace" | "policy">) {
  const api = createApi();
  api.openapi(routes.person, async (c) => c.json(await countPerson(app, (await staff(c, app.identity)).tenantId, c.req.valid("param").id), 200));
  api.openapi(routes.export, async (c) => {
    const actor = allow(await staff(c, app.identity), "privacy.export");
    await askToExport(app, askerOf(actor), "contact");
    const { id: contactId } = c.req.valid("param");
    c.header("content-disposition", `attachment; filename="${contactId}.json"`);
    c.header("cache-control", "no-store");
    return c.json(await exportPerson(app, { tenantId: actor.tenantId, contactId, by: actorName(actor) }), 200);
  });
  api.openapi(routes.holds, async (c) => {
    const { tenantId } = await staff(c, app.identity);
    const { contactId, isInForce } = c.req.valid("query");
    return c.json({ items: await listHolds(app.database, tenantId, { ...(contactId === undefined ? {} : { contactId }), isInForce: isInForce === "true" }) }, 200);
  });
  api.openapi(routes.hold, async (c) => {
    const actor = allow(await staff(c, app.identity), "privacy.hold");
    const { reason: why, of } = c.req.valid("json");
    return c.json(await placeHold(app, { tenantId: actor.tenantId, target: of.startsWith("case_") ? { caseId: of } : { contactId: of }, reason: why, by: actorName(actor) }), 201);
  });
  api.openapi(routes.lift, async (c) => {
    const actor = allow(await staff(c, app.identity), "privacy.hold");
    return c.json(await endHold(app, { tenantId: actor.tenantId, id: c.req.valid("param").id, reason: c.req.valid("json").reason, by: actorName(actor) }), 200);
  });
  api.openapi(routes.retention, async (c) => c.json(await readRetention(app, (await staff(c, app.identity)).tenantId, app.workspace.retention), 200));
  api.openapi(routes.retain, async (c) => {
    const { tenantId } = allow(await staff(c, app.identity), "privacy.retain");
    await setJobDue(app.database, tenantId, RETENTION_JOB.name, { nextAt: new Date(app.clock.nowMs()), isForced: true });
    return c.body(null, 202);
  });
  return api;
}
