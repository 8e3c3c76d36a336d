import type { TurnDeps } from "../../conversation/turn-deps.ts";
import { splitList } from "../../lib/split-list.ts";
import type { Model } from "../../models/model.ts";
import type { AutonomyDeps } from "../../policy/change-autonomy.ts";
import type { PublishedVersions } from "../../workflows/versions/workflow-versions.ts";
import { composeWorkflows, type WorkflowParts } from "../workflow-functions/compose-workflows.ts";
import { publishAtStart } from "../workflow-functions/publish-at-start.ts";
import type { Composing } from "./composing.ts";
import type { Ground } from "./open-ground.ts";

type WorkflowsGiven = { turns: TurnDeps; versions: PublishedVersions; autonomy: AutonomyDeps; model: Model | null };

/** Puts the workflows together out of what turns have, and publishes those of the workspace's folder. */
export async function openWorkflows(composing: Composing, ground: Ground, given: WorkflowsGiven): Promise<WorkflowParts> {
  const { config, clock, log, engine, version } = composing;
  const { database, workspace, outbound, authentication, secrets } = ground;
  const { turns, versions, autonomy, model } = given;
  const workflows = composeWorkflows({
    database, clock, log, engine, autonomy, workspace, model, outbound, authentication, secrets, version,
    mcpCommands: splitList(config.mcpCommands), runProcesses: splitList(config.runProcesses),
  }, turns, versions);
  await publishAtStart({ ...workflows, log }, workspace);
  return workflows;
}
