import { z } from "zod";
import type { RiskClass } from "../../../src/tools/define-tool.ts";
import type { Tool } from "../../../src/tools/tool.ts";
import { done, makeTool, notFound, refused } from "../make-tool.ts";
import { bankOf, idOf, TODAY, type Bank } from "./bank.ts";
import { pythonText } from "./bank-text.ts";

const domain = "banking_knowledge";

/** A tool as the bank's catalogue describes it. */
export type CatalogueEntry = z.output<typeof entry>;

const property = z.object({ type: z.string().optional(), anyOf: z.array(z.object({ type: z.string() })).optional(), description: z.string().default("") });
const entry = z.object({
  name: z.string(), description: z.string(), returns: z.string().nullish(),
  parameters: z.object({ properties: z.record(z.string(), property).default({}), required: z.array(z.string()).default([]) }),
});

export function readCatalogue(text: string): ReadonlyMap<string, CatalogueEntry> {
  return new Map(z.array(entry).parse(JSON.parse(text)).map((each) => [each.name, each]));
}

/** A tool that is found in the bank's documents, unlocked by name and then called by a dispatcher. It answers a text, or why not. */
export type Discoverable = { name: string; risk: RiskClass; input: z.ZodType<Record<string, unknown>>; run(input: Record<string, unknown>, bank: Bank): Promise<string | { fault: string }> };

export function discoverable<Input extends z.ZodType<Record<string, unknown>>>(declared: { name: string; risk: RiskClass; input: Input; run(input: z.output<Input>, bank: Bank): Promise<string | { fault: string }> }): Discoverable {
  return { ...declared, run: (input, bank) => declared.run(declared.input.parse(input), bank) };
}

type Catalogue = ReadonlyMap<string, CatalogueEntry>;

/** What the agent does with such tools: unlocks one, calls it, gives one to the customer. */
export function agentDispatchers(catalogue: Catalogue, tools: readonly Discoverable[]): Tool[] {
  const kind = "agent_discoverable_tool";
  return [
    makeTool({
      domain, name: "unlock_discoverable_agent_tool", purpose: "Unlocks a tool that the documents name.", risk: "write", input: z.strictObject({ agent_tool_name: z.string() }), output: z.string(),
      run: async ({ agent_tool_name: name }, records) => {
        const found = catalogue.get(name);
        if (found === undefined) return notFound(`Unknown agent tool: ${name}`);
        await bankOf(records).put(`${kind}s`, idOf(16, kind, name), { tool_name: name, status: "UNLOCKED" });
        const described = descriptionOf(found);
        return done(`Tool unlocked: ${name}\nDescription: ${described}\n\nTool: ${name}\nDescription: ${described}\nParameters:\n${parametersOf(found)}\n\nYou can now use this tool by calling \`call_discoverable_agent_tool\` with agent_tool_name='${name}' and the required arguments.`);
      },
    }),
    makeTool({
      domain, name: "call_discoverable_agent_tool", purpose: "Calls a tool that was unlocked.", risk: "irreversible", input: z.strictObject({ agent_tool_name: z.string(), arguments: z.string().default("{}") }), output: z.string(),
      run: async ({ agent_tool_name: name, arguments: text }, records) => {
        const bank = bankOf(records);
        const id = idOf(16, kind, name);
        if ((await bank.find(`${kind}s`, id)) === null) return refused(`Tool ${name} has not been unlocked.`);
        const answer = await runDiscoverable(tools, name, text, bank);
        if (typeof answer !== "string") return refused(answer.fault);
        await bank.put(`${kind}s`, id, { tool_name: name, status: "CALLED" });
        return done(answer);
      },
    }),
    makeTool({
      domain, name: "give_discoverable_user_tool", purpose: "Gives the customer a tool.", risk: "write", input: z.strictObject({ discoverable_tool_name: z.string(), arguments: z.string().default("{}") }), output: z.string(),
      run: async ({ discoverable_tool_name: name, arguments: text }, records) => {
        const found = catalogue.get(name);
        if (found === undefined) return notFound(`Unknown discoverable tool: ${name}`);
        await bankOf(records).put("user_discoverable_tools", idOf(16, "user_discoverable_tool", name), { tool_name: name, status: "GIVEN" });
        return done(`Tool given to user: ${name}\nDescription: ${found.description}\nArguments: ${argumentsText(JSON.parse(text))}\n\nThe user can now execute this action by calling \`call_discoverable_user_tool\` with discoverable_tool_name='${name}' and the same arguments.`);
      },
    }),
  ];
}

/** What the customer does with a tool that was given to them. */
export function userDispatcher(tools: readonly Discoverable[]): Tool {
  return makeTool({
    domain, name: "call_discoverable_user_tool", purpose: "Calls a tool that the agent gave.", risk: "irreversible", input: z.strictObject({ discoverable_tool_name: z.string(), arguments: z.string().default("{}") }), output: z.string(),
    run: async ({ discoverable_tool_name: name, arguments: text }, records) => {
      const bank = bankOf(records);
      if ((await bank.find("user_discoverable_tools", idOf(16, "user_discoverable_tool", name))) === null) return refused(`Tool ${name} has not been given to you.`);
      const answer = await runDiscoverable(tools, name, text, bank);
      if (typeof answer !== "string") return refused(answer.fault);
      const given: unknown = JSON.parse(text);
      await bank.put("user_discoverable_tool_calls", idOf(16, "user_discoverable_tool_call", name, pythonText(given, { indent: null, isSorted: true })), { tool_name: name, arguments: given, called_at: TODAY, status: "CALLED" });
      return done(answer);
    },
  });
}

async function runDiscoverable(tools: readonly Discoverable[], name: string, text: string, bank: Bank): Promise<string | { fault: string }> {
  const tool = tools.find((each) => each.name === name);
  if (tool === undefined) return { fault: `Unknown tool: ${name}` };
  const read = tool.input.safeParse(JSON.parse(text));
  return read.success ? tool.run(read.data, bank) : { fault: `Invalid arguments: ${z.prettifyError(read.error)}` };
}

function descriptionOf({ description, returns, parameters }: CatalogueEntry): string {
  return Object.keys(parameters.properties).length > 0 || !returns ? description : `${description}\n\nReturns:\n    ${returns}`;
}

function parametersOf({ parameters: { properties, required } }: CatalogueEntry): string {
  const lines = Object.entries(properties).map(([name, { type, anyOf, description }]) => `  - ${name}: ${type ?? anyOf?.[0]?.type ?? "any"} (${required.includes(name) ? "required" : "optional"}) - ${description}`);
  return lines.length === 0 ? "  (no parameters)" : lines.join("\n");
}

export function argumentsText(given: unknown): string {
  const text = pythonText(given, { indent: 2 });
  return text === "{}" ? "(no arguments)" : text;
}

/** The heading of an answer: what the catalogue promises, and which tool it was; `given` adds the arguments. */
export function executed(catalogue: Catalogue, name: string, given?: unknown): string {
  return `${catalogue.get(name)?.returns ?? ""}\n\nExecuted: ${name}\n${given === undefined ? "" : `Arguments: ${argumentsText(given)}\n`}`;
}
