import { z } from "zod";
import { isRecord } from "../../lib/is-record.ts";
import type { JsonSchema } from "../document/definition.ts";
import { type ExpressionLanguages, createLanguages } from "../expressions/languages.ts";
import type { WorkflowFunction } from "../functions/function.ts";
import { offeredSchema } from "../../tools/resolve-arguments.ts";
import type { Tool } from "../../tools/tool.ts";
import type { CheckEnvironment, CheckedFunction, CheckedTool } from "./environment.ts";

export type EnvironmentInput = {
  tools: ReadonlyMap<string, Tool>;
  functions: Iterable<Pick<WorkflowFunction, "name" | "input" | "output" | "traits">>;
  /** The text of the workspace's Cedar policies: a tool that is named there is decided about case by case. */
  policies: string;
  languages?: ExpressionLanguages;
};

/** What a workspace and an installation have, made ready for checks once; their schemas are read here and not again. */
export function environmentOf(input: EnvironmentInput): Omit<CheckEnvironment, "workflows"> {
  const tools = new Map<string, CheckedTool>();
  for (const [name, tool] of input.tools) tools.set(name, { risk: tool.risk, inputSchema: { ...offeredSchema(tool) }, outputSchema: { ...tool.output.jsonSchema }, gated: input.policies.includes(`Tool::${JSON.stringify(name)}`) });
  const functions = new Map<string, CheckedFunction>();
  for (const { name, input: takes, output, traits } of input.functions) functions.set(name, { inputSchema: toSchema(takes, "input"), outputSchema: toSchema(output, "output"), waits: traits.waits });
  return { tools, functions, languages: input.languages ?? createLanguages() };
}

function toSchema(schema: z.ZodType, io: "input" | "output"): JsonSchema | null {
  const made: unknown = z.toJSONSchema(schema, { io, unrepresentable: "any" });
  return isRecord(made) ? { ...made } : null;
}
