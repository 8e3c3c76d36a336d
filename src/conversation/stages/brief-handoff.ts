import { shorten } from "../../lib/cut.ts";
import type { Decision, TurnContext } from "../turn.ts";
import type { HandoffView } from "../../shapes/conversation.ts";
import { describeCall } from "../../tools/describe-call.ts";
import type { ToolCallRecord } from "../../tools/tool-call.store.ts";

export type HandoffBrief = { summary: HandoffView["summary"]; tried: HandoffView["tried"] };

const REASON_WORDS: Record<string, string> = {
  "contact.asked": "asked for a person",
  "evidence.missing": "asked something the articles do not answer",
  "policy.denied": "wants something only a person may decide",
  "tool.failed": "needs a system that did not answer",
  "risk.legal": "speaks of legal steps",
  "risk.safety": "reports a safety problem",
  "risk.vulnerable": "may need special care",
  "verify.failed": "got no answer that could be proven",
  "turn.failed": "hit a fault in processing",
  "autonomy.draft": "waits for a colleague to look at the prepared answer",
  "autonomy.suggest": "waits for a colleague's answer",
  "autonomy.off": "waits for a colleague: the assistant is switched off here",
  "approval.expired": "waits for something nobody decided in time",
};

const NEXT_STEPS: Record<string, string> = {
  "evidence.missing": "Answer the question; if it comes up again, add an article about it.",
  "policy.denied": "Check the request against the limits for your role and decide it.",
  "tool.failed": "Check the business system, then do the step by hand.",
  "autonomy.draft": "Read the draft and send, change or reject it.",
  "autonomy.suggest": "Take over and answer; the assistant has a suggestion.",
  "autonomy.off": "Take over and answer by hand.",
  "risk.legal": "Follow the escalation guide; promise nothing.",
  "risk.safety": "Follow the safety escalation first, then the request.",
  "verify.failed": "Read the question and the sources in the trace, and answer by hand.",
  "turn.failed": "Read the thread and answer by hand; the fault is in the trace and the log.",
};

/** What the next person needs at a glance, from this turn and the calls made before. Pure. */
export function briefHandoff(input: { context: TurnContext; decision: Decision; reason: string; calls: readonly ToolCallRecord[]; earlierTried: HandoffView["tried"]; nowIso: string }): HandoffBrief {
  const { context, decision, reason } = input;
  const who = context.contact.name ?? (context.contact.email === null ? "A visitor" : context.contact.email);
  const tried = [...input.earlierTried, ...input.calls.map((call) => ({ what: describeCall(call.tool, call.arguments), result: call.say ?? call.reason ?? call.status, at: input.nowIso }))];
  const records = Object.entries(decision.focus.records).flatMap(([kind, values]) => values.slice(0, 3).map((value) => `${kind.replace(/_/g, " ")} ${value} was mentioned`));
  return {
    summary: {
      headline: `${who} ${REASON_WORDS[reason] ?? "needs a person"}: "${shorten(inLine(context.text), 140)}"`,
      intent: decision.intent,
      sentiment: decision.understanding.sentiment.label,
      language: decision.understanding.language,
      openQuestion: shorten(inLine(context.text), 500),
      verifiedFacts: [context.contact.isVerified ? `identity verified: ${context.contact.email ?? context.contact.id}` : "identity not verified", ...records],
      suggestedNextStep: NEXT_STEPS[reason] ?? "Read the thread and take it from there.",
    },
    tried: tried.slice(-20),
  };
}

function inLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
