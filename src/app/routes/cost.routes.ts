import { createRoute, z } from "@hono/zod-openapi";
import { costView } from "../../shapes/cost.ts";
import type { App } from "../app.ts";
import { viewCosts } from "../costs/view-costs.ts";
import { createApi, json, problems, staff } from "../http/api.ts";

const routes = {
  read: createRoute({
    method: "get", path: "/api/costs", tags: ["costs"], summary: "What the AI models cost, by day, model, purpose and conversation, and how the budgets stand",
    request: { query: z.object({ days: z.coerce.number().int().min(1).max(366).default(30) }) }, responses: { 200: json(costView.openapi("Costs"), "The last days, today included; days are those of UTC."), ...problems },
  }),
};

export function costRoutes(app: Pick<App, "identity" | "database" | "clock" | "workspace">) {
  const api = createApi();
  api.openapi(routes.read, async (c) => {
    const { tenantId } = await staff(c, app.identity);
    return c.json(await viewCosts({ database: app.database, clock: app.clock, budgets: app.workspace.models?.budgets ?? [] }, tenantId, c.req.valid("query").days), 200);
  });
  return api;
}
