import { repeat } from "../../lib/repeat.ts";
import { tellDecisions, type ApprovalDeps } from "../../workflows/approvals/decide-approval.ts";

const EVERY_MS = 5_000;

/** Tells runs what a crash kept from them. Every process may sweep: telling twice does no harm. Returns the way to stop. */
export function startWorkflowSweeper(deps: ApprovalDeps, tenantId: string): () => Promise<void> {
  return repeat(() => tellDecisions(deps, tenantId), { everyMs: EVERY_MS, waitsFirst: true, log: deps.log, failure: "workflows.sweep_failed" }).stop;
}
