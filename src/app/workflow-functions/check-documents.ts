import type { WorkflowSource } from "../../workflows/document/definition.ts";
import type { ExpressionLanguages } from "../../workflows/expressions/languages.ts";
import { checkWorkflow } from "../../workflows/verify/check-workflow.ts";
import { workflowKey, type CheckEnvironment } from "../../workflows/verify/environment.ts";
import { environmentOf } from "../../workflows/verify/environment-of.ts";
import type { Finding } from "../../workflows/verify/finding.ts";
import type { Workspace } from "../../workspace/workspace.ts";
import { FUNCTION_DECLARATIONS } from "./declarations.ts";

export type Surroundings = Omit<CheckEnvironment, "workflows">;

/** What documents of this workspace may call: its tools, our functions, both expression languages. */
export function checkSurroundings(workspace: Pick<Workspace, "tools" | "policy">, languages?: ExpressionLanguages): Surroundings {
  return environmentOf({ tools: workspace.tools, functions: FUNCTION_DECLARATIONS, policies: workspace.policy.policies, ...(languages === undefined ? {} : { languages }) });
}

/** What is wrong with one document among those that are active; it takes the place of the active one of its name. */
export function checkAmong(surroundings: Surroundings, source: WorkflowSource, active: readonly WorkflowSource[]): Finding[] {
  const workflows = new Map([...active, source].map((each) => [workflowKey(each.definition.document), each]));
  return checkWorkflow(source, { ...surroundings, workflows });
}
