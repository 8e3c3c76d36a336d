import type pg from "pg";
import { verifyLedger } from "../../src/observe/ledger-verify.ts";
import type { Database } from "../../src/storage/database.ts";
import { fillPlaces } from "../../src/tools/approvals/fill-places.ts";
import { bindCall, hashCall } from "../../src/tools/approvals/hash-call.ts";
import { checkApprovals, readApprovals, type StoredApproval } from "./approval-check.store.ts";
import type { ApprovalCaller } from "./approval-caller.ts";
import type { ApprovalCustomer } from "./approval-customer.ts";
import type { Acknowledged, Deciders } from "./approval-deciders.ts";
import { runChecks } from "./check.store.ts";
import { TENANT, type Verdict } from "./judge.ts";

const NAMES = ["approvedNeverRan", "ranTwice", "ranUnapproved", "ranThoughEnded", "stuckApprovals", "toldTwice", "neverToldAtAll", "lostRequests", "lostDecisions", "refusedMessages", "refusedDecisions", "streamFaults", "brokenLinks"] as const;
/** Of the checks of every torture, those that hold where the outcome of a call is told outside of its turn. */
const COMMON = ["failedTurns", "stuckConversations", "wrongNumbers", "aiBesideHuman", "ledgerFaults"];

type Add = (name: (typeof NAMES)[number], fault: string) => void;

/** Compares what the store holds with what people have decided and customers were shown. */
export async function judgeApprovals(deps: { client: pg.Client; database: Database; customers: readonly ApprovalCustomer[]; deciders: Deciders }): Promise<{ verdict: Verdict; approvals: StoredApproval[] }> {
  const verdict: Verdict = new Map(NAMES.map((name) => [name, []]));
  const put = (name: string, fault: string) => verdict.set(name, [...(verdict.get(name) ?? []), fault]);
  const add: Add = put;
  const approvals = await readApprovals(deps.client);
  for (const approval of approvals) {
    judgeEffect(approval, add);
    judgeTold(approval, add);
    if (approval.status === "waiting" || approval.callStatus === "waiting" || approval.callStatus === "started") add("stuckApprovals", `${approval.id} is ${approval.status}, its call ${approval.callStatus}`);
  }
  for (const acknowledged of deps.deciders.acknowledged) judgeAcknowledged(acknowledged, approvals.find(({ id }) => id === acknowledged.id), add);
  for (const fault of deps.deciders.faults) add("refusedDecisions", fault);
  for (const { writer, stream, caller } of deps.customers) {
    judgeCaller(caller, approvals, add);
    for (const fault of writer.faults) add("refusedMessages", fault);
    for (const fault of stream.faults) add("streamFaults", fault);
  }
  for (const { name, fault } of await checkApprovals(deps.client)) put(name, fault);
  for (const [name, faults] of await runChecks(deps.client)) if (COMMON.includes(name)) verdict.set(name, faults);
  for (const problem of (await verifyLedger(deps.database, TENANT)).problems) add("brokenLinks", problem);
  return { verdict, approvals };
}

/** An approved call has its effect, the approved one; every other has none. */
function judgeEffect(approval: StoredApproval, add: Add): void {
  const { id, status, callHash, contactId, conversationId, callId } = approval;
  const hasRun = approval.effectTool !== null;
  if (status !== "approved") {
    if (hasRun) add(status === "waiting" ? "ranUnapproved" : "ranThoughEnded", `${id} is ${status}, and its call has run`);
    return;
  }
  if (!hasRun || approval.callStatus !== "ok") return add("approvedNeverRan", `${id}: its call is ${approval.callStatus} (${approval.callReason}), ${hasRun ? "with" : "without"} an effect`);
  if (approval.effectTool !== approval.tool || approval.effectOrder !== approval.arguments["order_number"]) add("ranUnapproved", `${id}: ${approval.effectTool} ran on ${approval.effectOrder}`);
  if (bindCall(hashCall(approval.tool, approval.arguments), { contactId, conversationId }) !== callHash || approval.ledgerHash !== callHash) add("ranUnapproved", `${id}: ran with another hash than the approved one`);
  if (approval.usedBy !== callId) add("ranUnapproved", `${id}: used by ${approval.usedBy}`);
  const votes = approval.votes.filter((vote) => vote.hash === callHash && vote.revision === approval.revision);
  if (!fillPlaces(approval.rule, votes).isComplete || new Set(votes.map(({ userId }) => userId)).size !== votes.length) add("ranUnapproved", `${id}: ran with the yes of ${votes.length} people`);
}

/**
 * The customer reads once what came of it, or, while a person has the conversation, that person does instead; by the approval that
 * the ledger names for each message. Nobody reads of what was taken back, or of what an assistant of their own fetches.
 */
function judgeTold({ id, status, turnId, told, leftToPerson, tried, arguments: given }: StoredApproval, add: Add): void {
  const owed = turnId !== null && status !== "withdrawn" && status !== "waiting" ? 1 : 0;
  const tellings = told.length + leftToPerson;
  if (tellings > owed) add("toldTwice", `${id} is ${status}, and was told ${tellings} times: ${told.map(({ messageId }) => messageId).join(", ")}, ${leftToPerson} to a person`);
  if (tellings < owed) add("neverToldAtAll", `${id} is ${status}`);
  for (const { messageId, text, isAsRecorded } of told) {
    if (text === null) add("neverToldAtAll", `${id}: its message ${messageId} is not there`);
    else if (isAsRecorded !== true || !text.includes(String(given["order_number"]))) add("neverToldAtAll", `${id}: its message ${messageId} says something else: ${text}`);
  }
  if (leftToPerson !== tried && turnId !== null) add(leftToPerson > tried ? "neverToldAtAll" : "toldTwice", `${id}: left to a person ${leftToPerson} times, and ${tried} lines of it lie before one`);
}

/** What a customer's own assistant was told stands in the store, and whatever it asked for was told. */
function judgeCaller({ told, asked, faults }: ApprovalCaller, approvals: readonly StoredApproval[], add: Add): void {
  for (const fault of faults) add("refusedMessages", fault);
  for (const { approvalId, status, callStatus } of told) {
    const stored = approvals.find(({ id }) => id === approvalId);
    if (stored?.status !== status || stored.callStatus !== callStatus) add("lostDecisions", `${approvalId} was answered as ${status}, ${callStatus}, and is ${stored?.status}, ${stored?.callStatus}`);
  }
  for (const id of asked) if (!told.some(({ approvalId }) => approvalId === id)) add("neverToldAtAll", `${id} was never told to whom it was asked by`);
}

/** What the server has said to be decided stays so. */
function judgeAcknowledged({ id, by, what, callHash, status }: Acknowledged, stored: StoredApproval | undefined, add: Add): void {
  if (stored === undefined) return add("lostDecisions", `${id} is not there`);
  if ((status === "approved" || status === "refused") && (stored.status !== status || stored.callHash !== callHash)) add("lostDecisions", `${id} was answered as ${status}, and is ${stored.status}`);
  if (what !== "refused" && !stored.votes.some((vote) => vote.userId === `user_${by}` && vote.hash === callHash)) add("lostDecisions", `the yes of ${by} to ${id} is not there`);
}
