import { splitSentences } from "../../lib/split-sentences.ts";
import type { ClaimReader } from "../upkeep/upkeep-deps.ts";
import { tellingTerms } from "./why-unanswered.ts";

/** One question with what a person replied to it; both redacted. */
export type AnsweredQuestion = { id: string; text: string; reply: string };
export type DraftInput = { questions: readonly string[]; answered: readonly AnsweredQuestion[] };
/** `writer`: a model's id, or `template`. `questionId`: whose reply it was made from. */
export type GapDraft = { title: string; body: string; writer: string; questionId: string };

const TEMPLATE = "template";

const LONGEST_TITLE = 120;
const GREETING = /^(?:hi|hello|hey|dear|good (?:morning|afternoon|evening))\b[^.,!?\n]{0,30}[,!.]\s+/i;
const OPENING = /^(?:(?:i|we) (?:was|were|am|are) wondering|(?:i'd|i would) like to (?:know|ask)|can you tell me|could you tell me|please tell me|quick question)[:,]?\s+(?:if|whether)?\s*/i;
/** What a writer says of himself and of this one case. */
const SIGNED = /^(?:(?:kind|best|warm) regards|regards|cheers|sincerely|best|thanks|yours)\b[^.!?]{0,40}$/i;
const CHECKED = /^(?:i(?:'ve| have)?|we(?:'ve| have)?) (?:just )?(?:checked|looked|asked|spoken|talked|confirmed)\b[^.!?]{0,60}(?:[,:] ?(?:and )?|[.!])$/i;

/**
 * An article out of people's replies, in their own sentences: the title is the plainest of the questions, the body the reply that
 * says most of what the replies have in common, without greetings, thanks and questions back.
 *
 * Null when no reply says anything. Replay: pure.
 */
export function draftArticle(input: DraftInput, claims: Pick<ClaimReader, "isEmpty">): GapDraft | null {
  const bodies = input.answered.map((each) => ({ id: each.id, body: substance(each.reply, claims) })).filter(({ body }) => tellingTerms(body).length > 1);
  const best = mostCommon(bodies.map(({ body }) => body));
  const chosen = best === null ? undefined : bodies[best];
  const title = titleOf(input.questions);
  return chosen === undefined || title === null ? null : { title, body: chosen.body, writer: TEMPLATE, questionId: chosen.id };
}

/** The question that shares most with the others, as a title. */
export function titleOf(questions: readonly string[]): string | null {
  const all = questions.map(questionOf).filter((text) => text !== "");
  const whole = all.filter((text) => tellingTerms(text).length > 1);
  const asked = whole.length > 0 ? whole : all;
  const best = mostCommon(asked);
  return best === null ? null : (asked[best] ?? null);
}

/** The sentence of a message that asks, shortened to a title. */
function questionOf(text: string): string {
  const sentences = splitSentences(text).map((sentence) => sentence.text);
  const asking = sentences.filter((sentence) => sentence.endsWith("?"));
  const pool = asking.length > 0 ? asking : sentences;
  const chosen = pool.toSorted((one, other) => tellingTerms(other).length - tellingTerms(one).length)[0] ?? text;
  const plain = chosen.replace(GREETING, "").replace(OPENING, "").replace(/\s+/g, " ").trim();
  const short = plain.length <= LONGEST_TITLE ? plain : `${plain.slice(0, LONGEST_TITLE).replace(/\s+\S*$/, "")} …`;
  return short.charAt(0).toUpperCase() + short.slice(1);
}

function substance(reply: string, claims: Pick<ClaimReader, "isEmpty">): string {
  const paragraphs = reply.split(/\n{2,}/).map((paragraph) => splitSentences(paragraph).map((sentence) => sentence.text.trim()).filter((sentence) => sentence !== "" && !SIGNED.test(sentence) && !CHECKED.test(sentence) && !claims.isEmpty(sentence)).join(" "));
  return paragraphs.filter((paragraph) => paragraph !== "").join("\n\n");
}

/** The place of the text that shares most terms with all of them, the longer one of equals; null for none. */
function mostCommon(texts: readonly string[]): number | null {
  const counts = new Map<string, number>();
  const terms = texts.map(tellingTerms);
  for (const each of terms) for (const term of each) counts.set(term, (counts.get(term) ?? 0) + 1);
  let best: number | null = null;
  let highest = -1;
  for (const [at, each] of terms.entries()) {
    const shared = each.reduce((sum, term) => sum + (counts.get(term) ?? 0) - 1, 0) / Math.sqrt(each.length + 1);
    const score = shared + Math.min(each.length, 50) / 1_000;
    if (score > highest) [best, highest] = [at, score];
  }
  return best;
}
