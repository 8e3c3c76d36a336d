import type { ToolCallRecord } from "./tool-call.store.ts";

/** A call in plain words: `cancel order (order number 1042)`. */
export function describeCall(tool: string, given: Record<string, unknown>): string {
  const values = Object.entries(given).map(([name, value]) => `${name.replace(/_/g, " ")} ${String(value)}`);
  return `${tool.replace(/_/g, " ")}${values.length > 0 ? ` (${values.join(", ")})` : ""}`;
}

/** What a model is told of a call that was made. */
export function resultForModel(call: ToolCallRecord): Record<string, unknown> {
  return { status: call.status, say: call.say, reason: call.reason, result: call.output };
}
