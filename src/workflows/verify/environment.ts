import type { JsonSchema, WorkflowSource } from "../document/definition.ts";
import type { ExpressionLanguages } from "../expressions/languages.ts";

export type CheckedTool = {
  risk: "read" | "write" | "money" | "irreversible";
  inputSchema: JsonSchema | null;
  outputSchema: JsonSchema | null;
  /** A policy always decides about it with the facts of the case. */
  gated: boolean;
};

export type CheckedFunction = { inputSchema: JsonSchema | null; outputSchema: JsonSchema | null; waits: boolean };

/**
 * What an installation has, as far as documents are checked against it. An empty map means that it is not known: names
 * are then not looked up. `workflows` are keyed by `namespace/name`.
 */
export type CheckEnvironment = {
  tools: ReadonlyMap<string, CheckedTool>;
  functions: ReadonlyMap<string, CheckedFunction>;
  workflows: ReadonlyMap<string, WorkflowSource>;
  languages: ExpressionLanguages;
};

/** The key of a document among `workflows`. */
export function workflowKey(document: { namespace: string; name: string }): string {
  return `${document.namespace}/${document.name}`;
}
