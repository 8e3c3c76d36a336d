import assert from "node:assert/strict";
import { test } from "node:test";
import { ensureTenant } from "../../identity/identity.store.ts";
import { createLog } from "../../lib/log.ts";
import { openDatabase } from "../../storage/database.ts";
import { migrate } from "../../storage/migrate.ts";
import { makeDatabase } from "../../../test/start-test-app.ts";
import { markDecided, takeApproval } from "./approval-change.store.ts";
import { findApproval, insertApproval } from "./approval.store.ts";
import { bindCall, hashCall } from "./hash-call.ts";
import { withdrawApprovals } from "./withdraw-approvals.ts";

const tenantId = "acme";
const at = new Date();
const owner = { contactId: "cont_1", conversationId: "conv_1" };
const bound = (order: number, whose: { contactId: string | null; conversationId: string | null } = owner) => bindCall(hashCall("pay", { order }), whose);

async function openApprovals() {
  const { owner: url } = await makeDatabase();
  await migrate(url);
  const database = openDatabase({ connectionString: url, maxConnections: 2, log: createLog({ level: "error", isPretty: true }) });
  await ensureTenant(database, tenantId, "Acme");
  const request = (id: string, externalId: string, deadlineAt = at) =>
    database.transaction(tenantId, (query) => insertApproval(query, {
      tenantId, id, callId: null, turnId: null, runId: "run_1", workflow: "w", pointer: "/do/0/a", taskName: "a", channel: "workflow", caseId: null, ...owner, principal: "AiAgent:assistant", tool: "pay", risk: "money", given: { order: 1 }, arguments: { order: 1 },
      facts: {}, amountCents: null, currency: null, policyRules: [], policyHash: null, rule: { groups: [{ anyOf: [{ kind: "role", role: "agent" }], people: 1 }], deadlineMs: null }, startedBy: null, callHash: bound(1), describedAs: "pay", reason: "much", toldAs: null,
      externalId, at, deadlineAt, eventDepth: 0,
    }));
  const decide = (id: string, status: "approved" | "refused") => database.transaction(tenantId, (query) => markDecided(query, { tenantId, id, status, by: "user:user_1", comment: null, at }));
  return { database, request, decide, [Symbol.asyncDispose]: () => database.close() };
}

test("an approval is taken by the contact and conversation it was given for, and by nobody else", async () => {
  await using approvals = await openApprovals();
  await approvals.request("appr_1", "ext-1");
  await approvals.decide("appr_1", "approved");
  const take = (more: object) => approvals.database.transaction(tenantId, (query) => takeApproval(query, { tenantId, id: "appr_1", callHash: bound(1), usedBy: "call_1", ...owner, ...more }));
  for (const other of [{ contactId: "cont_2" }, { conversationId: "conv_2" }, { contactId: null, conversationId: null }]) {
    assert.equal(await take(other), null);
    assert.equal(await take({ ...other, callHash: bound(1, { ...owner, ...other }) }), null);
  }
  assert.equal(await take({ callHash: bound(2) }), null);
  assert.equal(await take({}), "user:user_1");
  assert.equal(await take({}), "user:user_1");
  assert.equal(await take({ usedBy: "call_2" }), null);
});

test("a request that is repeated asks again only when its run had ended undecided", async () => {
  await using approvals = await openApprovals();
  await approvals.request("appr_1", "ext-1");
  await approvals.request("appr_2", "ext-1");
  await approvals.decide("appr_2", "refused");
  await approvals.database.transaction(tenantId, (query) => withdrawApprovals(query, tenantId, { runId: "run_1" }, { actor: "workflow:w", reason: "run.ended", at }));
  for (const id of ["appr_1", "appr_2"]) await approvals.request(id, "ext-2");
  const rows = await Promise.all(["appr_1", "appr_2"].map((id) => findApproval(approvals.database, tenantId, id)));
  assert.deepEqual(rows.map((row) => [row?.status, row?.external_id]), [["waiting", "ext-2"], ["refused", "ext-1"]]);
});
