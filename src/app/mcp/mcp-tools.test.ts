import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { createCedarPolicy } from "../../policy/adapters/cedar.ts";
import { defineTool } from "../../tools/define-tool.ts";
import type { Tool } from "../../tools/tool.ts";
import type { McpCaller } from "./mcp-caller.ts";
import { toolsFor } from "./mcp-tools.ts";

const base = { purpose: "", idempotency: "natural" as const, needsVerifiedContact: false, timeoutMs: 1_000, describe: () => "", output: z.object({}), run: () => Promise.resolve({ kind: "ok" as const, output: {}, say: "" }) };
const tools = new Map<string, Tool>([
  defineTool({ ...base, name: "status", risk: "read", input: z.object({}) }),
  defineTool({ ...base, name: "note", risk: "write", input: z.object({ text: z.string() }) }),
  defineTool({ ...base, name: "pay", risk: "money", input: z.object({ amountCents: z.number() }) }),
  defineTool({ ...base, name: "cancel", risk: "write", input: z.object({ id: z.string() }), facts: () => Promise.resolve({ status: "open" }) }),
].map((tool) => [tool.name, tool]));

const key = (id: string): McpCaller => ({ tenantId: "acme", principal: { type: "ApiKey", id }, isVerified: false, contact: null, conversationId: null });
const listed = (policies: string, id = "k1") => toolsFor({ calls: { tools }, policy: createCedarPolicy({ policies, schema: null }) }, key(id)).map(({ name }) => name);
const OF = 'permit (principal, action == Action::"useTool", resource';

test("what no policy permits is not listed", () => {
  assert.deepEqual(listed(""), []);
  assert.deepEqual(listed(`${OF} == Tool::"status");`), ["status"]);
  assert.deepEqual(listed(`${OF}) when { context.channel == "web" };`), []);
});

test("each key sees its own", () => {
  const policies = `permit (principal == ApiKey::"k1", action, resource == Tool::"note"); permit (principal == ApiKey::"k2", action, resource == Tool::"status");`;
  assert.deepEqual([listed(policies, "k1"), listed(policies, "k2"), listed(policies, "k3")], [["note"], ["status"], []]);
});

test("what hangs on the amount or on facts of the target is listed", () => {
  assert.deepEqual(listed(`${OF} == Tool::"pay") when { context.amountCents <= 1000 };`), ["pay"]);
  assert.deepEqual(listed(`${OF} == Tool::"cancel") when { context.facts.status == "open" };`), ["cancel"]);
  assert.deepEqual(listed(`${OF}); forbid (principal, action, resource == Tool::"pay") when { context.amountCents > 1000 };`), ["cancel", "note", "pay", "status"]);
});

test("a tool that can have neither an amount nor facts is not listed for the sake of them", () => {
  assert.deepEqual(listed(`${OF}) when { context has amountCents && context.amountCents <= 1000 };`), ["cancel", "pay"]);
  assert.deepEqual(listed(`${OF}) when { context.facts has status && context.facts.status == "open" };`), ["cancel"]);
});

test("what is always forbidden is not listed, however much is permitted, and what people may allow is", () => {
  assert.deepEqual(listed(`${OF}); forbid (principal is ApiKey, action, resource) when { resource.risk == "money" };`), ["cancel", "note", "status"]);
  assert.deepEqual(listed(`${OF}); @approval("role:lead") forbid (principal is ApiKey, action, resource) when { resource.risk == "money" };`), ["cancel", "note", "pay", "status"]);
  assert.deepEqual(listed(`${OF} == Tool::"cancel") when { context.facts.status == "open" && context.channel == "web" };`), [], "facts cannot mend the channel");
});
