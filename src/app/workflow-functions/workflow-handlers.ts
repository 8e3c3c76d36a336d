import type { DurableService } from "../../durable/durable.ts";
import { afterRun } from "../../workflows/operate/after-run.ts";
import { runEnd, runInput, WORKFLOW_SERVICE, type RunInput } from "../../workflows/run/run-input.ts";
import { workflowServices } from "../../workflows/run/workflow-services.ts";
import type { WorkflowParts } from "./compose-workflows.ts";

/** The interpreter's handlers, with what follows the end of a run. */
export function workflowHandlers(workflows: Pick<WorkflowParts, "runs" | "talk" | "versions">, own: <Input extends { tenantId: string }>(input: Input) => Input): DurableService[] {
  return workflowServices(workflows.runs, own).map((service): DurableService => {
    const run = service.handlers["run"];
    if (service.name !== WORKFLOW_SERVICE || run === undefined) return service;
    return {
      ...service,
      handlers: {
        ...service.handlers,
        async run(durable, input) {
          const ended = await run(durable, input);
          const given = runInput.parse(input);
          const { name, mayAsk } = await aboutRun(workflows, given);
          if (given.conversationId !== null || mayAsk) await afterRun(workflows.talk, durable, given, { name }, runEnd.parse(ended));
          return ended;
        },
      },
    };
  });
}

/** A version never changes, so a replay finds the same. `mayAsk`: the run may have left an approval or a question open. */
async function aboutRun(workflows: Pick<WorkflowParts, "versions">, input: RunInput): Promise<{ name: string; mayAsk: boolean }> {
  const { definition, text } = await workflows.versions.load(input.tenantId, input.hash);
  return { name: definition.document.name, mayAsk: /\b(?:approve|tool)\b/.test(text) };
}
