import type { DurableService } from "../../durable/durable.ts";
import { runBranch } from "./run-branch.ts";
import type { RunDeps } from "./run-deps.ts";
import { WORKFLOW_SERVICE, branchInput, runInput } from "./run-input.ts";
import { runWorkflow } from "./run-workflow.ts";

/**
 * What the engine runs for workflows. `own` refuses another tenant's work where a process serves one tenant only. Renaming a
 * service or a handler strands what is under way: never do.
 */
export function workflowServices(deps: RunDeps, own: <Input extends { tenantId: string }>(input: Input) => Input = (input) => input): DurableService[] {
  return [
    {
      name: WORKFLOW_SERVICE, isKeyed: false, waitsLong: true,
      handlers: {
        run: (durable, input) => runWorkflow(deps, durable, own(runInput.parse(input))),
        branch: (durable, input) => {
          const branch = branchInput.parse(input);
          own(branch.run);
          return runBranch(deps, durable, branch);
        },
      },
    },
  ];
}
