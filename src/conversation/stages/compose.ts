import { answerExtractively } from "../../knowledge/answer-extractive.ts";
import { shorten } from "../../lib/cut.ts";
import type { ToolCallRecord } from "../../tools/tool-call.store.ts";
import type { Citation } from "../../shapes/conversation.ts";
import type { Decision, EarlierMessage, PendingQuestion, PlannedPart } from "../turn.ts";
import type { Acted } from "./act.ts";

/** A reply that is not sent yet. `facts` are what it rests on besides the passages. */
export type Draft = {
  text: string;
  citations: Citation[];
  handoffReason: string | null;
  facts: string[];
  /** Sentences that state no business fact (greetings, questions, apologies) need no evidence. */
  isFromKnowledge: boolean;
  model: string;
  reason: string;
  /** A question put by this reply that the next message may answer; null keeps the decision's. */
  pending: PendingQuestion | null;
  /** What the model says to the person who takes over. */
  handoffNote: string | null;
};

/** The message as the model would see it, the contact's messages before it, and the whole talk before it; oldest first. */
export type Asked = { text: string; recent: readonly string[]; earlier: readonly EarlierMessage[] };

export const EXTRACTIVE = "built-in/extractive";

const HANDOFF_WORDS: Record<string, string> = {
  "contact.asked": "Of course. I'm passing you to a colleague now; they will see our whole conversation.",
  "risk.legal": "This needs a person. I'm passing you to a colleague now; they will see our whole conversation.",
  "risk.safety": "Your safety comes first, so I'm passing you to a colleague right away. If anyone is in danger, please call your local emergency number now.",
  "risk.vulnerable": "I'm sorry you are going through this. I'm passing you to a colleague now who will take care of you personally.",
};

/**
 * Stage `compose` without a model: the tools' own sentences, the workspace's replies, and the best supported sentences of
 * the passages. Replay: pure, so it needs no journal.
 */
export function composeBuiltIn(parts: readonly PlannedPart[], acted: Acted, question: Asked): Draft {
  const draft: Draft = { text: "", citations: [], handoffReason: null, facts: [], isFromKnowledge: false, model: EXTRACTIVE, reason: "composed", pending: null, handoffNote: null };
  const paragraphs: string[] = [];
  let calls = 0;
  for (const part of parts) {
    if (part.kind === "say") paragraphs.push(part.text);
    else if (part.kind === "handoff") {
      draft.handoffReason ??= part.reason;
      paragraphs.push(HANDOFF_WORDS[part.reason] ?? HANDOFF_WORDS["contact.asked"] ?? "");
    } else if (part.kind === "tool") {
      const call = acted.calls[calls++];
      if (call) paragraphs.push(tellCall(draft, call));
    } else if (part.kind === "knowledge" || part.kind === "agent") paragraphs.push(answerFromKnowledge(draft, acted, question));
  }
  draft.text = paragraphs.join("\n\n");
  return draft;
}

function tellCall(draft: Draft, call: ToolCallRecord): string {
  if (call.say !== null) {
    draft.facts.push(call.say);
    return call.say;
  }
  if (call.status === "denied") {
    const reason = call.reason ?? "";
    draft.facts.push(reason);
    if (!call.needsPerson) return reason;
    draft.handoffReason ??= "policy.denied";
    return `${reason} I'm passing you to a colleague who can decide this.`;
  }
  draft.handoffReason ??= "tool.failed";
  if (call.reason?.startsWith("arguments.invalid") === true) return "I could not do this with what I have understood. I'm passing you to a colleague, so that you don't have to ask again.";
  return "I could not reach the system that knows this just now. I'm passing you to a colleague, so that you don't have to ask again.";
}

function answerFromKnowledge(draft: Draft, acted: Acted, question: Asked): string {
  const rewritten = acted.rewrite?.query ?? null;
  const asked = rewritten === null ? { question: question.text, recentTerms: acted.isCarried ? question.recent : [], earlier: question.earlier } : { question: rewritten };
  const answer = answerExtractively({ ...asked, passages: acted.passages });
  if (answer.kind === "answer") {
    draft.citations = answer.citations;
    draft.isFromKnowledge = true;
    draft.reason = `evidence ${answer.confidence.toFixed(2)}`;
    return answer.text;
  }
  draft.reason = answer.reason;
  if (answer.kind === "ask_back") return `I found more than one thing this could be about. Do you mean: ${answer.options.map((option) => `"${option}"`).join(" or ")}?`;
  draft.handoffReason ??= "evidence.missing";
  return "I could not find a reliable answer to this in our help articles, so I won't guess. I'm passing you to a colleague, who will see our whole conversation.";
}

/** The draft that replaces one that may not be sent. */
export function withheldDraft(reason: string): Draft {
  return { text: "I'm not sure enough about my answer to send it. I'm passing you to a colleague, who will see our whole conversation.", citations: [], handoffReason: reason, facts: [], isFromKnowledge: false, model: EXTRACTIVE, reason, pending: null, handoffNote: null };
}

/** Words for the conversation's subject: the first message, shortened at a word's end. */
export function subjectOf(text: string, decision: Pick<Decision, "intent">): string {
  const line = text.split("\n")[0]?.trim() ?? "";
  return line === "" ? (decision.intent ?? "") : shorten(line, 80);
}
