import { createRoute, z } from "@hono/zod-openapi";
import { permittedAudiences } from "../../conversation/stages/authorize.ts";
import { getDocument } from "../../knowledge/get-document.ts";
import { documentNotFound } from "../app.errors.ts";
import type { App } from "../app.ts";
import { principalOf } from "../principal-of.ts";
import { createApi, json, pathId, problems, staff } from "../http/api.ts";

export const documentView = z.object({ id: z.string(), title: z.string(), path: z.string(), text: z.string(), audience: z.array(z.string()) }).openapi("Document");

const read = createRoute({ method: "get", path: "/api/documents/{id}", tags: ["knowledge"], summary: "An article as Markdown", request: { params: pathId }, responses: { 200: json(documentView, "The article."), ...problems } });

export function knowledgeRoutes(app: App) {
  const api = createApi();
  api.openapi(read, async (c) => {
    const actor = await staff(c, app.identity);
    const audiences = permittedAudiences({ policy: app.policy, audiences: app.workspace.audiences }, principalOf(actor), {});
    const found = await getDocument(app, { tenantId: actor.tenantId, audiences, id: c.req.valid("param").id });
    if (found === null) throw documentNotFound();
    return c.json({ id: found.id, title: found.title, path: found.path, text: found.body, audience: found.audience }, 200);
  });
  return api;
}
