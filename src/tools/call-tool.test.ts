import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { z } from "zod";
import { makeDatabase } from "../../test/start-test-app.ts";
import { createBuiltInRedactor } from "../guard/adapters/built-in-redactor.ts";
import { ensureTenant } from "../identity/identity.store.ts";
import { systemClock } from "../lib/clock.ts";
import { createLog } from "../lib/log.ts";
import type { Policy } from "../policy/policy.ts";
import { openDatabase, type Database } from "../storage/database.ts";
import { migrate } from "../storage/migrate.ts";
import { callTool, previewCall, type CallToolDeps, type CallToolInput } from "./call-tool.ts";
import { defineTool } from "./define-tool.ts";
import { offeredSchema } from "./resolve-arguments.ts";
import { createToolRunner } from "./run-call.ts";
import type { Tool } from "./tool.ts";
import { takeCall } from "./tool-rate.store.ts";
import { systemAway } from "./tools.errors.ts";

const tenantId = "acme";
const log = createLog({ level: "error", isPretty: true });
const allow: Policy = { id: "test", hash: "test", decide: () => ({ effect: "allow", rules: ["all"] }) };
const ran: unknown[] = [];

const base = { purpose: "", idempotency: "natural" as const, needsVerifiedContact: true, timeoutMs: 1_000, retry: { attempts: 1, firstDelayMs: 1 }, describe: () => "", output: z.object({ echo: z.unknown() }) };
const ok = (echo: unknown) => Promise.resolve({ kind: "ok" as const, output: { echo }, say: "Done." });

const tools = new Map<string, Tool>([
  ["orders", defineTool({ ...base, name: "orders", risk: "read", bound: { email: "contact.email" }, input: z.object({ email: z.string(), limit: z.number().default(3), note: z.string().optional() }), run: (input) => {
    ran.push(input);
    return ok(input);
  } })],
  ["limited", defineTool({ ...base, name: "limited", risk: "read", rateLimit: { calls: 2, perMs: 86_400_000, scope: "contact" }, input: z.object({}), run: () => ok(null) })],
  ["dead", defineTool({ ...base, name: "dead", risk: "read", system: "dead", input: z.object({ n: z.number() }), run: () => Promise.reject(systemAway({ message: "503" })) })],
  ["dead_silent", defineTool({ ...base, name: "dead_silent", risk: "read", system: "dead", input: z.object({}), run: () => Promise.reject(systemAway({ message: "503" })) })],
  ["copy", defineTool({ ...base, name: "copy", risk: "read", system: "copy", input: z.object({ n: z.number() }), run: (input) => ok(input.n) })],
  ["large", defineTool({ ...base, name: "large", risk: "read", maxOutputBytes: 1_000, input: z.object({}), run: () => ok("é".repeat(600)) })],
  ["charge", defineTool({ ...base, name: "charge", risk: "money", idempotency: "key", accepts: ["payment"], input: z.object({ card: z.string(), note: z.string().default("") }), run: (input) => ok(input.card) })],
]);

let database: Database;
let deps: CallToolDeps;
before(async () => {
  const { owner } = await makeDatabase();
  await migrate(owner);
  database = openDatabase({ connectionString: owner, maxConnections: 4, log });
  await ensureTenant(database, tenantId, "Acme");
  const sql = { query: () => Promise.resolve([]), transaction: () => Promise.reject(new Error("no business database")) };
  deps = { database, tools, fallbacks: new Map<string, { tool: string } | { say: string }>([["dead", { tool: "copy" }], ["dead_silent", { say: "Our order system is resting; please ask again in an hour." }]]), policy: allow, redactor: createBuiltInRedactor(), runner: createToolRunner({ log }), sql, clock: systemClock, log };
});
after(() => database.close());

const contact = { contactId: "cont_1", email: "ada@example.com", externalId: null, isVerified: true };
let calls = 0;
const call = (tool: string, given: Record<string, unknown>, more: Partial<CallToolInput> = {}) => {
  calls += 1;
  return callTool(deps, { tenantId, callId: `call_${calls}`, tool, arguments: given, contact, principal: { type: "AiAgent", id: "assistant" }, channel: "web", turnId: null, conversationId: null, caseId: null, ...more });
};

test("what the server binds can neither be seen nor set", async () => {
  const orders = tools.get("orders");
  assert.ok(orders);
  assert.deepEqual(z.looseObject({ properties: z.looseObject({}) }).parse(offeredSchema(orders)).properties, { limit: { default: 3, type: "number" }, note: { type: "string" } });
  const forged = await call("orders", { email: "eve@example.com" });
  assert.deepEqual([forged.status, forged.reason], ["failed", 'arguments.invalid: "email" is set by the server and cannot be given.']);
  assert.deepEqual(ran, []);
  assert.equal((await call("orders", { limit: 1 })).status, "ok");
  assert.deepEqual(ran, [{ email: "ada@example.com", limit: 1 }]);
});

test("a bound value is taken from a verified contact only", async () => {
  for (const unverified of [null, { ...contact, isVerified: false }]) {
    assert.equal((await call("orders", {}, { contact: unverified })).status, "denied");
    assert.equal(await previewCall(deps, { tenantId, tool: "orders", arguments: {}, contact: unverified, principal: { type: "AiAgent", id: "assistant" }, channel: "web", conversationId: null, caseId: null }), "deny");
  }
});

test("arguments with data that the tool may not receive are not sent", async () => {
  const refused = await call("orders", { limit: 1, note: "4242 4242 4242 4242" });
  assert.deepEqual([refused.status, refused.rules], ["denied", ["tool.data_class"]]);
  assert.equal((await call("charge", { card: "4242 4242 4242 4242" })).status, "ok");
  assert.equal((await call("charge", { card: "4242 4242 4242 4242", note: "for ada@example.com" })).status, "denied");
});

test("a limit holds for each contact, and a repeated call takes none", async () => {
  const first = await call("limited", {}, { callId: "limited_1" });
  assert.equal((await call("limited", {}, { callId: "limited_1" })).status, first.status);
  assert.equal((await call("limited", {})).status, "ok");
  const third = await call("limited", {});
  assert.deepEqual([third.status, third.rules], ["failed", ["tool.rate_limit"]]);
  assert.equal((await call("limited", {}, { contact: { ...contact, contactId: "cont_2" } })).status, "ok");
});

test("processes whose clocks differ share one window at its border", async () => {
  const limit = { calls: 2, perMs: 60_000, scope: "tenant" as const };
  const border = 1_800_000_000_000;
  const taken: boolean[] = [];
  for (const nowMs of [border + 5, border - 5, border + 6, border - 4]) taken.push(await takeCall(database, tenantId, "border", limit, nowMs));
  assert.deepEqual(taken, [true, true, false, false]);
  assert.equal(await takeCall(database, tenantId, "border", limit, border + limit.perMs), true);
});

test("a fallback takes the place of a tool whose system is away, and the record says so", async () => {
  const taken = await call("dead", { n: 7 });
  assert.deepEqual([taken.status, taken.tool, taken.output], ["ok", "dead", { echo: 7 }]);
  assert.match(taken.reason ?? "", /dead was away: 503/);
  const told = await call("dead_silent", {});
  assert.deepEqual([told.status, told.say, told.needsPerson], ["failed", "Our order system is resting; please ask again in an hour.", false]);
});

test("an answer over the tool's limit is not used", async () => {
  const refused = await call("large", {});
  assert.deepEqual([refused.status, refused.reason, refused.output], ["failed", "The system's answer is too large.", null]);
});

test("policy sees what the contact wants, how sure that is, and the money the call moves", async () => {
  const seen: unknown[] = [];
  const watching: Policy = { ...allow, decide: (request) => {
    seen.push(request.context);
    return { effect: "allow", rules: [] };
  } };
  const pay = defineTool({ ...base, name: "pay", risk: "money", idempotency: "key", input: z.object({ amount_cents: z.number() }), run: () => ok(null) });
  await callTool({ ...deps, policy: watching, tools: new Map<string, Tool>([["pay", pay]]) }, { tenantId, callId: "paid_1", tool: "pay", arguments: { amount_cents: 1_250 }, contact, principal: { type: "AiAgent", id: "assistant" }, channel: "web", occasion: { intent: "refund", confidence: 0.914 }, turnId: null, conversationId: null, caseId: null });
  assert.deepEqual(seen, [{ tool: "pay", facts: {}, channel: "web", isVerified: true, risk: "money", amountCents: 1_250, intent: "refund", confidencePercent: 91 }]);
});

test("a target that is not there changes nothing, since policy was not asked about it", async () => {
  const made: string[] = [];
  const lost = (notFound: { notFound?: () => string }) => defineTool({ ...base, ...notFound, name: "lost", risk: "money", idempotency: "key", input: z.object({}), facts: () => Promise.resolve(null), run: () => {
    made.push("lost");
    return ok(null);
  } });
  const denying: Policy = { ...allow, decide: () => ({ effect: "deny", rules: ["never"], reason: "Never.", needsPerson: false }) };
  const outcomes = await Promise.all([{}, { notFound: () => "There is no order 7." }].map((words, index) => callTool({ ...deps, policy: denying, tools: new Map<string, Tool>([["lost", lost(words)]]) }, { tenantId, callId: `lost_${index}`, tool: "lost", arguments: {}, contact, principal: { type: "AiAgent", id: "assistant" }, channel: "web", turnId: null, conversationId: null, caseId: null })));
  assert.deepEqual(outcomes.map(({ status, say }) => [status, say]), [["not_found", "I could not find that in your account."], ["not_found", "There is no order 7."]]);
  assert.deepEqual(made, []);
});

test("a call that is made twice at once has one effect, and its record says what came of it", async () => {
  const ends: (() => void)[] = [];
  const transfer = defineTool({ ...base, name: "transfer", risk: "money", idempotency: "none", input: z.object({}), run: async () => {
    await new Promise<void>((resolve) => ends.push(resolve));
    return ok("sent");
  } });
  const twice = () => callTool({ ...deps, tools: new Map<string, Tool>([["transfer", transfer]]) }, { tenantId, callId: "transfer_1", tool: "transfer", arguments: {}, contact, principal: { type: "ApiKey", id: "key_1" }, channel: "mcp", turnId: null, conversationId: null, caseId: null });
  const both = [twice(), twice()];
  const other = await Promise.race(both);
  assert.deepEqual([other.status, ends.length], ["failed", 1]);
  ends[0]?.();
  assert.deepEqual((await Promise.all(both)).map(({ status }) => status).sort(), ["failed", "ok"]);
  assert.deepEqual([(await twice()).status, (await twice()).output], ["ok", { echo: "sent" }]);
  const entries = await database.query(tenantId, { name: "transfer_entries", text: "select body from ledger_entry where tenant_id = $1 and subject_id = $2" }, [tenantId, "transfer_1"]);
  assert.equal(entries.length, 2, "the ledger has what was told to each");
});

test("a number that a message spelled is a number where the schema wants one", async () => {
  const look = defineTool({ ...base, name: "look", risk: "read", input: z.object({ n: z.int(), code: z.string() }), run: (input) => ok(input) });
  const made = await callTool({ ...deps, tools: new Map<string, Tool>([["look", look]]) }, { tenantId, callId: "spelled_1", tool: "look", arguments: { n: "77", code: "77" }, contact, principal: { type: "AiAgent", id: "assistant" }, channel: "web", turnId: null, conversationId: null, caseId: null });
  assert.deepEqual([made.status, made.output], ["ok", { echo: { n: 77, code: "77" } }]);
});
