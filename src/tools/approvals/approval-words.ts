import { describeApproval } from "../../policy/describe-approval.ts";
import type { ToolCallRecord } from "../tool-call.store.ts";
import type { ApprovalRow } from "./approval.store.ts";
import { askedBy } from "./asked-by.ts";

/** What is said of approvals, to the contact and to the people who decide. All of it is pure. */

/** The contact, when a call waits. */
export function askedWords(describedAs: string): string {
  return `I have asked a colleague to approve this: ${bare(describedAs)}. I will write as soon as it is decided.`;
}

/** The contact, when the same call is wanted once more. */
export function stillAskedWords(describedAs: string): string {
  return `A colleague is looking at this already: ${bare(describedAs)}. I will write as soon as it is decided.`;
}

/** Another system or a contact's own agent, when its call waits. `approvalId`: what it may ask about; null: another's request waits for the same. */
export function callerWaitsWords(describedAs: string, approvalId: string | null): string {
  const then = approvalId === null ? "Its outcome is told in the conversation." : `Ask for its outcome with the approval's id: ${approvalId}.`;
  return `This waits until people have approved it, and nothing has been done yet: ${bare(describedAs)}. ${then}`;
}

/** The contact, who has taken back what waited. */
export function takenBackWords(described: readonly string[]): string {
  const list = described.map(bare);
  if (list.length === 0) return "It was just decided, so it can no longer be taken back. I will write what came of it.";
  return list.length === 1 ? `All right, I have taken that back, and nothing was done: ${list[0]}.` : `All right, I have taken these back, and nothing was done: ${list.join("; ")}.`;
}

/** The record of a call that was not approved. */
export function overWords(status: ApprovalRow["status"]): { reason: string; needsPerson: boolean } {
  if (status === "expired") return { reason: "Nobody decided in time, so it was not done.", needsPerson: true };
  return { reason: status === "refused" ? "A colleague decided against it, so it was not done." : "It was taken back before anybody decided it.", needsPerson: false };
}

/** `handoff`: why a person takes the conversation; null: nobody needs to. */
export type OutcomeWords = { text: string; handoff: "approval.expired" | "tool.failed" | "policy.denied" | null };

/** The contact, when it was decided and what came of it. Null: they know already. */
export function outcomeWords(approval: Pick<ApprovalRow, "status" | "described_as" | "edited_by">, call: Pick<ToolCallRecord, "status" | "say" | "needsPerson">): OutcomeWords | null {
  const what = bare(approval.described_as);
  if (approval.status === "withdrawn" || approval.status === "waiting") return null;
  if (approval.status === "refused") return { text: `A colleague has looked at this and decided against it, so it was not done: ${what}. If you would like to talk it over with a person, just say so.`, handoff: null };
  if (approval.status === "expired") return { text: `Nobody could decide in time, so it was not done: ${what}. I'm passing you to a colleague now; they will see our whole conversation.`, handoff: "approval.expired" };
  const change = approval.edited_by === null ? "A colleague has approved it." : `A colleague has approved it with a change: ${what}.`;
  if (call.status === "ok" || call.status === "not_found" || call.status === "refused") return { text: `${change} ${call.say ?? (call.status === "ok" ? "It is done." : "It could not be done.")}`, handoff: null };
  return { text: `${change} But it could not be done just now: ${what}. I'm passing you to a colleague, so that you don't have to ask again.`, handoff: call.status === "denied" ? "policy.denied" : "tool.failed" };
}

/** The person who decides: what a yes sets off. `people`: how many still have to say it. */
export function nextWords(approval: Pick<ApprovalRow, "run_id" | "call_id" | "turn_id" | "workflow">, people: number): string {
  const yes = people > 1 ? `Once ${people} people have said yes,` : "With your yes";
  const asker = askedBy(approval);
  if (asker === "caller") return `${yes} the call is made at once, in your name, and whoever asked can fetch what came of it. With a no nothing is done, and they can learn that.`;
  if (asker === "turn") return `${yes} the call is made at once, in your name, and the assistant tells the customer what came of it. With a no nothing is done, and the customer is told.`;
  const run = `the run of "${approval.workflow ?? "a workflow"}"`;
  return asker === "workflow" ? `${yes} ${run} may make this call, once, in your name; with a no it goes on without.` : `${yes} ${run} makes this call at once, in your name, and goes on; with a no it goes on as after a refusal.`;
}

export type Notice = { subject: string; text: string; link: string };

/** A mail to those who decide. What the customer wrote, and the arguments, stay behind the sign-in. */
export function noticeMail(approval: Pick<ApprovalRow, "id" | "described_as" | "reason" | "deadline_at" | "rule" | "amount_cents" | "currency" | "risk">, publicUrl: string): Notice {
  const link = `${publicUrl.replace(/\/$/, "")}/console/approvals/${encodeURIComponent(approval.id)}`;
  const amount = amountText(approval.amount_cents, approval.currency);
  const what = bare(approval.described_as).replace(/\s+/g, " ");
  const lines = [
    "Somebody has to decide before this is done:", "", `  ${what}`, ...(amount === null ? [] : [`  Amount: ${amount}`]), `  Risk: ${approval.risk}`, `  Why you are asked: ${approval.reason.replace(/\s+/g, " ")}`, `  Asked of: ${describeApproval({ ...approval.rule, deadlineMs: null })}`,
    ...(approval.deadline_at === null ? [] : [`  Decide until: ${approval.deadline_at.slice(0, 16).replace("T", " ")} UTC; after that it is not done.`]),
    "", "Look at the exact call and decide (you will be asked to sign in):", link, "", "This mail itself decides nothing, and neither does opening the link.",
  ];
  return { subject: `Please decide: ${what}`.slice(0, 180), text: `${lines.join("\n")}\n`, link };
}

/** `150.00 EUR`; null without an amount. */
function amountText(amountCents: number | null, currency: string | null): string | null {
  return amountCents === null ? null : `${(amountCents / 100).toFixed(2)}${currency === null ? "" : ` ${currency}`}`;
}

function bare(describedAs: string): string {
  return describedAs.trim().replace(/\.$/, "");
}
