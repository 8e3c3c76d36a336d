import { createRoute, z } from "@hono/zod-openapi";
import { plainText } from "../../lib/plain-text.ts";
import { policiesView, policyAnswers, policyTried, policyTry } from "../../shapes/policy.ts";
import type { App } from "../app.ts";
import { body, createApi, json, problems, staff } from "../http/api.ts";
import { createPolicyDesk } from "../view-policies.ts";

const tags = ["policies"];
const query = z.object({ action: plainText(200).min(1), resource: plainText(200).min(1).optional().describe("A tool or an audience; none: all of them."), where: plainText(1_000).min(1).optional().describe("A Cedar expression, such as `amount > 100`.") });

const routes = {
  list: createRoute({ method: "get", path: "/api/policies", tags, summary: "The policies in force, and the questions that their schema knows", responses: { 200: json(policiesView.openapi("Policies"), "All of them."), ...problems } }),
  query: createRoute({ method: "post", path: "/api/policies/queries", tags, summary: "Who may do something, under a condition", request: body(query), responses: { 200: json(policyAnswers.openapi("PolicyAnswers"), "Everybody who may in at least one case."), ...problems } }),
  decide: createRoute({ method: "post", path: "/api/policies/decisions", tags, summary: "What would be decided about a request; nothing is done", request: body(policyTry), responses: { 200: json(policyTried.openapi("PolicyTried"), "The decision, with the rules that made it."), ...problems } }),
};

/** Everybody of the desk may read the policies and ask them; they are changed as code. */
export function policyRoutes(app: Pick<App, "identity" | "workspace" | "database" | "clock" | "policy">) {
  const api = createApi();
  const desk = createPolicyDesk(app);
  api.openapi(routes.list, async (c) => c.json(await desk.view((await staff(c, app.identity)).tenantId), 200));
  api.openapi(routes.query, async (c) => {
    await staff(c, app.identity);
    const { action, resource = null, where = null } = c.req.valid("json");
    return c.json(await desk.query({ action, resource, where }), 200);
  });
  api.openapi(routes.decide, async (c) => {
    await staff(c, app.identity);
    const { groups = [], values = {}, ...tried } = c.req.valid("json");
    return c.json(desk.decide({ ...tried, groups, values }), 200);
  });
  return api;
}
