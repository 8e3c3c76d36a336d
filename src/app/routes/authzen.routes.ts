import type { Context } from "hono";
import { evaluateAccess, evaluateAccesses } from "../../policy/authzen.ts";
import type { App } from "../app.ts";
import { createApi, staff, type ApiEnv } from "../http/api.ts";

/**
 * OpenID AuthZEN 1.0: other systems ask the workspace's policies, with an API key. They stand outside `/api`, where the
 * standard puts them, and so outside the OpenAPI document.
 */
export function authzenRoutes(app: Pick<App, "identity" | "policy" | "publicUrl">) {
  const api = createApi();
  api.get("/.well-known/authzen-configuration", (c) =>
    c.json({ policy_decision_point: app.publicUrl, access_evaluation_endpoint: `${app.publicUrl}/access/v1/evaluation`, access_evaluations_endpoint: `${app.publicUrl}/access/v1/evaluations` }));
  api.post("/access/v1/evaluation", async (c) => c.json(evaluateAccess(app.policy, await asked(c, app))));
  api.post("/access/v1/evaluations", async (c) => c.json(evaluateAccesses(app.policy, await asked(c, app))));
  return api;
}

/** The body of somebody who may ask. The standard wants the asker's request id back. */
async function asked(c: Context<ApiEnv>, app: Pick<App, "identity">): Promise<unknown> {
  const given = c.req.header("x-request-id");
  if (given !== undefined && /^[\w.:-]{1,200}$/.test(given)) c.set("requestId", given);
  await staff(c, app.identity);
  const text = await c.req.text();
  return text === "" ? null : JSON.parse(text);
}
