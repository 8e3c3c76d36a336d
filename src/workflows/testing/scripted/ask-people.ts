import { hashCall } from "../../../tools/approvals/hash-call.ts";
import { resolveAfter, type GivenApproval, type Script, type ScriptedCall } from "./script.ts";

/** Asks people about one call, in a step; the test's next decision wakes `externalId`. "nobody", or no decision at all, lets the time run out. */
export function askPeople(script: Script, call: ScriptedCall, id: string, externalId: string): void {
  const approval: GivenApproval = { status: "waiting", callHash: hashCall(call.tool, call.arguments), usedBy: null, comment: null };
  script.given.set(id, approval);
  script.happened.approvals.push({ tool: call.tool, arguments: call.arguments });
  const decided = script.next("approvals", [...script.test.approvals, ...undecided]);
  const decision = decided?.decision ?? "nobody";
  if (decided === null || decision === "nobody") return;
  resolveAfter(script, externalId, decided.after, () => {
    if (approval.status === "waiting") Object.assign(approval, { status: decision, comment: decided.comment });
    return null;
  });
}

/** What people made of it, in a step; what was not decided until now has expired. */
export function decisionOf(script: Script, id: string, isTimeOver: boolean): GivenApproval {
  const approval = script.given.get(id);
  if (approval === undefined) throw new Error(`the approval ${id} is gone`);
  if (isTimeOver) approval.status = "expired";
  return approval;
}

const undecided = Array.from({ length: 100 }, () => ({ decision: "nobody" as const, after: "PT0S", comment: null }));
