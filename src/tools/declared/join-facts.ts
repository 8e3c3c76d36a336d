import { isRecord } from "../../lib/is-record.ts";
import type { BoundValue, Tool, ToolContext, ToolFacts } from "../tool.ts";
import { systemFault } from "../tools.errors.ts";
import { valueAt } from "./fill-template.ts";
import type { FactsRule } from "./tool-rules.ts";
import type { DeclaredTool } from "./tool-source.ts";

/**
 * Gives a declared tool its `facts`: the named tool is called with the same arguments before the call, and what `take` names of
 * its output is what policies can ask for. A value that is no text, number or truth value is left out.
 *
 * Returns the tool, or what is wrong with the rule.
 */
export function joinFacts(declared: DeclaredTool, tools: ReadonlyMap<string, Tool>): { tool: Tool } | { fault: string } {
  const { tool, facts } = declared;
  if (facts === null) return { tool };
  const reader = tools.get(facts.tool);
  if (reader === undefined) return { fault: `There is no tool "${facts.tool}" to read facts with.` };
  if (reader.risk !== "read") return { fault: `"${reader.name}" cannot read facts: its risk is ${reader.risk}, and only a tool with risk read is called before anything was decided.` };
  const known = namesOf(tool);
  const needed = requiredBy(reader).filter((name) => !Object.hasOwn(reader.bound, name) && !known.has(name));
  if (needed.length > 0) return { fault: `"${reader.name}" needs ${listed(needed)}, which "${tool.name}" is not given.` };
  const unbound = Object.entries(reader.bound).filter(([, source]) => !isKnown(tool, source));
  if (unbound.length > 0) return { fault: `"${reader.name}" needs ${listed(unbound.map(([, source]) => source))}, which "${tool.name}" does not know: bind it here too${tool.needsVerifiedContact ? "" : ", or say verified: true"}.` };
  return { tool: { ...tool, facts: (input, context) => readFacts(reader, facts, argumentsFor(reader, tool, isRecord(input) ? input : {}, context), context) } };
}

async function readFacts(reader: Tool, rule: FactsRule, given: Record<string, unknown>, context: ToolContext): Promise<ToolFacts | null> {
  const input = reader.input.parse(given);
  if (!input.isFit) throw systemFault({ message: `The facts cannot be read: ${input.reason}` });
  const result = await reader.run(input.value, context);
  if (result.kind === "not_found") return null;
  if (result.kind === "refused") throw systemFault({ message: `The facts cannot be read: ${result.reason}` });
  const output = reader.output.parse(result.output);
  if (!output.isFit) throw systemFault({ message: "The system answered in another shape than its contract when it was asked for facts." });
  const facts: ToolFacts = {};
  for (const [name, path] of Object.entries(rule.take)) {
    const value = valueAt(output.value, path);
    if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") facts[name] = value;
  }
  return facts;
}

/** The reader's own arguments, with what the server sets in them: by this tool's binding, or of the verified contact. */
function argumentsFor(reader: Tool, tool: Tool, input: Readonly<Record<string, unknown>>, { contact }: ToolContext): Record<string, unknown> {
  const names = namesOf(reader);
  const given = Object.fromEntries(Object.entries(input).filter(([name]) => names.has(name)));
  for (const [name, source] of Object.entries(reader.bound)) {
    const own = Object.keys(tool.bound).find((each) => tool.bound[each] === source);
    given[name] = own !== undefined ? input[own] : source === "contact.id" ? contact.contactId : source === "contact.email" ? contact.email : contact.externalId;
  }
  return given;
}

function isKnown(tool: Tool, source: BoundValue): boolean {
  return Object.values(tool.bound).includes(source) || (tool.needsVerifiedContact && source.startsWith("contact."));
}

function namesOf(tool: Tool): Set<string> {
  const { properties } = tool.input.jsonSchema;
  return new Set(isRecord(properties) ? Object.keys(properties) : []);
}

function requiredBy(tool: Tool): string[] {
  const { required } = tool.input.jsonSchema;
  return Array.isArray(required) ? required.map(String) : [];
}

function listed(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(" and ");
}
