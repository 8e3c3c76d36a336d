import type { ApprovalView } from "../../../../src/shapes/approval.ts";
import type { RunStatus } from "./workflow-queries.ts";

export type WorkflowTab = "graph" | "document" | "versions" | "runs";
export type WorkflowSearch = { tab?: WorkflowTab; status?: RunStatus; before?: string; after?: string };
export type ApprovalSearch = { status?: ApprovalView["status"] | "all" };

const TABS: readonly WorkflowTab[] = ["graph", "document", "versions", "runs"];
/** In the order in which people choose among them. */
export const RUN_STATUS_NAMES: readonly RunStatus[] = ["running", "waiting", "completed", "failed", "cancelled"];
export const APPROVAL_STATUS_NAMES: readonly ApprovalView["status"][] = ["waiting", "approved", "refused", "expired", "withdrawn"];

/** What the address of a workflow says; anything else in it is dropped. */
export function readWorkflowSearch(search: Record<string, unknown>): WorkflowSearch {
  const tab = oneOf(TABS, search["tab"]);
  const status = oneOf(RUN_STATUS_NAMES, search["status"]);
  const [before, after] = [hashOf(search["before"]), hashOf(search["after"])];
  return { ...(tab === undefined || tab === "graph" ? {} : { tab }), ...(status === undefined ? {} : { status }), ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) };
}

export function readApprovalSearch(search: Record<string, unknown>): ApprovalSearch {
  const status = oneOf([...APPROVAL_STATUS_NAMES, "all"], search["status"]);
  return status === undefined ? {} : { status };
}

function oneOf<Value extends string>(values: readonly Value[], given: unknown): Value | undefined {
  return values.find((value) => value === given);
}

function hashOf(given: unknown): string | undefined {
  return typeof given === "string" && /^[0-9a-f]{8,64}$/.test(given) ? given : undefined;
}
