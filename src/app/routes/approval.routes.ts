import { createRoute, z } from "@hono/zod-openapi";
import { readTimeCursor } from "../../conversation/read-conversations.ts";
import { allow } from "../../identity/rights.ts";
import { pageOf, pageQuery, toPage } from "../../lib/page.ts";
import { plainText } from "../../lib/plain-text.ts";
import { approvalStatus, approvalView, deputyView, type DeputyView } from "../../shapes/approval.ts";
import { listApprovals } from "../../tools/approvals/approval.store.ts";
import { findDeputy, type Deputy } from "../../tools/approvals/decide/approval-vote.store.ts";
import { decideApproval } from "../../tools/approvals/decide/decide-approval.ts";
import { editApproval } from "../../tools/approvals/decide/edit-approval.ts";
import { chooseDeputy, handOnApproval } from "../../tools/approvals/decide/hand-on-approval.ts";
import { readApproval } from "../../tools/approvals/decide/read-approval.ts";
import { approvalMismatch } from "../../tools/approvals/approvals.errors.ts";
import type { App } from "../app.ts";
import { askerOf, askToApprove } from "../ask-policy.ts";
import { body, createApi, idText, json, pathId, person, problems, staff } from "../http/api.ts";
import { viewApproval, viewApprovals } from "../view-approvals.ts";

const tags = ["approvals"];
const filter = pageQuery.extend({ status: approvalStatus.optional(), conversationId: idText.optional(), runId: idText.optional() });
const hash = z.string().regex(/^[0-9a-f]{64}$/).describe("Of the call as it was shown: another one is refused.");
const decision = z.object({ decision: z.enum(["approved", "refused"]), callHash: hash.optional().describe("Of the call as it was shown; a yes needs it."), comment: plainText(2_000).optional() });
const edit = z.object({ callHash: hash, arguments: z.record(z.string(), z.unknown()).describe("What a caller may set, all of it; what the server sets stays."), comment: plainText(2_000).optional() });
const assignees = z.object({ assignees: z.array(plainText(320).min(1)).max(50).describe("Ids, e-mails or `role:NAME`; none: those who were asked at first.") });
const absence = z.object({ email: plainText(320).min(3), until: z.iso.datetime({ offset: true }) });
const deputy = z.object({ deputy: deputyView.nullable() });

const routes = {
  list: createRoute({ method: "get", path: "/api/approvals", tags, summary: "Calls that wait for a person, newest first", request: { query: filter }, responses: { 200: json(pageOf(approvalView, "ApprovalPage"), "A page."), ...problems } }),
  read: createRoute({ method: "get", path: "/api/approvals/{id}", tags, summary: "One approval", request: { params: pathId }, responses: { 200: json(approvalView, "The approval."), ...problems } }),
  decide: createRoute({ method: "post", path: "/api/approvals/{id}/decision", tags, summary: "Approve or refuse one exact call; the first decision wins", request: { params: pathId, ...body(decision) }, responses: { 200: json(approvalView, "Decided, or waiting for others who have to say yes as well."), ...problems } }),
  edit: createRoute({ method: "post", path: "/api/approvals/{id}/edit", tags, summary: "Change the call that waits, and approve it so", request: { params: pathId, ...body(edit) }, responses: { 200: json(approvalView, "Changed and approved, or waiting for others."), ...problems } }),
  reassign: createRoute({ method: "post", path: "/api/approvals/{id}/assignees", tags, summary: "Hand the decision to other people or a role", request: { params: pathId, ...body(assignees) }, responses: { 200: json(approvalView, "Handed on."), ...problems } }),
  deputy: createRoute({ method: "get", path: "/api/approval-deputy", tags, summary: "Who decides for you while you are away", responses: { 200: json(deputy, "Null: nobody."), ...problems } }),
  chooseDeputy: createRoute({ method: "put", path: "/api/approval-deputy", tags, summary: "Let somebody decide for you until then, or decide for yourself again", request: body(z.object({ deputy: absence.optional().describe("Not given: nobody any more.") })), responses: { 200: json(deputy, "From now on."), ...problems } }),
};

export function approvalRoutes(app: App) {
  const api = createApi();
  const deps = app.workflows.approvals;
  api.openapi(routes.list, async (c) => {
    const actor = await staff(c, app.identity);
    const { limit, cursor, ...filters } = c.req.valid("query");
    const [at, id] = cursor === undefined ? [] : readTimeCursor(cursor);
    const rows = await listApprovals(app.database, actor.tenantId, { ...defined(filters), limit: limit + 1, ...(at === undefined || id === undefined ? {} : { before: { at, id } }) });
    return c.json(toPage(await viewApprovals(app, actor, rows), limit, (view) => view, (item) => [item.requestedAt, item.id]), 200);
  });
  api.openapi(routes.read, async (c) => {
    const actor = await staff(c, app.identity);
    return c.json(await viewApproval(app, actor, await readApproval(app.database, actor.tenantId, c.req.valid("param").id)), 200);
  });
  api.openapi(routes.decide, async (c) => {
    const actor = allow(await person(c, app.identity), "approvals.decide");
    const { comment, callHash, decision } = c.req.valid("json");
    const { id } = c.req.valid("param");
    await askToApprove(app, askerOf(actor), await readApproval(app.database, actor.tenantId, id));
    // A yes is to one exact call: whoever names none is told so, unless there is nothing left to decide.
    if (decision === "approved" && callHash === undefined && (await readApproval(app.database, actor.tenantId, id)).status === "waiting") throw approvalMismatch({ message: "Say which call you approve: send the callHash of the one that was shown." });
    return c.json(await viewApproval(app, actor, await decideApproval(deps, actor, { id, decision, callHash: callHash ?? null, comment: comment ?? null })), 200);
  });
  api.openapi(routes.edit, async (c) => {
    const actor = allow(await person(c, app.identity), "approvals.edit");
    const { comment, ...given } = c.req.valid("json");
    await askToApprove(app, askerOf(actor), await readApproval(app.database, actor.tenantId, c.req.valid("param").id));
    return c.json(await viewApproval(app, actor, await editApproval(deps, actor, { id: c.req.valid("param").id, comment: comment ?? null, ...given })), 200);
  });
  api.openapi(routes.reassign, async (c) => {
    const actor = allow(await person(c, app.identity), "approvals.reassign");
    return c.json(await viewApproval(app, actor, await handOnApproval(deps, actor, { id: c.req.valid("param").id, to: c.req.valid("json").assignees })), 200);
  });
  api.openapi(routes.deputy, async (c) => {
    const actor = await person(c, app.identity);
    return c.json({ deputy: toDeputy(await findDeputy(app.database, actor.tenantId, actor.userId, new Date(app.clock.nowMs()))) }, 200);
  });
  api.openapi(routes.chooseDeputy, async (c) => {
    const actor = allow(await person(c, app.identity), "approvals.deputize");
    const { deputy: chosen } = c.req.valid("json");
    return c.json({ deputy: toDeputy(await chooseDeputy(deps, actor, chosen === undefined ? null : { email: chosen.email, untilAt: new Date(chosen.until) })) }, 200);
  });
  return api;
}

function toDeputy(found: Deputy | null): DeputyView | null {
  return found === null ? null : { email: found.email, name: found.name, until: found.untilAt };
}

/** Without the filters that were not given. */
function defined<T extends Record<string, string | undefined>>(filters: T): { [Name in keyof T]?: string } {
  const given: { [Name in keyof T]?: string } = {};
  for (const name in filters) if (filters[name] !== undefined) given[name] = filters[name];
  return given;
}
