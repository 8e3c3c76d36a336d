import { createRoute, z } from "@hono/zod-openapi";
import { permittedAudiences } from "../../conversation/stages/authorize.ts";
import { getCitedDocument, type CitedDocument } from "../../knowledge/get-document.ts";
import { plainText } from "../../lib/plain-text.ts";
import { documentNotFound } from "../app.errors.ts";
import type { App } from "../app.ts";
import { principalOf } from "../principal-of.ts";
import { createApi, json, pathId, problems, staff } from "../http/api.ts";

export const documentView = z.object({ id: z.string(), title: z.string(), path: z.string(), text: z.string(), audience: z.array(z.string()), isCurrent: z.boolean().describe("False: it has changed since, and this is how it was when it said what is quoted.") }).openapi("Document");

/** What a citation quotes of a document: the version that says it is shown. */
export const quoteQuery = z.object({ quote: plainText(4_000).optional().describe("What is quoted of it. Given, and the article says it no longer: the article as it was then.") });

export function viewDocument({ document, isCurrent }: CitedDocument): z.output<typeof documentView> {
  return { id: document.id, title: document.title, path: document.path, text: document.body, audience: document.audience, isCurrent };
}

const read = createRoute({ method: "get", path: "/api/documents/{id}", tags: ["knowledge"], summary: "An article as Markdown", request: { params: pathId, query: quoteQuery }, responses: { 200: json(documentView, "The article."), ...problems } });

export function knowledgeRoutes(app: App) {
  const api = createApi();
  api.openapi(read, async (c) => {
    const actor = await staff(c, app.identity);
    const audiences = permittedAudiences({ policy: app.policy, audiences: app.workspace.audiences }, principalOf(actor), {});
    const found = await getCitedDocument(app, { tenantId: actor.tenantId, audiences, id: c.req.valid("param").id, quote: c.req.valid("query").quote ?? null });
    if (found === null) throw documentNotFound();
    return c.json(viewDocument(found), 200);
  });
  return api;
}
