import { compactOf, isWordCharacter } from "../detector.ts";
import type { Detector, Span } from "../detector.ts";
import { isCalledRecord } from "../record-words.ts";
import { IDENTIFIERS } from "./all-identifiers.ts";
import type { Identifier } from "./identifier.ts";

/** Letters and digits without a break; what stands between two of one number is at most one sign. */
type Chunk = { start: number; end: number; hasDigit: boolean };

const MOST_CHUNKS = 8;
const LONGEST = 20;
const SHORTEST = 4;
const LOOK_BACK = 60;
const LOOK_AHEAD = 24;
const DIGIT = /\d/g;
/** The only thing written, apart from signs of the sentence. */
const NOTHING = /^[\s.,;:!?"'()[\]-]*$/;
const ANYTHING_ELSE = 12;

function isAlphanumeric(code: number): boolean {
  return (code > 47 && code < 58) || (code > 64 && code < 91) || (code > 96 && code < 123);
}

function isDigit(code: number): boolean {
  return code > 47 && code < 58;
}

function isSeparator(code: number): boolean {
  // blank + - . / :
  return code === 32 || code === 43 || (code > 44 && code < 48) || code === 58 || code === 160;
}

/** The chunk around a place, cut at twice the length any number has. */
function chunkAround(text: string, at: number): Chunk {
  let start = at;
  while (start > 0 && at - start <= LONGEST && isAlphanumeric(text.charCodeAt(start - 1))) start -= 1;
  let end = at;
  while (end < text.length && end - at <= LONGEST && isAlphanumeric(text.charCodeAt(end))) end += 1;
  let hasDigit = false;
  for (let i = start; i < end && !hasDigit; i += 1) hasDigit = isDigit(text.charCodeAt(i));
  return { start, end, hasDigit };
}

/** Letters alone may begin a number ("PR 12 36 12 C") when they are few. */
function lettersBefore(text: string, start: number): Chunk | null {
  if (start < 2 || !isSeparator(text.charCodeAt(start - 1)) || !isAlphanumeric(text.charCodeAt(start - 2))) return null;
  const chunk = chunkAround(text, start - 2);
  return !chunk.hasDigit && chunk.end - chunk.start <= 3 ? chunk : null;
}

/** All chunks that may be one number together, from the first digit on. */
function chunksFrom(text: string, at: number): Chunk[] {
  const first = chunkAround(text, at);
  const before = lettersBefore(text, first.start);
  const chunks = before === null ? [first] : [before, first];
  for (let last = first; chunks.length < 64; ) {
    if (!isSeparator(text.charCodeAt(last.end)) || !isAlphanumeric(text.charCodeAt(last.end + 1))) break;
    const next = chunkAround(text, last.end + 1);
    if (!next.hasDigit && next.end - next.start > 3) break;
    chunks.push(next);
    last = next;
  }
  return chunks;
}

type Rule = Identifier & { labelled: RegExp };

function rulesByLength(identifiers: readonly Identifier[]): Map<number, Rule[]> {
  const rules = new Map<number, Rule[]>();
  for (const identifier of identifiers) {
    const rule = { ...identifier, labelled: new RegExp(`(?<![\\p{L}])(?:${identifier.label})(?![\\p{L}])`, "iu") };
    for (const length of identifier.lengths) rules.set(length, [...(rules.get(length) ?? []), rule]);
  }
  return rules;
}

/** Whether the words around say what it is, or it needs none to. */
function stands(text: string, span: Span, written: string, rule: Rule): boolean {
  const before = text.slice(Math.max(0, span.start - LOOK_BACK), span.start);
  if (rule.labelled.test(before) || rule.labelled.test(text.slice(span.end, span.end + LOOK_AHEAD))) return true;
  if (isCalledRecord(text, span.start)) return false;
  if (rule.standing === "anywhere" || rule.written?.test(written) === true) return true;
  if (rule.standing !== "message" || span.start > ANYTHING_ELSE || text.length - span.end > ANYTHING_ELSE) return false;
  return NOTHING.test(text.slice(0, span.start)) && NOTHING.test(text.slice(span.end));
}

function matchAt(text: string, start: number, end: number, rules: readonly Rule[]): Span | null {
  const written = text.slice(start, end).toUpperCase();
  const compact = compactOf(written);
  for (const rule of rules) {
    if (!rule.form.test(written) || (rule.isValid !== undefined && !rule.isValid(compact))) continue;
    if (stands(text, { start, end }, written, rule)) return { start, end, kind: rule.kind };
  }
  return null;
}

/** The longest number that begins with this chunk. */
function longestFrom(text: string, chunks: readonly Chunk[], first: number, rules: Map<number, Rule[]>): { span: Span; last: number } | null {
  let longest: { span: Span; last: number } | null = null;
  let length = 0;
  let hasDigit = false;
  const start = chunks[first]?.start ?? 0;
  for (let last = first; last < Math.min(chunks.length, first + MOST_CHUNKS); last += 1) {
    const chunk = chunks[last];
    if (chunk === undefined) break;
    length += chunk.end - chunk.start;
    hasDigit ||= chunk.hasDigit;
    if (length > LONGEST) break;
    const candidates = hasDigit && length >= SHORTEST ? rules.get(length) : undefined;
    if (candidates === undefined || isWordCharacter(text, chunk.end)) continue;
    const span = matchAt(text, start, chunk.end, candidates);
    if (span !== null) longest = { span, last };
  }
  return longest;
}

function findIn(text: string, chunks: readonly Chunk[], rules: Map<number, Rule[]>): Span[] {
  const spans: Span[] = [];
  for (let first = 0; first < chunks.length; first += 1) {
    const start = chunks[first]?.start ?? 0;
    if (isWordCharacter(text, start - 1) || text.charCodeAt(start - 1) === 95) continue;
    const found = longestFrom(text, chunks, first, rules);
    if (found === null) continue;
    spans.push(found.span);
    first = found.last;
  }
  return spans;
}

/**
 * Numbers that authorities, insurers and banks give out. The text is gone through once for digits; what stands around them is
 * held against the rules for its length only.
 *
 * Units: at most eight groups and twenty letters and digits make one number.
 */
export function createIdentifierDetector(identifiers: readonly Identifier[] = IDENTIFIERS): Detector {
  const rules = rulesByLength(identifiers);
  return {
    kind: "national_id",
    find(text) {
      const spans: Span[] = [];
      DIGIT.lastIndex = 0;
      for (let match = DIGIT.exec(text); match !== null; match = DIGIT.exec(text)) {
        const chunks = chunksFrom(text, match.index);
        const end = chunks.at(-1)?.end ?? match.index + 1;
        const from = spans.at(-1)?.end ?? 0;
        if (end - match.index >= SHORTEST - 2) spans.push(...findIn(text, chunks, rules).filter(({ start }) => start >= from));
        DIGIT.lastIndex = Math.max(end, match.index + 1);
      }
      return spans;
    },
    normalise: compactOf,
  };
}
