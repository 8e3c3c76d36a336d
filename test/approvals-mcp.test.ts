import assert from "node:assert/strict";
import { appendFile, cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import pg from "pg";
import { z } from "zod";
import { createKey } from "../src/identity/authenticate.ts";
import type { UserActor } from "../src/identity/actor.ts";
import { viewApprovals } from "../src/app/view-approvals.ts";
import { findApproval } from "../src/tools/approvals/approval.store.ts";
import { decideApproval } from "../src/tools/approvals/decide/decide-approval.ts";
import { editApproval } from "../src/tools/approvals/decide/edit-approval.ts";
import { startTestApp, until, type TestApp } from "./start-test-app.ts";

const POLICIES = `
@id("system.asked") @reason("People look at what other systems pay.") @approval("role:agent")
permit (principal is ApiKey, action == Action::"useTool", resource == Tool::"pay_out");
@id("contact.asked") @reason("People look at what a customer's own assistant pays.") @approval("role:agent")
permit (principal is Contact, action == Action::"useTool", resource == Tool::"pay_back") when { context.facts has amount && context.facts.amount > 150 };
`;
const answer = z.looseObject({ isError: z.boolean().optional(), content: z.array(z.looseObject({ text: z.string() })), structuredContent: z.record(z.string(), z.unknown()).optional(), _meta: z.object({ "baton.dev/approval": z.object({ id: z.string(), status: z.string(), deadlineAt: z.string().nullable() }) }).optional() });
const standing = z.object({ status: z.string(), isChanged: z.boolean(), call: z.object({ status: z.string(), words: z.string().nullable(), output: z.unknown() }).nullable() });
const eve: UserActor = { kind: "user", tenantId: "desk", userId: "user_eve", name: "Eve", email: "eve@example.com", role: "agent" };

let folder: string;
let desk: TestApp;
let sql: pg.Client;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "baton-desk-"));
  await cp("test/workflows/desk", folder, { recursive: true });
  await appendFile(join(folder, "policies", "desk.cedar"), POLICIES);
  // The same for systems, which have no verified contact.
  const text = await readFile(join(folder, "tools", "pay_back.ts"), "utf8");
  await writeFile(join(folder, "tools", "pay_out.ts"), text.replace('"pay_back"', '"pay_out"').replace("needsVerifiedContact: true", "needsVerifiedContact: false"));
  desk = await startTestApp({ env: { BATON_WORKSPACE: folder } });
  sql = new pg.Client({ connectionString: desk.databaseUrl });
  await sql.connect();
});
after(async () => {
  await sql.end();
  await desk[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const app = () => desk.running.app;
const payments = async (number: string) => (await sql.query<{ amount: number }>("select amount::int from desk.payments where number = $1", [number])).rows.map((row) => row.amount);
const key = (name = "erp") => createKey(app().identity, "desk", name);

async function connect(token: string): Promise<Client & AsyncDisposable> {
  const client = new Client({ name: "test", version: "1.0.0" });
  const transport: Omit<Transport, "sessionId"> = new StreamableHTTPClientTransport(new URL(`${desk.url}/mcp`), { requestInit: { headers: { authorization: `Bearer ${token}` } } });
  await client.connect(transport);
  // Learns the shapes of the answers, which the library then holds them against.
  await client.listTools();
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.close() });
}

const pay = async (client: Client, order: string, amount: number, options: { tool?: string; key?: string } = {}) => answer.parse(await client.callTool({ name: options.tool ?? "pay_out", arguments: { order, amount }, ...(options.key === undefined ? {} : { _meta: { "baton.dev/idempotencyKey": options.key } }) }));
const statusOf = async (client: Client, approval: string) => standing.parse(answer.parse(await client.callTool({ name: "approval_status", arguments: { approval } })).structuredContent);
const waitingId = (given: z.infer<typeof answer>) => given._meta?.["baton.dev/approval"].id ?? assert.fail(JSON.stringify(given));

async function decide(id: string, decision: "approved" | "refused" = "approved") {
  const found = (await findApproval(app().database, "desk", id)) ?? assert.fail();
  return decideApproval(app().workflows.approvals, eve, { id, decision, callHash: found.call_hash, comment: null });
}

test("another system's call waits for people, is made once when they say yes, and its outcome can be fetched", async () => {
  await using client = await connect(await key());
  const asked = await pay(client, "2001", 700, { key: "pay-2001" });
  const id = waitingId(asked);
  assert.equal(asked.isError, true, "there is nothing yet that fits what the tool answers");
  assert.match(asked.content[0]?.text ?? "", new RegExp(`waits until people have approved it.*Pay back 700 for order 2001.*approval_status.*${id}`));
  assert.deepEqual(await statusOf(client, id), { status: "waiting", isChanged: false, call: null });
  assert.equal(waitingId(await pay(client, "2001", 700, { key: "pay-2001" })), id, "asked again, asked once");
  const row = (await findApproval(app().database, "desk", id)) ?? assert.fail();
  assert.match(row.requested_by, /^ApiKey:key_/);
  const [view] = await viewApprovals(app(), eve, [row]);
  assert.deepEqual([view?.askedBy, view?.callerName, view?.isMine, view?.mayApprove], ["caller", "erp", true, true]);
  assert.match(view?.next ?? "", /whoever asked can fetch/);
  assert.deepEqual(await payments("2001"), []);
  await decide(id);
  await until(async () => (await statusOf(client, id)).call !== null);
  const { call } = await statusOf(client, id);
  assert.deepEqual([call?.status, call?.words], ["ok", "700 were paid back for order 2001."]);
  const again = await pay(client, "2001", 700, { key: "pay-2001" });
  assert.deepEqual([again.isError, again.structuredContent], [undefined, call?.output], "the same call answers what came of it");
  assert.deepEqual(await payments("2001"), [700]);
});

test("only the key that asked learns of an approval", async () => {
  await using client = await connect(await key());
  await using other = await connect(await key("other"));
  const id = waitingId(await pay(client, "2002", 10));
  await assert.rejects(statusOf(other, id), /no such approval of yours/);
  await using contact = await connect((await desk.visit("ada@example.com")).token);
  await assert.rejects(statusOf(contact, id), /no such approval of yours/);
  await assert.rejects(statusOf(client, "appr_unknown"), /no such approval of yours/);
});

test("a no and a change are told, and the changed call is the one that runs", async () => {
  await using client = await connect(await key());
  const refused = waitingId(await pay(client, "2003", 20));
  await decide(refused, "refused");
  await until(async () => (await statusOf(client, refused)).call !== null);
  assert.deepEqual(await statusOf(client, refused), { status: "refused", isChanged: false, call: { status: "denied", words: "A colleague decided against it, so it was not done.", output: null } });
  assert.deepEqual(await payments("2003"), []);

  const changed = waitingId(await pay(client, "2004", 30, { key: "pay-2004" }));
  const row = (await findApproval(app().database, "desk", changed)) ?? assert.fail();
  await editApproval(app().workflows.approvals, eve, { id: changed, callHash: row.call_hash, arguments: { order: "2004", amount: 25 }, comment: null });
  await until(async () => (await statusOf(client, changed)).call !== null);
  assert.equal((await statusOf(client, changed)).isChanged, true);
  assert.deepEqual(await payments("2004"), [25]);
  assert.match((await pay(client, "2004", 30, { key: "pay-2004" })).content[0]?.text ?? "", /25 were paid back/, "asked under its key and with its own arguments again");
  await assert.rejects(pay(client, "2004", 31, { key: "pay-2004" }), /another call/);
});

test("the same call without a key while it waits asks nobody twice, and names what it waits for", async () => {
  await using client = await connect(await key());
  const id = waitingId(await pay(client, "2005", 40));
  assert.match((await pay(client, "2005", 40)).content[0]?.text ?? "", new RegExp(`${id}\\.$`));
  await using other = await connect(await key("other"));
  assert.notEqual(waitingId(await pay(other, "2005", 40)), id, "another system's wish is its own");
});

test("a contact's own assistant asks in the contact's name; the conversation is not written to", async () => {
  const visit = await desk.visit("paul@example.com");
  await using client = await connect(visit.token);
  const id = waitingId(await pay(client, "2006", 200, { tool: "pay_back" }));
  await decide(id);
  await until(async () => (await statusOf(client, id)).call?.status === "ok");
  assert.deepEqual(await payments("2006"), [200]);
  assert.deepEqual((await sql.query("select 1 from message where conversation_id = $1", [visit.conversationId])).rows, []);
});

test("a decision that nobody made in time ends the call", async () => {
  await using client = await connect(await key());
  const id = waitingId(await pay(client, "2007", 50));
  await sql.query("update approval set deadline_at = now() - interval '1 s' where id = $1", [id]);
  await app().workflows.approvals.engine().send({ service: "approval", handler: "settle", input: { tenantId: "desk", approvalId: id } });
  await until(async () => (await statusOf(client, id)).call !== null);
  assert.deepEqual([(await statusOf(client, id)).status, (await statusOf(client, id)).call?.status, await payments("2007")], ["expired", "denied", []]);
});
