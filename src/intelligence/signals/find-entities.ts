import { messageOf } from "../../lib/app-error.ts";
import { compileFinder } from "../../lib/patterns/linear-pattern.ts";
import { PatternTooSlow, type Place } from "../../lib/patterns/run-program.ts";
import { patternInvalid } from "../intelligence.errors.ts";
import type { Entity, EntityPattern } from "../understander.ts";
import { plainName } from "./list-pattern.ts";
import { normalAmount, normalDate } from "./normal-value.ts";

const READ_CHARACTERS = 20_000;
const MOST_OF_A_KIND = 50;

const MONTHS = "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?|januar|februar|märz|mai|juni|juli|oktober|dezember|janvier|février|mars|avril|juin|juillet|août|septembre|octobre|novembre|décembre|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre";

/** What every workspace finds without asking; a pattern of its own with the same kind comes first. */
const COMMON_PATTERNS: readonly EntityPattern[] = [
  {
    kind: "date",
    pattern: String.raw`(?<![\d.\/-])(?:\d{4}-\d{2}-\d{2}|\d{1,2}[.\/]\d{1,2}[.\/](?:\d{4}|\d{2}))(?![\d\/-])|(?<!\p{L})(?:\d{1,2}(?:st|nd|rd|th|\.)? (?:of )?(?:${MONTHS})(?:,? \d{4})?|(?:${MONTHS}) \d{1,2}(?:st|nd|rd|th)?(?:,? \d{4})?)(?![\p{L}\d])`,
  },
  {
    kind: "amount",
    pattern: String.raw`(?:[€$£¥]|(?<!\p{L})(?:EUR|USD|GBP|CHF|SEK|NOK|DKK|PLN)) ?\d{1,9}(?:[.,' ]\d{3}){0,4}(?:[.,]\d{1,2})?(?!\d)|(?<![\d.,])\d{1,9}(?:[.,']\d{3}){0,4}(?:[.,]\d{1,2})? ?(?:[€£¥]|(?:EUR|euros?|USD|dollars?|GBP|pounds?|CHF|SEK|NOK|DKK|kr|PLN|zł)(?!\p{L}))`,
  },
];

/** `places`: where the values stand, at most 50. */
type Finder = { kind: string; places(text: string): Place[]; normalOf(value: string): string | null };

/** How a value of this pattern is brought into one form. */
function normaliser({ kind, names }: EntityPattern): Finder["normalOf"] {
  if (names !== undefined) return (value) => names.get(plainName(value)) ?? null;
  return kind === "date" ? normalDate : kind === "amount" ? normalAmount : () => null;
}

function compile(given: EntityPattern): Finder {
  const { kind, pattern } = given;
  try {
    return { kind, places: given.names === undefined ? ownPlaces(pattern) : placesBy(pattern), normalOf: normaliser(given) };
  } catch (thrown) {
    throw patternInvalid({ message: `The pattern of the entity "${kind}" cannot be used: ${messageOf(thrown)}.`, details: { kind, pattern }, cause: thrown });
  }
}

/** Of a pattern that somebody else has written, whose time grows with the text only. In a text that is too long for it nothing is found. */
function ownPlaces(pattern: string): Finder["places"] {
  const find = compileFinder(pattern);
  return (text) => {
    try {
      return find(text, MOST_OF_A_KIND);
    } catch (thrown) {
      if (thrown instanceof PatternTooSlow) return [];
      throw thrown;
    }
  };
}

/** Of a pattern of our own: it holds no repeat within a repeat. */
function placesBy(pattern: string): Finder["places"] {
  const expression = new RegExp(pattern, "giu");
  return (text) => {
    const places: Place[] = [];
    for (const { index, 0: value } of text.matchAll(expression)) {
      if (value !== "") places.push({ start: index, end: index + value.length });
      if (places.length === MOST_OF_A_KIND) break;
    }
    return places;
  };
}

function findOne({ kind, places, normalOf }: Finder, text: string): Entity[] {
  return places(text).map(({ start, end }) => {
    const value = text.slice(start, end);
    const normal = normalOf(value);
    return { kind, value, start, end, ...(normal === null ? {} : { normal }) };
  });
}

/**
 * Makes the function that finds a workspace's entities, and dates and amounts of money.
 *
 * Shapes: patterns are JavaScript regular expressions with the flags `i` and `u`, without references back, which may look ahead, and back
 * over one sign; the first group, if any, is the value.
 * Of two that overlap the one whose pattern stands first wins; the result is in the order of the text.
 * Units: reads 20,000 characters, returns at most 50 of a kind.
 * Throws: `intelligence.pattern_invalid` when it is made.
 * Replay: pure.
 */
export function createEntityFinder(patterns: readonly EntityPattern[]): (text: string) => Entity[] {
  const finders = [...patterns.map(compile), ...COMMON_PATTERNS.map((given) => ({ kind: given.kind, places: placesBy(given.pattern), normalOf: normaliser(given) }))];
  return (text) => {
    const head = text.slice(0, READ_CHARACTERS);
    const kept: Entity[] = [];
    for (const finder of finders) {
      const earlier = kept.length;
      for (const entity of findOne(finder, head)) {
        const isFree = kept.slice(0, earlier).every(({ start, end }) => entity.end <= start || entity.start >= end);
        if (isFree) kept.push(entity);
      }
    }
    return kept.toSorted((one, other) => one.start - other.start);
  };
}
