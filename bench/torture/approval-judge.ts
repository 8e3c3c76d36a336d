import type pg from "pg";
import { verifyLedger } from "../../src/observe/ledger.ts";
import type { Database } from "../../src/storage/database.ts";
import { fillPlaces } from "../../src/tools/approvals/fill-places.ts";
import { bindCall, hashCall } from "../../src/tools/approvals/hash-call.ts";
import { checkApprovals, readApprovals, type StoredApproval } from "./approval-check.store.ts";
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
    judgeTold(approval, approvals.filter((each) => isAboutTheSame(each, approval)).length, add);
    if (approval.status === "waiting" || approval.callStatus === "waiting" || approval.callStatus === "started") add("stuckApprovals", `${approval.id} is ${approval.status}, its call ${approval.callStatus}`);
  }
  for (const acknowledged of deps.deciders.acknowledged) judgeAcknowledged(acknowledged, approvals.find(({ id }) => id === acknowledged.id), add);
  for (const fault of deps.deciders.faults) add("refusedDecisions", fault);
  for (const { writer, stream } of deps.customers) {
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

function isAboutTheSame(each: StoredApproval, { conversationId, arguments: given }: StoredApproval): boolean {
  return each.status !== "withdrawn" && each.conversationId === conversationId && each.arguments["order_number"] === given["order_number"];
}

/** The customer reads once what came of it; while a person has the conversation, that person does instead. `owed`: requests about this order, whose messages name it alike. */
function judgeTold(approval: StoredApproval, owed: number, add: Add): void {
  const { id, status, told, toldEntries, tried } = approval;
  if (told > Math.max(1, owed) || toldEntries > 1) add("toldTwice", `${id}: ${told} messages, ${toldEntries} entries`);
  if (status === "withdrawn" && told > owed) add("toldTwice", `${id} was taken back, and told of besides`);
  if (status !== "withdrawn" && status !== "waiting" && told === 0 && tried === 0) add("neverToldAtAll", `${id} is ${status}`);
}

/** What the server has said to be decided stays so. */
function judgeAcknowledged({ id, by, what, callHash, status }: Acknowledged, stored: StoredApproval | undefined, add: Add): void {
  if (stored === undefined) return add("lostDecisions", `${id} is not there`);
  if ((status === "approved" || status === "refused") && (stored.status !== status || stored.callHash !== callHash)) add("lostDecisions", `${id} was answered as ${status}, and is ${stored.status}`);
  if (what !== "refused" && !stored.votes.some((vote) => vote.userId === `user_${by}` && vote.hash === callHash)) add("lostDecisions", `the yes of ${by} to ${id} is not there`);
}
