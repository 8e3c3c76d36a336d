import { recordInLedger } from "../../observe/ledger.ts";
import { createCedarPolicy } from "../../policy/adapters/cedar.ts";
import { openAutonomyLadder, type AutonomyLadder } from "../../policy/autonomy-ladder.ts";
import type { AutonomyDeps } from "../../policy/change-autonomy.ts";
import type { Policy, WorkspacePolicy } from "../../policy/policy.ts";
import { startPolicyRecorder } from "../../policy/record-requests.ts";
import type { Composing } from "./composing.ts";
import type { Ground } from "./open-ground.ts";

/** Who decides. Requests of `policy` are kept for comparisons; `forPeople` is asked for sign-ins and keys, and keeps none. */
export type PolicyParts = { policy: Policy; forPeople: WorkspacePolicy; ladder: AutonomyLadder; autonomy: AutonomyDeps };

export async function openPolicy({ clock, log, cleanup }: Composing, { database, workspace }: Ground): Promise<PolicyParts> {
  const { tenantId, autonomy: plan } = workspace;
  const decided = createCedarPolicy(workspace.policy);
  const recorder = cleanup.adopt(startPolicyRecorder({ database, clock, log, tenantId }), (opened) => opened.stop());
  const ladder = cleanup.adopt(await openAutonomyLadder({ database, clock, log, plan, tenantId }), (opened) => opened.stop());
  return {
    policy: ladder.around(recorder.around(decided)), forPeople: ladder.around(decided), ladder,
    autonomy: {
      database, clock, plan, onChanged: () => ladder.follow(),
      record: (query, tenant, change) => recordInLedger(query, tenant, [change]),
    },
  };
}
