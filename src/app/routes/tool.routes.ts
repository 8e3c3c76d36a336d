import { createRoute } from "@hono/zod-openapi";
import { toolsView } from "../../shapes/tool.ts";
import type { App } from "../app.ts";
import { createApi, json, problems, staff } from "../http/api.ts";
import { viewTools } from "../view-tools.ts";

const routes = {
  list: createRoute({ method: "get", path: "/api/tools", tags: ["tools"], summary: "The tools of the workspace, and how they and their systems do", responses: { 200: json(toolsView, "All of them, with the figures of the last day."), ...problems } }),
};

export function toolRoutes(app: App) {
  const api = createApi();
  api.openapi(routes.list, async (c) => {
    const actor = await staff(c, app.identity);
    return c.json(await viewTools(app.toolCalls, actor.tenantId), 200);
  });
  return api;
}
