import { indexTerms, isLightTerm } from "../terms.ts";
import type { TalkTurn } from "../upkeep/talk.ts";

export type WhyUnanswered = "declined" | "handed_off" | "unanswered";

/** Handed over for another reason than what the knowledge holds. */
const NOT_KNOWLEDGE = /^(?:contact|risk|policy|tool|workflow|approval)\./;
/** A message of fewer telling terms ("thanks", "hello there") asks for no article. */
const FEWEST_TERMS = 2;

/** Terms that tell what a question is about, each once. */
export function tellingTerms(text: string): string[] {
  return [...new Set(indexTerms(text))].filter((term) => !isLightTerm(term) && !/^\d+$/.test(term));
}

/**
 * Why this turn left a question open that an article could answer, null when it did not: by what the turn did, not by its words.
 * `unanswered`: a reply was given that rests on no passage and no tool. Replay: pure.
 */
export function whyUnanswered(turn: Pick<TalkTurn, "text" | "parts" | "isHandedOff" | "handoffReason" | "evidence" | "toolCalls" | "citations">): WhyUnanswered | null {
  if (!turn.parts.includes("knowledge") && !turn.parts.includes("agent")) return null;
  if (turn.handoffReason !== null && NOT_KNOWLEDGE.test(turn.handoffReason)) return null;
  if (tellingTerms(turn.text).length < FEWEST_TERMS) return null;
  if (turn.handoffReason === "evidence.missing") return "declined";
  const isSupported = turn.evidence?.kind === "answer";
  // A draft for a person is handed over for the ladder's sake.
  if (turn.isHandedOff) return isSupported && turn.handoffReason?.startsWith("autonomy.") === true ? null : "handed_off";
  return turn.evidence?.kind === "decline" && turn.toolCalls === 0 && turn.citations.length === 0 ? "unanswered" : null;
}
