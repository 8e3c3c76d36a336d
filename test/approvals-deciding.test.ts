import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { z } from "zod";
import { startApprovalsShop, type ApprovalsShop } from "./approvals-shop.ts";
import { until } from "./start-test-app.ts";
import type { UserActor } from "../src/identity/actor.ts";
import { findApproval } from "../src/tools/approvals/approval.store.ts";
import { decideApproval } from "../src/tools/approvals/decide/decide-approval.ts";
import { editApproval } from "../src/tools/approvals/decide/edit-approval.ts";
import { chooseDeputy, handOnApproval } from "../src/tools/approvals/decide/hand-on-approval.ts";
import { approvalIdOf } from "../src/tools/approvals/request-approval.ts";
import { callTool } from "../src/tools/call-tool.ts";

const TENANT = "shop";
const POLICIES = `
@id("address.asked") @reason("Addresses are looked at by the head of shipping.") @approval("user:cora@example.com")
forbid (principal is AiAgent, action == Action::"useTool", resource == Tool::"update_address");

@id("approver.barred") @reason("Nina may change no orders.")
forbid (principal == HumanAgent::"user_nina", action == Action::"useTool", resource == Tool::"update_address");
`;
const seen = z.object({ id: z.string(), callHash: z.string(), isMine: z.boolean(), mayApprove: z.boolean(), arguments: z.array(z.object({ name: z.string(), words: z.string(), value: z.unknown(), isSetByServer: z.boolean(), isChanged: z.boolean(), before: z.unknown() })), wanted: z.array(z.object({ words: z.string(), people: z.number() })), editedBy: z.string().nullable(), status: z.string(), said: z.string().nullable(), next: z.string() });

describe("deciding about a call", () => {
  let shop: ApprovalsShop;
  let cora: UserActor;
  let conversationId: string;
  before(async () => {
    shop = await startApprovalsShop({ policies: POLICIES });
    cora = await shop.person("cora", "agent");
    conversationId = (await shop.app.visit("emma.larsson@example.com")).conversationId;
  });
  after(() => shop[Symbol.asyncDispose]());
  const parts = () => shop.app.running.app;
  const deps = () => parts().workflows.approvals;
  const addresses = async () => (await shop.sql.query<{ new_address: string }>("select new_address from shop.address_changes order by new_address")).rows.map((row) => row.new_address);

  /** A new address for order 1042, as the assistant would ask for it; settled like one of a turn. */
  const ask = async (address: string) => {
    const callId = `call_${randomBytes(8).toString("hex")}`;
    const contactId = (await shop.sql.query<{ contact_id: string }>("select contact_id from conversation where id = $1", [conversationId])).rows[0]?.contact_id ?? "";
    const call = () => callTool(parts().toolCalls, { tenantId: TENANT, callId, tool: "update_address", arguments: { order_number: 1042, address }, contact: { contactId, email: "emma.larsson@example.com", externalId: null, isVerified: true }, principal: { type: "AiAgent", id: "assistant" }, channel: "web", turnId: null, conversationId, caseId: null, asker: { kind: "turn" } });
    assert.equal((await call()).status, "waiting");
    const approval = await findApproval(parts().database, TENANT, approvalIdOf(callId));
    assert.ok(approval);
    return { approval, call };
  };

  test("a changed call is another one: the old hash never runs, and the policy is asked about the new one", async () => {
    const { approval, call } = await ask("Storgata 1, 0155 Oslo, Norway");
    const edit = (given: Record<string, unknown>, callHash = approval.call_hash) => editApproval(deps(), cora, { id: approval.id, callHash, arguments: given, comment: null });
    await assert.rejects(edit({ order_number: 1043, address: "Storgata 1, 0155 Oslo, Norway" }), { code: "approvals.edit_denied", message: /status Processing/ });
    await assert.rejects(edit({ order_number: 1042, address: "no" }), { code: "approvals.edit_invalid" });
    await assert.rejects(edit({ order_number: 1042, address: "Storgata 2, 0155 Oslo, Norway" }, "0".repeat(64)), { code: "approvals.mismatch" });
    const edited = await edit({ order_number: 1042, address: "Storgata 2, 0155 Oslo, Norway" });
    assert.deepEqual([edited.status, edited.asked_hash === approval.call_hash, edited.call_hash === approval.call_hash, edited.edited_by], ["approved", true, false, `user:${cora.userId}`]);
    assert.equal((await call()).status, "ok");
    assert.deepEqual(await addresses(), ["Storgata 2, 0155 Oslo, Norway"]);
    const ledger = (await shop.ledger()).filter((entry) => entry.body["approvalId"] === approval.id);
    assert.deepEqual(ledger.map((entry) => entry.kind).filter((kind) => kind !== "approval.attempt_refused"), ["approval.requested", "approval.edited", "approval.decided", "tool.called"]);
    assert.equal(ledger.filter((entry) => entry.kind === "approval.attempt_refused").length, 3);
  });

  test("who is not asked cannot decide, a deputy can while the person is away, and the person then not as well", async () => {
    const [dan, eve] = [await shop.person("dan", "agent"), await shop.person("eve", "agent")];
    const { approval } = await ask("Torggata 1, 0181 Oslo, Norway");
    await assert.rejects(shop.decide(dan, approval), { code: "approvals.not_yours" });
    await assert.rejects(chooseDeputy(deps(), cora, { email: "nobody@example.com", untilAt: new Date(Date.now() + 60_000) }), { code: "approvals.deputy_unknown" });
    const chosen = await chooseDeputy(deps(), cora, { email: "dan@example.com", untilAt: new Date(Date.now() + 60_000) });
    assert.equal(chosen?.name, "dan");
    await assert.rejects(shop.decide(eve, approval), { code: "approvals.not_yours" });
    assert.equal((await shop.decide(dan, approval)).status, "approved");
    assert.deepEqual((await shop.sql.query("select user_id, for_user_id from approval_vote where approval_id = $1", [approval.id])).rows, [{ user_id: dan.userId, for_user_id: cora.userId }]);
    assert.equal(await chooseDeputy(deps(), cora, null), null);
    const second = await ask("Torggata 2, 0181 Oslo, Norway");
    await assert.rejects(shop.decide(dan, second.approval), { code: "approvals.not_yours" });
    assert.equal((await shop.decide(cora, second.approval, "refused")).status, "refused");
  });

  test("handing on gives the decision to a person or a role, and takes it from who had it", async () => {
    const gus = await shop.person("gus", "agent");
    const { approval } = await ask("Torggata 3, 0181 Oslo, Norway");
    await handOnApproval(deps(), cora, { id: approval.id, to: ["gus@example.com"] });
    await assert.rejects(shop.decide(cora, approval), { code: "approvals.not_yours" });
    await handOnApproval(deps(), gus, { id: approval.id, to: ["role:agent"] });
    assert.equal((await shop.decide(cora, approval)).status, "approved");
    await assert.rejects(handOnApproval(deps(), cora, { id: approval.id, to: [] }), { code: "approvals.over" });
  });

  test("what policy forbids the approver, no approval lifts", async () => {
    await shop.sql.query("insert into user_account (tenant_id, id, email, name, role, password_hash, created_at) values ('shop', 'user_nina', 'nina@example.com', 'Nina', 'admin', 'none', now())");
    const { approval, call } = await ask("Torggata 4, 0181 Oslo, Norway");
    await shop.decide({ kind: "user", tenantId: TENANT, userId: "user_nina", name: "Nina", email: "nina@example.com", role: "admin" }, approval);
    const made = await call();
    assert.deepEqual([made.status, made.reason, made.rules], ["denied", "Nina may change no orders.", ["approver.barred"]]);
    assert.ok(!(await addresses()).includes("Torggata 4, 0181 Oslo, Norway"));
  });

  test("an approval is bound to its contact: what is made of another one's details does not run", async () => {
    const { approval } = await ask("Torggata 5, 0181 Oslo, Norway");
    await shop.decide(cora, approval);
    await shop.sql.query("update approval set call_hash = $2 where id = $1", [approval.id, "f".repeat(64)]);
    await shop.sql.query("update approval_vote set call_hash = $2 where approval_id = $1", [approval.id, "f".repeat(64)]);
    const made = await callTool(parts().toolCalls, { tenantId: TENANT, callId: approval.call_id ?? "", tool: "update_address", arguments: approval.given, contact: { contactId: approval.contact_id ?? "", email: "emma.larsson@example.com", externalId: null, isVerified: true }, principal: { type: "AiAgent", id: "assistant" }, channel: "web", turnId: null, conversationId, caseId: null, asker: { kind: "turn" } });
    assert.deepEqual([made.status, made.rules, made.needsPerson], ["denied", ["approval.mismatch"], true]);
    assert.ok(!(await addresses()).includes("Torggata 5, 0181 Oslo, Norway"));
  });

  test("another tenant's approval is not there, and the attempt stands in the ledger of who tried", async () => {
    const { approval } = await ask("Torggata 6, 0181 Oslo, Norway");
    await shop.sql.query("insert into tenant (id, name) values ('other', 'Other') on conflict do nothing");
    const stranger: UserActor = { kind: "user", tenantId: "other", userId: "user_x", name: "X", email: "x@example.com", role: "admin" };
    await assert.rejects(decideApproval(deps(), stranger, { id: approval.id, decision: "approved", callHash: approval.call_hash, comment: null }), { code: "approvals.not_found" });
    assert.deepEqual((await shop.sql.query("select kind, actor from ledger_entry where tenant_id = 'other'")).rows, [{ kind: "approval.attempt_refused", actor: "user:user_x" }]);
    assert.equal((await findApproval(parts().database, TENANT, approval.id))?.status, "waiting");
    await shop.decide(cora, approval, "refused");
  });

  test("over HTTP a yes names its call, the view shows all of it, and a change shows what it was before", async () => {
    const as = { "content-type": "application/json", ...(await shop.signInAs(cora)) };
    const { approval, call } = await ask("Karl Johans gate 1, 0154 Oslo, Norway");
    const read = async () => seen.parse(await (await shop.app.request(`/api/approvals/${approval.id}`, { headers: as })).json());
    const post = (path: string, body: unknown) => shop.app.request(`/api/approvals/${approval.id}/${path}`, { method: "POST", headers: as, body: JSON.stringify(body) });
    const shown = await read();
    assert.deepEqual(shown.arguments.map(({ name, words, isSetByServer }) => [name, words, isSetByServer]), [["address", "address", false], ["order_number", "order number", false]]);
    assert.deepEqual([shown.isMine, shown.mayApprove, shown.wanted], [true, true, [{ words: "cora@example.com", people: 1 }]]);
    assert.match(shown.next, /at once, in your name/);
    assert.equal((await post("decision", { decision: "approved" })).status, 403, "no hash");
    assert.equal((await post("decision", { decision: "approved", callHash: "0".repeat(64) })).status, 403, "a forged hash");
    assert.equal((await post("edit", { callHash: shown.callHash, arguments: { order_number: 1042, address: "Karl Johans gate 2, 0154 Oslo, Norway" } })).status, 200);
    const edited = await read();
    assert.deepEqual([edited.status, edited.editedBy, edited.arguments.filter((each) => each.isChanged).map(({ value, before }) => [value, before])], ["approved", `user:${cora.userId}`, [["Karl Johans gate 2, 0154 Oslo, Norway", "Karl Johans gate 1, 0154 Oslo, Norway"]]]);
    assert.equal((await post("decision", { decision: "refused" })).status, 409);
    await call();
    await until(async () => (await addresses()).includes("Karl Johans gate 2, 0154 Oslo, Norway"));
  });
});
