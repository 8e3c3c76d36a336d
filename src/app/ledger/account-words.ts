import { isRecord } from "../../lib/is-record.ts";

export type Fact = { name: string; value: string };

/** What an entry says, in plain words. The words of a reader who was not there: no codes where a sentence does. */
const SENTENCES: Readonly<Record<string, (body: Record<string, unknown>) => string>> = {
  "turn.replied": (body) => `answered${body["intent"] === null || body["intent"] === undefined ? "" : `, having understood the request as "${String(body["intent"])}"`}`,
  "turn.proposed": () => "wrote a draft for a person to decide about, and sent nothing",
  "turn.silent": () => "sent nothing, because a person holds the conversation",
  "turn.failed": (body) => `gave up and passed the case to a person (${String(body["code"] ?? body["reason"] ?? "")})`,
  "turn.delegated": () => "let a workflow go on with the request",
  "model.asked": (body) => `asked the model ${String(body["model"])}, without personal values`,
  "tool.called": (body) => {
    const how = { ok: "and it worked", not_found: "which found nothing", refused: "which the system refused", denied: "which the policies did not allow", failed: "which failed", waiting: "which waits for people" }[String(body["status"])];
    return `called the tool ${String(body["tool"])}${how === undefined ? "" : `, ${how}`}`;
  },
  "handoff.requested": (body) => `asked for a person: ${String(body["reason"] ?? "no reason recorded")}`,
  "handoff.taken": () => "took the conversation over", "handoff.returned": () => "gave the conversation back to the assistant", "handoff.withdrawn": () => "no longer wanted a person",
  "human.replied": () => "replied", "case.resolved": () => "closed the case",
  "draft.accepted": () => "sent the assistant's draft as it was", "draft.edited": () => "changed the assistant's draft and sent it", "draft.rejected": () => "rejected the assistant's draft",
  "approval.requested": (body) => `asked people to approve a call of ${String(body["tool"] ?? "a tool")}`,
  "approval.decided": (body) => `${body["decision"] === "approved" || body["status"] === "approved" ? "approved" : "refused"} the call`,
  "approval.edited": () => "changed the call before its approval", "approval.reassigned": () => "handed the approval on", "approval.expired": () => "let the approval lapse: nobody decided in time",
  "approval.withdrawn": () => "withdrew the request for approval", "approval.attempt_refused": () => "tried to decide without being asked, and was refused",
  "approval.told": () => "told the contact how it was decided", "approval.left_to_person": () => "left it to the person who holds the conversation to tell how it was decided",
  "workflow.said": (body) => `wrote to the contact in the workflow${typeof body["workflow"] === "string" ? ` ${body["workflow"]}` : ""}`,
  "knowledge.search_blocked": () => "was not allowed to search the knowledge", "policy.denied": (body) => `was refused by the policies: ${String(body["reason"] ?? body["action"] ?? "")}`,
  "hold.placed": (body) => `put the case under a legal hold: ${String(body["reason"] ?? "")}`, "hold.lifted": (body) => `lifted the legal hold: ${String(body["reason"] ?? "")}`,
};

export function sentenceOf(kind: string, body: Record<string, unknown>): string {
  return SENTENCES[kind]?.(body) ?? kind.replaceAll(/[._]/g, " ");
}

/** Names of facts as people read them; what is not named here is shown under its own name. */
const NAMES: Readonly<Record<string, string>> = {
  rule: "rule", rules: "policy rules", reason: "reason", policy: "policies in force", model: "model", provider: "provider", intent: "understood as", confidence: "confidence", decision: "decided to", approvedBy: "approved by", risk: "risk", status: "outcome",
  comment: "comment", workflow: "workflow", promptSha256: "prompt (SHA-256)", answerSha256: "answer (SHA-256)", promptTokens: "tokens sent", completionTokens: "tokens received",
};
/** Ids and hashes that the account has put in words already. */
const HIDDEN = new Set(["turnId", "messageIds", "replyId", "replySha256", "messageId", "sha256", "calls", "callId", "sources", "tool", "handoffId", "approvalId", "runId", "draftId", "modelCallId", "evidence", "keyId"]);

/** The rest of an entry's body as facts; lists with commas. Nothing is left out silently but ids. */
export function factsOf(body: Record<string, unknown>): Fact[] {
  return Object.entries(body).flatMap(([key, value]) => {
    if (HIDDEN.has(key) || value === null || value === "" || (Array.isArray(value) && value.length === 0)) return [];
    return [{ name: NAMES[key] ?? key, value: shortHash(key, valueOf(value)) }];
  });
}

export function valueOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(valueOf).join(", ");
  if (isRecord(value)) return Object.entries(value).map(([key, each]) => `${key}: ${valueOf(each)}`).join(", ");
  return String(value);
}

/** Hashes of versions are told by their beginning, as everywhere. */
function shortHash(key: string, value: string): string {
  return key === "policy" && /^[0-9a-f]{64}$/.test(value) ? value.slice(0, 12) : value;
}
