import { createRoute, z } from "@hono/zod-openapi";
import { actorName, type StaffActor } from "../../identity/actor.ts";
import { allow } from "../../identity/rights.ts";
import { countGrades } from "../../models/routing/grade.store.ts";
import { listRouters, readActiveRouter } from "../../models/routing/router.store.ts";
import { routerUnknown } from "../../models/routing/routing.errors.ts";
import { useRouter } from "../../models/routing/use-router.ts";
import { routingView, type RoutingView } from "../../shapes/routing.ts";
import type { App } from "../app.ts";
import { createApi, json, problems, staff } from "../http/api.ts";

const tags = ["routes"];
/** Stores use this shape, too, and may have loaded it before the library that names it in the document: so a new one of the same parts. */
const view = z.object(routingView.shape).openapi("RouteTable");

const routes = {
  read: createRoute({ method: "get", path: "/api/routes", tags, summary: "Which requests cheaper models answer: share, cost and quality beside the best single model, of every router that was trained", responses: { 200: json(view, "The newest 50 routers, newest first."), ...problems } }),
  use: createRoute({ method: "put", path: "/api/routes/active/{number}", tags, summary: "Put a router to use, an earlier one too, by its number (admins)", request: { params: z.object({ number: z.string().max(20) }) }, responses: { 200: json(view, "As it stands now."), ...problems } }),
  stop: createRoute({ method: "delete", path: "/api/routes/active", tags, summary: "Use no router: the default route answers what no rule names (admins)", responses: { 200: json(view, "As it stands now."), ...problems } }),
};

export function routeTableRoutes(app: Pick<App, "identity" | "database" | "clock" | "router">) {
  const api = createApi();
  const use = async (actor: StaffActor, version: number | null) => {
    await useRouter(app, { tenantId: actor.tenantId, version, by: actorName(actor) });
    await app.router?.follow();
    return viewRouting(app, actor.tenantId);
  };
  api.openapi(routes.read, async (c) => {
    const { tenantId } = await staff(c, app.identity);
    return c.json(await viewRouting(app, tenantId), 200);
  });
  api.openapi(routes.use, async (c) => {
    const actor = allow(await staff(c, app.identity), "routes.use");
    const version = Number(c.req.valid("param").number);
    if (!Number.isSafeInteger(version)) throw routerUnknown();
    return c.json(await use(actor, version), 200);
  });
  api.openapi(routes.stop, async (c) => c.json(await use(allow(await staff(c, app.identity), "routes.use"), null), 200));
  return api;
}

async function viewRouting({ database, router }: Pick<App, "database" | "router">, tenantId: string): Promise<RoutingView> {
  const [active, grades, versions] = await Promise.all([readActiveRouter(database, tenantId), countGrades(database, tenantId), listRouters(database, tenantId)]);
  const stale = active !== null && router === null ? "The workspace has no models.yaml, so no router is followed." : (router?.stale() ?? null);
  return { active, stale, grades, versions: versions.map((version) => ({ ...version, isActive: version.number === active })) };
}
