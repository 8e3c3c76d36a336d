import { splitSentences } from "../../lib/split-sentences.ts";
import { isSurer, readCertainty } from "./certainty.ts";
import type { Certainty } from "./certainty.ts";
import { indexSpecifics } from "./specific-index.ts";
import type { SpecificIndex } from "./specific-index.ts";
import { readNumberWords, readSpecifics } from "./specifics.ts";
import type { Specific } from "./specifics.ts";
import { plainWeight, readWords } from "./words.ts";
import type { SentenceWords } from "./words.ts";

/** How well one place of the evidence carries a claim. `share` 0..1 of the claim's weight; `isDenied`: that place says the opposite; `isElsewhere`: its figures stand, but not there; `isLessSure`: that place leaves open what the claim promises. */
export type Support = { share: number; isDenied: boolean; isElsewhere: boolean; isLessSure: boolean };

export type Evidence = {
  has(specific: Specific): boolean;
  support(words: SentenceWords, specifics: readonly Specific[], certainty: Certainty): Support;
  /** The words of what is contradicted by the claim: the same thing denied, or with another figure of the same unit. */
  contradiction(words: SentenceWords, specifics: readonly Specific[]): string | null;
};

type Line = { text: string; words: SentenceWords; specifics: readonly Specific[]; index: SpecificIndex; source: number; isStatement: boolean; certainty: Certainty };

/** Neighbouring sentences that are read as one place. */
const WINDOW = 3;
/** What the best place counts against all evidence together. */
const PLACE_WEIGHT = 0.75;
const WINDOW_DISCOUNT = 0.97;
/** A place with the claim's figures may share this much less of its words than another. */
const FIGURES_BONUS = 0.2;
/** Best single lines that are looked at for negation and windows. */
const MOST_PLACES = 8;
const ALIKE_FROM = 0.6;
/** A statement must share this much of the claim to deny it; others about as near may speak against that. */
const DENIED_FROM = 0.2;
const NEAR = 0.8;
const MOST_LINES = 5_000;
const MOST_CHARACTERS = 300_000;

/** A question says nothing, unless "yes" or "no" follows: then it says what it asks, or denies it. */
function readLine(text: string, next: string, source: number): Line {
  const { specifics: exact, words: plain } = readSpecifics(text);
  const specifics = [...exact, ...readNumberWords(plain)];
  const words = readWords(plain);
  const line = { text, words, specifics, index: indexSpecifics(specifics), source, isStatement: true, certainty: readCertainty(text) };
  if (!text.endsWith("?")) return line;
  if (/^(?:yes|ja|oui|sí|si|sì|sim)(?!\p{L})/iu.test(next)) return line;
  if (!/^(?:no|nein|non|nee|nej|não|nie)(?![\p{L}])[,.!]/iu.test(next)) return { ...line, isStatement: false };
  return { ...line, words: { ...words, stems: new Map([...words.stems].map(([stem, isNegated]) => [stem, !isNegated])), hasNegation: true } };
}

function readLines(sources: readonly string[]): Line[] {
  const lines: Line[] = [];
  let left = MOST_CHARACTERS;
  sources.forEach((text, source) => {
    const sentences = splitSentences(text.slice(0, left));
    left -= Math.min(left, text.length);
    for (let at = 0; at < sentences.length && lines.length < MOST_LINES; at += 1) lines.push(readLine(sentences[at]?.text ?? "", sentences[at + 1]?.text ?? "", source));
  });
  return lines;
}

/** Whether just one of the two denies something that the other states, by "not" or by a word such as "free" for cost. */
function isOpposite(claim: SentenceWords, line: SentenceWords): boolean {
  const isTurned = (stem: string): boolean => claim.stems.has(stem) && line.stems.has(stem) && claim.stems.get(stem) !== line.stems.get(stem);
  if ([...claim.inverted].some(isTurned) || [...line.inverted].some(isTurned)) return true;
  if (claim.hasNegation === line.hasNegation) return false;
  const [denying, plain] = claim.hasNegation ? [claim, line] : [line, claim];
  return [...denying.stems].some(([stem, isNegated]) => isNegated && plainWeight(stem) === 1 && plain.stems.get(stem) === false);
}

type Weights = { of(stem: string): number; linesWith(stem: string): readonly number[] };

/** Rarity in the evidence itself; a word that stands nowhere in it weighs as much as the rarest. */
function weigh(lines: readonly Line[]): Weights {
  const index = new Map<string, number[]>();
  lines.forEach(({ words }, at) => {
    for (const stem of words.stems.keys()) {
      const places = index.get(stem);
      if (places === undefined) index.set(stem, [at]);
      else places.push(at);
    }
  });
  return {
    of: (stem) => plainWeight(stem) * (1 + 0.5 * Math.log((lines.length + 1) / ((index.get(stem)?.length ?? 0) + 1))),
    linesWith: (stem) => index.get(stem) ?? [],
  };
}

type Body = { lines: readonly Line[]; weights: Weights };
type Near = { at: number; share: number };
type Place = { share: number; hasFigures: boolean };

/** The share of the claim's weight for which `isThere` holds. */
function shareOf(claim: SentenceWords, weights: Weights, isThere: (stem: string) => boolean): number {
  let total = 0;
  let found = 0;
  for (const stem of claim.stems.keys()) {
    const weight = weights.of(stem);
    total += weight;
    if (isThere(stem)) found += weight;
  }
  return total === 0 ? 0 : found / total;
}

/** The lines that share most with the claim, best first. */
function findNear({ weights }: Body, claim: SentenceWords): Near[] {
  const sums = new Map<number, number>();
  let total = 0;
  for (const stem of claim.stems.keys()) {
    const weight = weights.of(stem);
    total += weight;
    for (const at of weights.linesWith(stem)) sums.set(at, (sums.get(at) ?? 0) + weight);
  }
  const all = [...sums].map(([at, sum]) => ({ at, share: sum / total }));
  return all.toSorted((one, other) => other.share - one.share || one.at - other.at).slice(0, MOST_PLACES);
}

/** The rows of one to three neighbouring lines of one source that hold this line. */
function windowsAround(lines: readonly Line[], at: number): (readonly Line[])[] {
  const windows: (readonly Line[])[] = [];
  for (let size = 1; size <= WINDOW; size += 1) {
    for (let from = Math.max(0, at - size + 1); from <= at; from += 1) {
      if (lines[from]?.source === lines[from + size - 1]?.source) windows.push(lines.slice(from, from + size));
    }
  }
  return windows;
}

/** The place with the claim's figures that shares most of its words, or, much better in words, one without them. */
function findPlace({ lines, weights }: Body, claim: SentenceWords, claimed: readonly Specific[], near: readonly Near[]): Place | null {
  let best: Place | null = null;
  for (const window of near.flatMap(({ at }) => windowsAround(lines, at))) {
    const share = shareOf(claim, weights, (stem) => window.some(({ words }) => words.stems.has(stem))) * WINDOW_DISCOUNT ** (window.length - 1);
    const rank = best === null ? -1 : best.share + (best.hasFigures ? FIGURES_BONUS : 0);
    if (share + FIGURES_BONUS <= rank) continue;
    const hasFigures = claimed.every((specific) => window.some(({ index }) => index.has(specific)));
    if (share + (hasFigures ? FIGURES_BONUS : 0) > rank) best = { share, hasFigures };
  }
  return best;
}

/** Whether all statements that share most with the claim have it. */
function isOfNearest({ lines }: Body, near: readonly Near[], has: (line: Line) => boolean): boolean {
  const statements = near.flatMap(({ at, share }) => { const line = lines[at]; return line?.isStatement === true ? [{ line, share }] : []; });
  const nearest = statements[0]?.share ?? 0;
  if (nearest < DENIED_FROM) return false;
  return statements.filter(({ share }) => share >= nearest * NEAR).every(({ line }) => has(line));
}

function findContradiction(body: Body, claim: SentenceWords, claimed: readonly Specific[]): string | null {
  for (const { at, share } of findNear(body, claim)) {
    const line = body.lines[at];
    if (line === undefined || share < ALIKE_FROM) return null;
    if (!line.isStatement) continue;
    const isOtherFigure = claimed.some((specific) => specific.unit !== null && line.index.hasUnit(specific.unit) && !line.index.has(specific));
    if (isOtherFigure || isOpposite(claim, line.words)) return line.text;
  }
  return null;
}

/** Gathers evidence once for all sentences of a reply. Linear in its length; 300,000 characters and 5,000 sentences are read. */
export function createEvidence(sources: readonly string[]): Evidence {
  const lines = readLines(sources);
  const body: Body = { lines, weights: weigh(lines) };
  const all = indexSpecifics(lines.flatMap(({ specifics }) => specifics));
  return {
    has: (specific) => all.has(specific),
    support(claim, claimed, certainty) {
      const near = findNear(body, claim);
      const place = findPlace(body, claim, claimed, near);
      if (place === null) return { share: 0, isDenied: false, isElsewhere: false, isLessSure: false };
      const everywhere = shareOf(claim, body.weights, (stem) => body.weights.linesWith(stem).length > 0);
      return {
        share: PLACE_WEIGHT * place.share + (1 - PLACE_WEIGHT) * everywhere, isElsewhere: !place.hasFigures,
        isDenied: isOfNearest(body, near, (line) => isOpposite(claim, line.words)), isLessSure: isOfNearest(body, near, (line) => isSurer(certainty, line.certainty)),
      };
    },
    contradiction: (claim, claimed) => findContradiction(body, claim, claimed),
  };
}
