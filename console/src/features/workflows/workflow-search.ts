import type { ApprovalView } from "../../../../src/shapes/workflow.ts";
import type { RunStatus } from "./workflow-queries.ts";

export type WorkflowTab = "graph" | "document" | "versions" | "runs";
export type WorkflowSearch = { tab?: WorkflowTab; status?: RunStatus; before?: string; after?: string };
export type ApprovalSearch = { status?: ApprovalView["status"] | "all" };

const TABS: readonly WorkflowTab[] = ["graph", "document", "versions", "runs"];
const RUN_STATUSES: readonly RunStatus[] = ["running", "waiting", "completed", "failed", "cancelled"];
const APPROVAL_STATUSES: readonly (ApprovalView["status"] | "all")[] = ["waiting", "approved", "refused", "expired", "withdrawn", "all"];

/** What the address of a workflow says; anything else in it is dropped. */
export function readWorkflowSearch(search: Record<string, unknown>): WorkflowSearch {
  const tab = oneOf(TABS, search["tab"]);
  const status = oneOf(RUN_STATUSES, search["status"]);
  const [before, after] = [hashOf(search["before"]), hashOf(search["after"])];
  return { ...(tab === undefined || tab === "graph" ? {} : { tab }), ...(status === undefined ? {} : { status }), ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) };
}

export function readApprovalSearch(search: Record<string, unknown>): ApprovalSearch {
  const status = oneOf(APPROVAL_STATUSES, search["status"]);
  return status === undefined ? {} : { status };
}

function oneOf<Value extends string>(values: readonly Value[], given: unknown): Value | undefined {
  return values.find((value) => value === given);
}

function hashOf(given: unknown): string | undefined {
  return typeof given === "string" && /^[0-9a-f]{8,64}$/.test(given) ? given : undefined;
}
