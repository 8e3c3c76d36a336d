import { splitSentences } from "../../lib/split-sentences.ts";
import { indexTerms, isLightTerm } from "../terms.ts";
import type { ClaimReader } from "./upkeep-deps.ts";

export type ComparedText = { title: string; heading: string; text: string };
/** `weight` 0..1000: how much the two sentences speak of the same thing. */
export type Contradiction = { sentence: string; other: string; weight: number };

/**
 * How much of what the two say they must share (Dice), where everyday words count a part. A denial takes more than a figure: "not" may
 * stand for an exception. Chosen on the example shop's articles, which do not contradict each other: of 6,580 pairs of passages that speak of like things, two are found.
 */
const SAME_TOPIC = 0.6;
const SAME_TOPIC_OF_DENIAL = 0.75;
const LIGHT = 0.4;
/** So many telling words are shared, or one fewer where titles or headings share one too. */
const FEWEST_SHARED = 2;
/** A sentence with more figures is a list of cases. */
const MOST_FIGURES = 2;
const MOST_SENTENCES = 60;
const FIGURE = /\d+(?:[.,:]\d+)*|\b(?:two|three|four|five|six|seven|eight|nine|ten|twelve|fourteen|thirty|sixty|ninety)\b/gi;

/**
 * Sentences of two passages that cannot both be true, by the house's judge of claims: another figure with the same unit, or the opposite.
 * Left out are tables, lists of cases, and sentences about different kinds of a thing ("standard delivery", "express delivery"). Replay: pure.
 */
export function findContradictions(one: ComparedText, other: ComparedText, claims: Pick<ClaimReader, "contradiction">): Contradiction[] {
  const found: Contradiction[] = [];
  const [mine, theirs] = [sentencesOf(one), sentencesOf(other)];
  const isTitled = sharesTelling(indexTerms(`${one.title} ${one.heading}`), indexTerms(`${other.title} ${other.heading}`)) > 0;
  for (const said of mine) {
    for (const their of theirs) {
      const topic = topicOf(said, their);
      if (topic < (isOtherFigure(said, their) ? SAME_TOPIC : SAME_TOPIC_OF_DENIAL) || sharesTelling(said.terms, their.terms) < FEWEST_SHARED - (isTitled ? 1 : 0)) continue;
      if (isOtherKind(said, their, other) || isOtherKind(their, said, one)) continue;
      if (claims.contradiction(said.text, their.text) === null && claims.contradiction(their.text, said.text) === null) continue;
      found.push({ sentence: said.text, other: their.text, weight: Math.round(topic * 1000) });
    }
  }
  return found;
}

type Said = { text: string; terms: string[]; figures: string[]; known: ReadonlySet<string> };

function sentencesOf({ title, heading, text }: ComparedText): Said[] {
  const around = indexTerms(`${title} ${heading}`);
  const plain = text.replace(/^(?:#{1,6} |\s*\|).*$/gm, "").replace(/[*_`]/g, "");
  return splitSentences(plain).slice(0, MOST_SENTENCES).flatMap((sentence) => {
    const figures = sentence.text.match(FIGURE) ?? [];
    if (!/[.!]$/.test(sentence.text) || figures.length > MOST_FIGURES) return [];
    const terms = indexTerms(sentence.text).filter((term) => !/^\d/.test(term));
    return [{ text: sentence.text, terms, figures, known: new Set([...terms, ...around]) }];
  });
}

function isOtherFigure(one: Said, other: Said): boolean {
  return one.figures.length > 0 && other.figures.length > 0 && !one.figures.some((figure) => other.figures.includes(figure));
}

function topicOf(one: Said, other: Said): number {
  const weigh = (terms: Iterable<string>) => [...terms].reduce((sum, term) => sum + (isLightTerm(term) ? LIGHT : 1), 0);
  const [mine, theirs] = [new Set(one.terms), new Set(other.terms)];
  const all = weigh(mine) + weigh(theirs);
  return all === 0 ? 0 : (2 * weigh([...mine].filter((term) => theirs.has(term)))) / all;
}

function sharesTelling(one: readonly string[], other: readonly string[]): number {
  return new Set(one.filter((term) => !isLightTerm(term) && other.includes(term))).size;
}

/** Whether a word before a word that both share makes it another kind, of which the other passage knows nothing. */
function isOtherKind(one: Said, other: Said, passage: ComparedText): boolean {
  const elsewhere = new Set(indexTerms(`${passage.title} ${passage.heading} ${passage.text}`));
  const kinds = (said: Said) => new Map(said.terms.flatMap((term, at) => (at > 0 ? [[term, said.terms[at - 1] ?? ""] as const] : [])));
  const theirs = kinds(other);
  for (const [term, kind] of kinds(one)) {
    const their = theirs.get(term);
    if (their === undefined || their === kind || (isLightTerm(kind) && isLightTerm(their))) continue;
    if (!elsewhere.has(kind) && !one.known.has(their)) return true;
  }
  return false;
}
