import type { Finder } from "../../src/guard/detectors/create-finder.ts";
import type { SynthText } from "./data.ts";

/** Types that have a form of their own. */
const PATTERN_TYPES = new Set(["CREDIT_CARD", "EMAIL_ADDRESS", "PHONE_NUMBER", "US_SSN", "IP_ADDRESS", "US_DRIVER_LICENSE", "IBAN_CODE"]);
/** What names a person or reaches them; hidden unless a tenant says otherwise. */
const PERSONAL_TYPES = new Set([...PATTERN_TYPES, "PERSON", "STREET_ADDRESS", "ADDRESS"]);
const TOKEN = /[\p{L}\p{M}\p{N}]+/gu;

export type SynthQuality = { texts: number; precision: number; recall: number; f2: number; recallByType: Record<string, number>; patternRecall: number; missed: string[] };

type Counts = { right: number; wrong: number; missed: number };

/** Recall counts four times as much as precision: what slips through cannot be taken back. Source: van Rijsbergen's F with beta 2. */
function f2Of({ right, wrong, missed }: Counts): number {
  return (5 * right) / (5 * right + 4 * missed + wrong);
}

/**
 * Words hidden against words marked, whatever their type, as Presidio Research counts ("PII against none"). With
 * `isPersonalOnly` other types are left out on both sides: a word of theirs counts neither way.
 */
export function measureSynth(texts: readonly SynthText[], finder: Finder, isPersonalOnly: boolean): SynthQuality {
  const counts: Counts = { right: 0, wrong: 0, missed: 0 };
  const types = new Map<string, { all: number; found: number }>();
  const missed: string[] = [];
  for (const { text, spans } of texts) {
    const hidden = finder.find(text, []);
    const isHidden = (at: number): boolean => hidden.some(({ start, end }) => start <= at && at < end);
    for (const { 0: word, index } of text.matchAll(TOKEN)) {
      const span = spans.find(({ start, end }) => index < end && index + word.length > start);
      if (isPersonalOnly && span !== undefined && !PERSONAL_TYPES.has(span.type)) continue;
      const isFound = isHidden(index);
      if (span === undefined) counts.wrong += isFound ? 1 : 0;
      else if (isFound) counts.right += 1;
      else counts.missed += 1;
    }
    for (const { type, start, end } of spans) {
      const isWhole = Array.from(text.slice(start, end).matchAll(TOKEN), ({ index }) => isHidden(start + index)).every(Boolean);
      const seen = types.get(type) ?? { all: 0, found: 0 };
      types.set(type, { all: seen.all + 1, found: seen.found + (isWhole ? 1 : 0) });
      if (!isWhole) missed.push(`${type} ${JSON.stringify(text.slice(start, end))} in ${JSON.stringify(text.slice(Math.max(0, start - 40), end + 20))}`);
    }
  }
  const patterns = [...types].filter(([type]) => PATTERN_TYPES.has(type)).map(([, seen]) => seen);
  return {
    texts: texts.length,
    precision: counts.right / (counts.right + counts.wrong),
    recall: counts.right / (counts.right + counts.missed),
    f2: f2Of(counts),
    recallByType: Object.fromEntries([...types].toSorted(([one], [other]) => one.localeCompare(other)).map(([type, { all, found }]) => [type, Number((found / all).toFixed(3))])),
    patternRecall: patterns.reduce((sum, { found }) => sum + found, 0) / patterns.reduce((sum, { all }) => sum + all, 0),
    missed,
  };
}
