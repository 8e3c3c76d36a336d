import { splitSentences } from "../../lib/split-sentences.ts";
import { indexTerms, isLightTerm } from "../terms.ts";
import type { ClaimReader } from "./upkeep-deps.ts";

export type ComparedText = { title: string; heading: string; text: string };
/** `weight` 0..1000: how much the two sentences speak of the same thing. */
export type Contradiction = { sentence: string; other: string; weight: number };

/** Two sentences share so much of what the shorter of them says. */
const SAME_TOPIC = 0.5;
const FEWEST_SHARED = 2;
const MOST_SENTENCES = 60;
/** What an article can only contradict with: a figure, a day, or a denial. */
const FIRM = /\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|twelve|fourteen|thirty|sixty|ninety|not|never|no|cannot|can't|don't|doesn't|isn't|aren't|won't|only|free|without|unable|impossible|nicht|kein\w*|nie|ohne)\b/i;

/**
 * Sentences of two passages that cannot both be true, by the house's judge of claims: another figure with the same unit, or the opposite.
 * Left out are sentences about different kinds of a thing ("standard delivery", "express delivery"). Replay: pure.
 */
export function findContradictions(one: ComparedText, other: ComparedText, claims: Pick<ClaimReader, "contradiction">): Contradiction[] {
  const found: Contradiction[] = [];
  const theirs = sentencesOf(other);
  for (const mine of sentencesOf(one)) {
    if (!FIRM.test(mine.text)) continue;
    for (const their of theirs) {
      const weight = topicOf(mine, their);
      if (weight < SAME_TOPIC || isOtherKind(mine, their, other) || isOtherKind(their, mine, one)) continue;
      if (claims.contradiction(mine.text, their.text) === null && claims.contradiction(their.text, mine.text) === null) continue;
      found.push({ sentence: mine.text, other: their.text, weight: Math.round(weight * 1000) });
    }
  }
  return found;
}

type Said = { text: string; terms: string[]; known: ReadonlySet<string> };

function sentencesOf({ title, heading, text }: ComparedText): Said[] {
  const around = indexTerms(`${title} ${heading}`);
  const plain = text.replace(/^#{1,6} .*$/gm, "").replace(/[*_`]/g, "");
  return splitSentences(plain).slice(0, MOST_SENTENCES).filter((sentence) => !sentence.text.endsWith("?")).map((sentence) => {
    const terms = indexTerms(sentence.text).filter((term) => !/^\d/.test(term));
    return { text: sentence.text, terms, known: new Set([...terms, ...around]) };
  });
}

function topicOf(one: Said, other: Said): number {
  const telling = (said: Said) => new Set(said.terms.filter((term) => !isLightTerm(term)));
  const [mine, theirs] = [telling(one), telling(other)];
  const shared = [...mine].filter((term) => theirs.has(term)).length;
  return shared < FEWEST_SHARED ? 0 : shared / Math.min(mine.size, theirs.size);
}

/** Whether a word before a word that both share makes it another kind, of which the other passage knows nothing. */
function isOtherKind(one: Said, other: Said, passage: ComparedText): boolean {
  const elsewhere = new Set(indexTerms(`${passage.title} ${passage.heading} ${passage.text}`));
  const kinds = (said: Said) => new Map(said.terms.flatMap((term, at) => (at > 0 ? [[term, said.terms[at - 1] ?? ""] as const] : [])));
  const theirs = kinds(other);
  for (const [term, kind] of kinds(one)) {
    const their = theirs.get(term);
    if (their === undefined || their === kind || isLightTerm(kind) || isLightTerm(their)) continue;
    if (!elsewhere.has(kind) && !one.known.has(their)) return true;
  }
  return false;
}
