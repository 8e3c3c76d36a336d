import { createRoute, z } from "@hono/zod-openapi";
import { decideDraft, type DraftDecision } from "../../handoff/decide-draft.ts";
import { plainText } from "../../lib/plain-text.ts";
import { draftView } from "../../shapes/conversation.ts";
import type { App } from "../app.ts";
import { openToStaff } from "../knowledge/open-citations.ts";
import { body, createApi, json, pathId, person, problems } from "../http/api.ts";

const decision = z.discriminatedUnion("decision", [
  z.object({ decision: z.literal("accepted") }),
  z.object({ decision: z.literal("edited"), text: z.string() }),
  z.object({ decision: z.literal("rejected"), reason: plainText(500).min(1) }),
]);

const decide = createRoute({
  method: "post", path: "/api/drafts/{id}/decision", tags: ["conversations"], summary: "Send the assistant's draft as it is or changed, or reject it; the first decision wins",
  request: { params: pathId, ...body(decision) }, responses: { 200: json(draftView, "Decided."), ...problems },
});

export function draftRoutes(app: Pick<App, "identity" | "handoff" | "database" | "policy" | "workspace">) {
  const api = createApi();
  api.openapi(decide, async (c) => {
    const actor = await person(c, app.identity);
    const decided = await decideDraft(app.handoff, actor, c.req.valid("param").id, toDecision(c.req.valid("json")));
    return c.json((await openToStaff(app, actor, [decided]))[0] ?? decided, 200);
  });
  return api;
}

function toDecision(given: z.infer<typeof decision>): DraftDecision {
  if (given.decision === "edited") return { kind: "edited", text: given.text };
  return given.decision === "rejected" ? { kind: "rejected", reason: given.reason } : { kind: "accepted" };
}
