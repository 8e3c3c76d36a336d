import type { UserActor } from "../../../identity/actor.ts";
import { readContact } from "../../../identity/contact.store.ts";
import { recordInLedger } from "../../../observe/ledger.ts";
import type { ApprovalRule, PolicyEntity } from "../../../policy/policy.ts";
import { contextOf, judgeCall, toPolicyRequest, type CallOccasion, type Judgement } from "../../judge-call.ts";
import { resolveArguments, type CallPlace, type Resolved } from "../../resolve-arguments.ts";
import type { Tool } from "../../tool.ts";
import type { ApprovalDeps } from "./approval-deps.ts";
import { editCall, type EditedCall } from "../approval-change.store.ts";
import { lockApproval, type ApprovalRow } from "../approval.store.ts";
import { approvalNotEditable, approvalNotFound, approvalOver, editDenied, editInvalid } from "../approvals.errors.ts";
import { amountOfCall } from "../call-amount.ts";
import { addVote, afterDecision } from "./decide-approval.ts";
import { bindCall, hashCall, wholeCall } from "../hash-call.ts";
import { judgeApproved } from "../judge-approved.ts";
import { personOf, subjectOf, withApproval, type Scene } from "./locked-approval.ts";
import { readApproval } from "./read-approval.ts";
import { wordsFor } from "../request-approval.ts";

export type Edit = { id: string; /** Of the call as it was shown. */ callHash: string; /** What a caller may set; what the server sets stays. */ arguments: Record<string, unknown>; comment: string | null };

/**
 * Changes the arguments of a call that waits, and approves it so: one deed. The changed call is held against the tool and the
 * policy like any other, gets its own hash, and asks for the people that policy asks for now; what was said to the old hash
 * counts no more, and the old hash can never run.
 *
 * Throws: as `decideApproval`; `approvals.not_editable`, `.edit_invalid`, `.edit_denied`.
 */
export async function editApproval(deps: ApprovalDeps, actor: UserActor, input: Edit): Promise<ApprovalRow> {
  // Read outside of the transaction, since the tool is asked for facts; the hash says that nothing has moved since.
  const shown = await readApproval(deps.database, actor.tenantId, input.id).catch(() => null);
  const call = shown === null || shown.status !== "waiting" ? null : await prepare(deps, actor, shown, input.arguments);
  await withApproval(deps, actor, { id: input.id, what: "edited", callHash: input.callHash }, async (scene) => {
    if (call === null) throw approvalOver();
    if (call instanceof Error) throw call;
    if (call.callHash !== scene.approval.call_hash) await store(scene, actor, call);
    const edited = await lockApproval(scene.query, actor.tenantId, input.id);
    if (edited === null) throw approvalNotFound();
    await addVote(deps, actor, { ...scene, approval: edited }, input.comment);
  });
  return afterDecision(deps, actor.tenantId, input.id);
}

async function store({ query, approval, by, at }: Scene, actor: UserActor, call: EditedCall): Promise<void> {
  await editCall(query, { tenantId: actor.tenantId, id: approval.id, by, at, call });
  await recordInLedger(query, actor.tenantId, [{
    kind: "approval.edited", subjectId: subjectOf(approval), caseId: approval.case_id, actor: by, at,
    body: { approvalId: approval.id, callId: approval.call_id, runId: approval.run_id, tool: approval.tool, callHash: call.callHash, insteadOf: approval.call_hash, changed: changedNames(approval.arguments, call.arguments), rule: call.rule, rules: call.policyRules },
  }]);
}

/** The changed call as it would be stored; an error says why there is none, told once it is known that this person may ask. */
async function prepare(deps: ApprovalDeps, actor: UserActor, approval: ApprovalRow, given: Record<string, unknown>): Promise<EditedCall | Error> {
  // A workflow that asks beforehand makes the call itself, with its own arguments.
  if (approval.call_id === null) return approvalNotEditable();
  const tool = deps.tools.get(approval.tool);
  if (tool === undefined) return editInvalid({ message: `There is no tool "${approval.tool}" in this workspace any more.` });
  const place = await placeOfApproval(deps, actor.tenantId, approval);
  const resolved = resolveArguments(tool, given, place);
  if (resolved.kind === "unfit") return editInvalid({ message: `The changed call does not fit: ${resolved.reason}` });
  if (resolved.kind === "unverified") return editInvalid({ message: "The customer is not verified any more, so this call cannot be made." });
  const judged = await judge(deps, actor, tool, approval, place, resolved);
  if (judged.effect === "deny") return editDenied({ message: `Policy does not allow the changed call: ${judged.reason}` });
  if (judged.effect === "missing") return editInvalid({ message: "There is no such record for this customer." });
  const whole = wholeCall(resolved);
  return {
    given, arguments: whole, facts: judged.facts, ...amountOfCall(tool.risk, judged.facts, whole), callHash: bindCall(hashCall(tool.name, whole), { contactId: approval.contact_id, conversationId: approval.conversation_id }),
    describedAs: wordsFor(tool, resolved.value, given), rule: judged.rule, policyRules: judged.rules,
  };
}

type Judged = Exclude<Judgement, { effect: "allow" | "approve" }> | { effect: "asked"; facts: Judgement["facts"]; rules: string[]; rule: ApprovalRule };

/** Policy is asked as at first, for the caller; what it allows without a person still wants the one who changes it. */
async function judge(deps: ApprovalDeps, actor: UserActor, tool: Tool, approval: ApprovalRow, place: CallPlace, resolved: Extract<Resolved, { kind: "resolved" }>): Promise<Judged> {
  const person = personOf(actor);
  const asked = { principal: callerOf(approval, place.contact), channel: approval.channel, contact: place.contact, ...occasionOfApproval(approval) };
  const context = contextOf(deps, { tenantId: actor.tenantId, contact: place.contact }, `edit:${approval.id}`);
  const asCaller = await judgeCall(deps, tool, asked, resolved.value, context);
  if (asCaller.effect === "missing") return asCaller;
  const { facts } = asCaller;
  const decided = judgeApproved(deps.policy, toPolicyRequest(tool, asked, facts, resolved.value), { people: [person], rights: [person] });
  if (decided.effect === "deny") return { ...decided, facts };
  const rule = asCaller.effect === "approve" ? asCaller.by : decided.effect === "approve" ? decided.by : { groups: [{ anyOf: approval.rule.groups.flatMap((group) => group.anyOf), people: 1 }], deadlineMs: null };
  return { effect: "asked", facts, rules: asCaller.effect === "deny" ? decided.rules : asCaller.rules, rule };
}

/** What the contact wanted when it was asked for; people have looked at it, so it is as sure as it can be. */
export function occasionOfApproval({ turn_intent: intent }: Pick<ApprovalRow, "turn_intent">): { occasion?: CallOccasion } {
  return intent === null ? {} : { occasion: { intent, confidence: 1 } };
}

/** For whom and where the call is made, as it is known now. */
export async function placeOfApproval(deps: Pick<ApprovalDeps, "database">, tenantId: string, approval: Pick<ApprovalRow, "contact_id" | "conversation_id" | "case_id">): Promise<CallPlace> {
  const contact = approval.contact_id === null ? null : await readContact(deps.database, tenantId, approval.contact_id);
  return {
    contact: contact === null || contact.email === null ? null : { contactId: contact.id, email: contact.email, externalId: contact.externalId, isVerified: contact.isVerified },
    conversationId: approval.conversation_id, caseId: approval.case_id,
  };
}

/** Who would make the call, as policies see them now. Pure. */
export function callerOf({ principal }: Pick<ApprovalRow, "principal">, contact: CallPlace["contact"]): PolicyEntity {
  const [type = "AiAgent", id = "assistant"] = principal.split(/:(.*)/s);
  return type === "Contact" ? { type, id, attributes: { isVerified: contact?.isVerified === true } } : { type, id };
}

function changedNames(before: Record<string, unknown>, after: Record<string, unknown>): string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name])).sort();
}
