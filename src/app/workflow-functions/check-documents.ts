import { z } from "zod";
import { createCel, createJq } from "../../workflows/adapters/index.ts";
import type { WorkflowSource } from "../../workflows/document/definition.ts";
import type { ExpressionLanguages } from "../../workflows/expressions/languages.ts";
import { checkWorkflow, checkWorkflows } from "../../workflows/verify/check-workflow.ts";
import { workflowKey, type CheckEnvironment, type CheckedFunction, type CheckedTool } from "../../workflows/verify/environment.ts";
import type { Finding } from "../../workflows/verify/finding.ts";
import type { Workspace } from "../../workspace/workspace.ts";
import { FUNCTION_DECLARATIONS } from "./declarations.ts";

/** Both languages of expressions. jq keeps a worker: make them once per process. */
export function createLanguages(): ExpressionLanguages {
  return { cel: createCel(), jq: createJq() };
}

type Surroundings = Omit<CheckEnvironment, "workflows">;

/** What documents of this workspace may call: its tools, our functions, both expression languages. */
export function checkSurroundings(workspace: Pick<Workspace, "tools" | "policy">, languages: ExpressionLanguages): Surroundings {
  const tools = new Map<string, CheckedTool>();
  for (const tool of workspace.tools.values()) {
    // A policy that names the tool decides about each call with the facts of the case.
    tools.set(tool.name, { risk: tool.risk, inputSchema: schemaOf(tool.input, "input"), outputSchema: schemaOf(tool.output, "output"), undo: false, gated: workspace.policy.policies.includes(`Tool::"${tool.name}"`) });
  }
  const functions = new Map<string, CheckedFunction>();
  for (const each of FUNCTION_DECLARATIONS) functions.set(each.name, { inputSchema: schemaOf(each.input, "input"), outputSchema: schemaOf(each.output, "output"), waits: each.traits.waits, effects: each.traits.effects });
  return { tools, functions, languages };
}

/** What `baton check` says of the documents of a publish, which know each other. */
export function checkDocuments(surroundings: Surroundings, sources: readonly WorkflowSource[]): Finding[] {
  return checkWorkflows(sources, surroundings);
}

/** The same of one document among those that are active; it takes the place of the active one of its name. */
export function checkAmong(surroundings: Surroundings, source: WorkflowSource, active: readonly WorkflowSource[]): Finding[] {
  const workflows = new Map([...active, source].map((each) => [workflowKey(each.definition.document), each]));
  return checkWorkflow(source, { ...surroundings, workflows });
}

/** Null for a schema that JSON Schema cannot say: then nothing is checked against it. */
function schemaOf(schema: z.ZodType, io: "input" | "output"): Record<string, unknown> | null {
  try {
    return z.record(z.string(), z.unknown()).parse(z.toJSONSchema(schema, { io, unrepresentable: "any" }));
  } catch {
    return null;
  }
}
