import { createRoute, z } from "@hono/zod-openapi";
import { readActorNames } from "../../identity/actor-names.store.ts";
import type { App } from "../app.ts";
import { createApi, json, problems, staff } from "../http/api.ts";

const MAX_ACTORS = 100;

const actors = z.string().max(10_000).regex(/^[\w:,-]*$/).describe(`Up to ${MAX_ACTORS} of \`user:…\`, \`key:…\`, \`contact:…\`, with commas between them.`);
const names = z.object({ items: z.array(z.object({ actor: z.string(), name: z.string() })) }).openapi("ActorNames");

const route = createRoute({
  method: "get", path: "/api/actors", tags: ["identity"], summary: "The names behind the ids of people and keys",
  request: { query: z.object({ ids: actors }) }, responses: { 200: json(names, "Those that are known."), ...problems },
});

export function actorRoutes(app: App) {
  const api = createApi();
  api.openapi(route, async (c) => {
    const actor = await staff(c, app.identity);
    return c.json({ items: await readActorNames(app.database, actor.tenantId, c.req.valid("query").ids.split(",").slice(0, MAX_ACTORS)) }, 200);
  });
  return api;
}
