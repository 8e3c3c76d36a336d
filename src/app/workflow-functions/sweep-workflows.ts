import { messageOf } from "../../lib/app-error.ts";
import { tellDecisions, type ApprovalDeps } from "../../workflows/approvals/decide-approval.ts";

const EVERY_MS = 5_000;

/** Tells runs what a crash kept from them. Every process may sweep: telling twice does no harm. Returns the way to stop. */
export function startWorkflowSweeper(deps: ApprovalDeps, tenantId: string): () => Promise<void> {
  let isStopped = false;
  let wake = () => {};
  const loop = async () => {
    while (!isStopped) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, EVERY_MS);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      if (isStopped) return;
      await tellDecisions(deps, tenantId).catch((error: unknown) => deps.log.warn("workflows.sweep_failed", { error: messageOf(error) }));
    }
  };
  const running = loop();
  return async () => {
    isStopped = true;
    wake();
    await running;
  };
}
