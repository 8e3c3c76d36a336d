import { createRoute, z } from "@hono/zod-openapi";
import { allow } from "../../identity/rights.ts";
import { filterMembers, toSearchFilter } from "../../knowledge/search-filter.ts";
import { plainText } from "../../lib/plain-text.ts";
import { searchAs, searchTestView } from "../../shapes/knowledge-search.ts";
import type { App } from "../app.ts";
import { body, createApi, json, problems, staff } from "../http/api.ts";
import { testSearch } from "../knowledge/test-search.ts";

const asked = z.object({
  as: searchAs, query: plainText(4_000).min(1), earlier: plainText(4_000).optional().describe("What the asker wrote before."),
  ...filterMembers,
});

const test = createRoute({
  method: "post", path: "/api/knowledge/search-test", tags: ["knowledge"], summary: "Search as somebody else would, and see why it found what it found",
  request: body(asked), responses: { 200: json(searchTestView, "What each step did, and what would be decided on it."), ...problems },
});

/** Only those who keep the knowledge: they see passages of all audiences anyway. */
export function knowledgeSearchRoutes(app: App) {
  const api = createApi();
  api.openapi(test, async (c) => {
    const actor = allow(await staff(c, app.identity), "knowledge.manage");
    const { as, query, earlier = "", ...given } = c.req.valid("json");
    const filter = toSearchFilter(given) ?? {};
    return c.json(await testSearch(app, { tenantId: actor.tenantId, as, query, earlier: earlier.trim() === "" ? [] : [{ author: "contact", text: earlier }], filter }), 200);
  });
  return api;
}
