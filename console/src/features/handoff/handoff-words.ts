import type { HandoffView } from "../../../../src/shapes/conversation.ts";
import { sayCode } from "../../lib/format.ts";

const REASONS: Record<string, string> = {
  "contact.asked": "The customer asked for a person",
  "evidence.missing": "No article answers the question",
  "policy.denied": "Only a person may decide this",
  "tool.failed": "A business system did not answer",
  "risk.flagged": "The message was flagged as risky",
  "risk.legal": "The customer speaks of legal steps",
  "risk.safety": "The customer reports a safety problem",
  "risk.vulnerable": "The customer may need special care",
  "verify.failed": "The answer could not be proven from the sources",
  "turn.failed": "A fault stopped the answer",
  "autonomy.draft": "A draft of the AI waits for a person",
  "autonomy.suggest": "The AI only suggests here",
  "autonomy.workflow": "A workflow's answer by a model waits for a person",
  "autonomy.off": "The AI is switched off here",
  "budget.used_up": "The budget for AI models is used up",
  "agent.asked": "The AI asked for a person",
  "agent.took_over": "A person took over",
  "agent.deadline_passed": "The AI ran out of time",
};

/** Why the AI let go, in words; an unknown code is shown as words too. */
export function sayReason(code: string): string {
  return REASONS[code] ?? sayCode(code);
}

const SENTIMENTS = {
  negative: { words: "Negative", tone: "bad" },
  neutral: { words: "Neutral", tone: "neutral" },
  positive: { words: "Positive", tone: "good" },
} as const;

export function saySentiment(sentiment: NonNullable<HandoffView["summary"]["sentiment"]>): (typeof SENTIMENTS)["neutral" | "negative" | "positive"] {
  return SENTIMENTS[sentiment];
}
