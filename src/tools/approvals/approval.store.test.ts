import assert from "node:assert/strict";
import { test } from "node:test";
import { ensureTenant } from "../../identity/identity.store.ts";
import { createLog } from "../../lib/log.ts";
import { openDatabase } from "../../storage/database.ts";
import { migrate } from "../../storage/migrate.ts";
import { makeDatabase } from "../../../test/start-test-app.ts";
import { findApproval, insertApproval, markDecided, takeApproval, withdrawApprovals } from "./approval.store.ts";
import { bindCall, hashCall } from "./hash-call.ts";

const tenantId = "acme";
const at = new Date();
const owner = { contactId: "cont_1", conversationId: "conv_1" };
const callHash = hashCall("pay", { order: 1 });

async function openApprovals() {
  const { owner: url } = await makeDatabase();
  await migrate(url);
  const database = openDatabase({ connectionString: url, maxConnections: 2, log: createLog({ level: "error", isPretty: true }) });
  await ensureTenant(database, tenantId, "Acme");
  const request = (id: string, externalId: string, deadlineAt = at) =>
    database.transaction(tenantId, (query) => insertApproval(query, {
      tenantId, id, runId: "run_1", workflow: "w", pointer: "/do/0/a", taskName: "a", caseId: null, ...owner, tool: "pay", risk: "money", arguments: { order: 1 }, callHash: bindCall(callHash, owner), describedAs: "pay", reason: "much",
      role: "agent", assignees: [], externalId, at, deadlineAt, eventDepth: 0,
    }));
  const decide = (id: string, status: "approved" | "refused") => database.transaction(tenantId, (query) => markDecided(query, { tenantId, id, status, by: "user:user_1", comment: null, at }));
  return { database, request, decide, [Symbol.asyncDispose]: () => database.close() };
}

test("an approval is taken by the contact and conversation it was given for, and by nobody else", async () => {
  await using approvals = await openApprovals();
  await approvals.request("appr_1", "ext-1");
  await approvals.decide("appr_1", "approved");
  const take = (more: object) => takeApproval(approvals.database, { tenantId, id: "appr_1", callHash, usedBy: "call_1", owner, ...more });
  for (const other of [{ contactId: "cont_2" }, { conversationId: "conv_2" }, { contactId: null, conversationId: null }]) assert.equal(await take({ owner: { ...owner, ...other } }), null);
  assert.equal(await take({ callHash: hashCall("pay", { order: 2 }) }), null);
  assert.equal(await take({}), "user:user_1");
  assert.equal(await take({}), "user:user_1");
  assert.equal(await take({ usedBy: "call_2" }), null);
});

test("a request that is repeated asks again only when its run had ended undecided", async () => {
  await using approvals = await openApprovals();
  await approvals.request("appr_1", "ext-1");
  await approvals.request("appr_2", "ext-1");
  await approvals.decide("appr_2", "refused");
  await withdrawApprovals(approvals.database, tenantId, "run_1", at);
  for (const id of ["appr_1", "appr_2"]) await approvals.request(id, "ext-2");
  const rows = await Promise.all(["appr_1", "appr_2"].map((id) => findApproval(approvals.database, tenantId, id)));
  assert.deepEqual(rows.map((row) => [row?.status, row?.external_id]), [["waiting", "ext-2"], ["refused", "ext-1"]]);
});
