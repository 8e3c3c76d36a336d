import { createRoute, z } from "@hono/zod-openapi";
import { readTimeCursor } from "../../conversation/read-conversations.ts";
import { allow } from "../../identity/rights.ts";
import { pageOf, pageQuery, toPage } from "../../lib/page.ts";
import { plainText } from "../../lib/plain-text.ts";
import { approvalStatus, approvalView } from "../../shapes/workflow.ts";
import { listApprovals } from "../../tools/approvals/approval.store.ts";
import { decideApproval, readApproval, reassignApproval } from "../../tools/approvals/decide-approval.ts";
import type { App } from "../app.ts";
import { body, createApi, idText, json, pathId, person, problems, staff } from "../http/api.ts";
import { toApprovalView } from "../workflow-functions/view-approval.ts";

const tags = ["approvals"];
const filter = pageQuery.extend({ status: approvalStatus.optional(), conversationId: idText.optional(), runId: idText.optional() });
const decision = z.object({ decision: z.enum(["approved", "refused"]), /** Of the call as it was shown; another one is refused. */ callHash: z.string().length(64).optional(), comment: plainText(2_000).optional() });

const routes = {
  list: createRoute({ method: "get", path: "/api/approvals", tags, summary: "Calls that wait for a person, newest first", request: { query: filter }, responses: { 200: json(pageOf(approvalView, "ApprovalPage"), "A page."), ...problems } }),
  read: createRoute({ method: "get", path: "/api/approvals/{id}", tags, summary: "One approval", request: { params: pathId }, responses: { 200: json(approvalView, "The approval."), ...problems } }),
  decide: createRoute({ method: "post", path: "/api/approvals/{id}/decision", tags, summary: "Approve or refuse one exact call; the first decision wins", request: { params: pathId, ...body(decision) }, responses: { 200: json(approvalView, "Decided."), ...problems } }),
  reassign: createRoute({ method: "post", path: "/api/approvals/{id}/assignees", tags, summary: "Hand the decision to other people", request: { params: pathId, ...body(z.object({ /** Ids or e-mails; none: everybody of its role. */ assignees: z.array(plainText(320).min(1)).max(50) })) }, responses: { 200: json(approvalView, "Handed on."), ...problems } }),
};

export function approvalRoutes(app: App) {
  const api = createApi();
  api.openapi(routes.list, async (c) => {
    const actor = await staff(c, app.identity);
    const { limit, cursor, ...filters } = c.req.valid("query");
    const [at, id] = cursor === undefined ? [] : readTimeCursor(cursor);
    const rows = await listApprovals(app.database, actor.tenantId, { ...defined(filters), limit: limit + 1, ...(at === undefined || id === undefined ? {} : { before: { at, id } }) });
    return c.json(toPage(rows, limit, (row) => toApprovalView(actor, row), (item) => [item.requestedAt, item.id]), 200);
  });
  api.openapi(routes.read, async (c) => {
    const actor = await staff(c, app.identity);
    return c.json(toApprovalView(actor, await readApproval(app.database, actor.tenantId, c.req.valid("param").id)), 200);
  });
  api.openapi(routes.decide, async (c) => {
    const actor = allow(await person(c, app.identity), "approvals.decide");
    const { comment, callHash, ...given } = c.req.valid("json");
    const row = await decideApproval(app.workflows.approvals, actor, { id: c.req.valid("param").id, callHash: callHash ?? null, comment: comment ?? null, ...given });
    return c.json(toApprovalView(actor, row), 200);
  });
  api.openapi(routes.reassign, async (c) => {
    const actor = allow(await person(c, app.identity), "approvals.reassign");
    return c.json(toApprovalView(actor, await reassignApproval(app.workflows.approvals, actor, { id: c.req.valid("param").id, assignees: c.req.valid("json").assignees })), 200);
  });
  return api;
}

/** Without the filters that were not given. */
function defined<T extends Record<string, string | undefined>>(filters: T): { [Name in keyof T]?: string } {
  const given: { [Name in keyof T]?: string } = {};
  for (const name in filters) if (filters[name] !== undefined) given[name] = filters[name];
  return given;
}
