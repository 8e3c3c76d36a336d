import { resolveArguments, type CallPlace } from "./resolve-arguments.ts";
import type { Tool } from "./tool.ts";
import type { ToolCallRecord } from "./tool-call.store.ts";

/** A call in plain words: `cancel order (order number 1042)`. */
export function describeCall(tool: string, given: Record<string, unknown>): string {
  const values = Object.entries(given).map(([name, value]) => `${name.replace(/_/g, " ")} ${String(value)}`);
  return `${tool.replace(/_/g, " ")}${values.length > 0 ? ` (${values.join(", ")})` : ""}`;
}

/** The tool's own words for a call; null when it could not be made like this. Words that cannot be had stop nothing. */
export function describeGiven(tool: Tool, given: Readonly<Record<string, unknown>>, place: CallPlace): string | null {
  const resolved = resolveArguments(tool, given, place);
  if (resolved.kind !== "resolved") return null;
  try {
    return tool.describe(resolved.value);
  } catch {
    return describeCall(tool.name, given);
  }
}

/** What a model is told of a call that was made. */
export function resultForModel(call: ToolCallRecord): Record<string, unknown> {
  const told = { status: call.status, say: call.say, reason: call.reason, result: call.output };
  return call.status === "waiting" ? { ...told, note: "Waiting for approval: nothing was done yet. Do not call it again; tell the contact, who will hear when it is decided." } : told;
}
