import assert from "node:assert/strict";
import { test } from "node:test";
import type { ToolCallRecord } from "../../tools/tool-call.store.ts";
import type { PlannedPart } from "../turn.ts";
import { plannedRuns } from "./planned-runs.ts";

const lookUp: PlannedPart = { kind: "tool", tool: "get_order", arguments: { order_number: "1049" }, follow: { when: "isLate", workflow: "delayed-order", hash: "abc" } };
const call = (given: Partial<ToolCallRecord>): ToolCallRecord => ({ id: "call_1", turnId: "turn_1", conversationId: "conv_1", tool: "get_order", risk: "read", arguments: { order_number: 1049 }, status: "ok", reason: null, say: null, output: { isLate: true }, needsPerson: false, rules: [], ...given });
const runs = (parts: PlannedPart[], calls: ToolCallRecord[]) => plannedRuns({ parts, fallback: [lookUp], intent: "order_status" }, { calls });

test("a run follows a call whose output says so, with the records of that call", () => {
  assert.deepEqual(runs([lookUp], [call({})]), [{ kind: "workflow", workflow: "delayed-order", hash: "abc", intent: "order_status", entities: { order_number: ["1049"] } }]);
});

test("it follows a model's call as well", () => assert.equal(runs([{ kind: "agent" }], [call({ arguments: { order_number: 1050 } })])[0]?.entities["order_number"]?.[0], "1050"));

test("nothing follows another tool, another output, a call that failed or none", () => {
  for (const calls of [[], [call({ tool: "list_orders" })], [call({ output: { isLate: false } })], [call({ output: null })], [call({ status: "not_found" })]]) assert.deepEqual(runs([lookUp], calls), []);
  assert.deepEqual(plannedRuns({ parts: [lookUp], fallback: [lookUp], intent: null }, null), []);
});
