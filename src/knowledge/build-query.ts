import { isLightTerm, termsOf, wordsOf } from "./terms.ts";

/** A message before the question. What others than the contact wrote (the AI, a colleague) is an answer; the system's own lines are neither. */
export type EarlierMessage = { author: "contact" | "ai" | "human" | "system"; text: string };

/** One text to search for and how much what it finds counts; the question itself counts 1. */
export type QueryPart = { text: string; weight: number };

/** Terms a conversation carries on. */
const MAX_CARRIED = 8;
const LONGEST_FOLLOW_UP = 300;

/**
 * What earlier messages count beside the question: the contact's last, the last answer, and the contact's two before. Chosen on
 * the development half of `mtrag_un` (162 questions with passages), where any of .2 to .4, .05 to .15 and .1 to .2 does as well.
 */
const WEIGHTS = { contact: 0.3, answer: 0.05, older: 0.1 };
/** A question that cannot be understood alone leans on them twice as much. */
const ELLIPTICAL = 2;
const OLDER_MESSAGES = 2;
const LONGEST_MESSAGE = 4_000;

const FOLLOW_UP = /^\s*(?:and|but|or|what about|how about|what if|also|then|so|ok(?:ay)?|same|even|only|just|really|why|is (?:it|that|this)|does (?:it|that|this)|do (?:they|those|these)|can (?:it|that|this|they)|are (?:they|those|these))\b/i;
const POINTS_BACK = /\b(?:it|that|this|those|these|they|them|there|one|ones|same)\b/i;

/**
 * Whether a message cannot be understood without what was said before it: little content, and it begins as a follow-up,
 * points back, or has no subject at all. Replay: pure.
 */
export function isElliptical(message: string): boolean {
  if (message.length > LONGEST_FOLLOW_UP) return false;
  const informative = new Set(termsOf(wordsOf(message)).map(({ term }) => term).filter((term) => !isLightTerm(term)));
  if (informative.size === 0) return true;
  if (informative.size > 2) return false;
  return FOLLOW_UP.test(message) || POINTS_BACK.test(message);
}

/**
 * The words of earlier messages worth carrying into the next search, newest first, as they were written.
 *
 * Shapes: `messages` the contact's earlier messages of this case, oldest first; at most 8 words. Replay: pure.
 */
export function carryTerms(messages: readonly string[]): string[] {
  const carried = new Map<string, string>();
  for (const message of messages.slice(-3).reverse()) {
    const words = wordsOf(message.slice(0, LONGEST_MESSAGE));
    for (const { term, word } of termsOf(words)) {
      if (!isLightTerm(term) && !carried.has(term) && carried.size < MAX_CARRIED) carried.set(term, words[word]?.word ?? term);
    }
  }
  return [...carried.values()];
}

/**
 * What to search for: the question, and what was said before it as far as it counts. Empty texts are left out.
 *
 * `earlier` oldest first. Shapes: 1..4 parts, the question first, weight 1. Replay: pure.
 */
export function queryParts({ query, earlier = [] }: { query: string; earlier?: readonly EarlierMessage[] }): QueryPart[] {
  const share = isElliptical(query) ? ELLIPTICAL : 1;
  const contact = contactTexts(earlier);
  const answer = earlier.findLast((message) => message.author === "ai" || message.author === "human")?.text ?? "";
  const parts = [
    { text: contact.at(-1) ?? "", weight: WEIGHTS.contact * share },
    { text: answer, weight: WEIGHTS.answer * share },
    { text: contact.slice(-1 - OLDER_MESSAGES, -1).join("\n"), weight: WEIGHTS.older * share },
  ];
  return [{ text: query, weight: 1 }, ...parts.filter((part) => part.text.trim() !== "").map((part) => ({ ...part, text: part.text.slice(0, LONGEST_MESSAGE) }))];
}

/** The question as one text, with the terms carried from the contact's earlier messages when it leans on those. Replay: pure. */
export function askedText({ query, earlier = [] }: { query: string; earlier?: readonly EarlierMessage[] }): string {
  const carried = isElliptical(query) ? carryTerms(contactTexts(earlier)) : [];
  return carried.length === 0 ? query : `${query}\n${carried.join(" ")}`;
}

/** What the contact has written, oldest first. */
export function contactTexts(earlier: readonly EarlierMessage[]): string[] {
  return earlier.filter((message) => message.author === "contact").map((message) => message.text);
}
