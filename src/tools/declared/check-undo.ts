import { isRecord } from "../../lib/is-record.ts";
import { offeredSchema } from "../resolve-arguments.ts";
import type { Tool } from "../tool.ts";

/** What is wrong with the call that takes a tool's effect back; null when nothing is. Pure. */
export function undoFault(tool: Tool, tools: ReadonlyMap<string, Tool>): string | null {
  if (tool.undo === null) return null;
  const { tool: name, arguments: given, take } = tool.undo;
  const back = tools.get(name);
  if (back === undefined) return `There is no tool "${name}" to undo "${tool.name}" with.`;
  const { properties } = offeredSchema(back);
  const unknown = Object.keys({ ...given, ...take }).find((each) => !isRecord(properties) || !Object.hasOwn(properties, each));
  return unknown === undefined ? null : `"${name}", which undoes "${tool.name}", takes no argument "${unknown}".`;
}
