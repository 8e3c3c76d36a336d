import type { PatternNode } from "./pattern-program.ts";

const LINE_ENDS = new Set([0x0a, 0x0d, 0x2028, 0x2029]);
/** Signs that need no escape may have one: RE2 and many hands write so, JavaScript with `u` refuses it. */
const ANY_ESCAPE = /\\([\s\S])/g;
const NEEDLESSLY_ESCAPED = /[ !"#%&',:;<=>@_`~-]/;
/** The whole of one escape. */
const ESCAPE = /\\(?:[pP]\{[^}]*\}|u\{[0-9a-fA-F]+\}|u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|c[a-zA-Z]|[\s\S])/uy;
const CLASS = /\[(?:\\[\s\S]|[^\]\\])*\]/uy;
const QUANTIFIER = /(?:([*+?])|\{(\d+)(?:(,)(\d*))?\})\??/uy;
const LOOK = /\(\?<?[=!]/uy;
const GROUP = /\((?:\?(?::|<[^>=!][^>]*>))?/uy;

/** `ignoresCase`: JavaScript's flag `i`. `looksAround`: it may look ahead, and back over one sign. */
export type PatternOptions = { ignoresCase?: boolean; looksAround?: boolean };

/**
 * The tree of a pattern in JavaScript's syntax with `u`. Throws Error with the reason: it is no pattern, it refers back, which nothing
 * can do in time that grows with the text only, or it looks around where it may not.
 */
export function parsePattern(given: string, options: PatternOptions = {}): PatternNode {
  const source = given.replace(ANY_ESCAPE, (all, sign: string) => (NEEDLESSLY_ESCAPED.test(sign) ? `\\x${sign.charCodeAt(0).toString(16).padStart(2, "0")}` : all));
  refuseInvalid(source, given);
  return readChoice({ source, at: 0, given, options, groups: 0 });
}

function refuseInvalid(source: string, given: string): RegExp {
  try {
    return new RegExp(source, "u");
  } catch (error) {
    throw new Error(`the pattern "${given}" is not valid`, { cause: error });
  }
}

/** The syntax is right already; this only follows it. */
type Reading = { source: string; at: number; given: string; options: PatternOptions; /** Read so far that a value is taken from. */ groups: number };

function readChoice(reading: Reading): PatternNode {
  const branches = [readSequence(reading)];
  while (reading.source.charAt(reading.at) === "|") {
    reading.at += 1;
    branches.push(readSequence(reading));
  }
  const [only] = branches;
  return branches.length === 1 && only !== undefined ? only : { kind: "choice", branches };
}

function readSequence(reading: Reading): PatternNode {
  const parts: PatternNode[] = [];
  while (reading.at < reading.source.length && !"|)".includes(reading.source.charAt(reading.at))) parts.push(readRepeated(reading));
  return { kind: "sequence", parts };
}

function readRepeated(reading: Reading): PatternNode {
  const of = readAtom(reading);
  const quantifier = take(reading, QUANTIFIER);
  if (quantifier === null) return of;
  const [, sign, low, isRange, high] = quantifier;
  if (sign !== undefined) return { kind: "repeat", of, min: sign === "+" ? 1 : 0, max: sign === "?" ? 1 : null };
  const min = Number(low);
  return { kind: "repeat", of, min, max: isRange === undefined ? min : high === "" ? null : Number(high) };
}

function readAtom(reading: Reading): PatternNode {
  switch (reading.source.charAt(reading.at)) {
    case "(": return readGroup(reading);
    case "[": return oneOf(take(reading, CLASS)?.[0] ?? "", reading.options);
    case "\\": return readEscape(reading);
    case ".": return skip(reading, { kind: "char", takes: (sign) => !LINE_ENDS.has(sign) });
    case "^": return skip(reading, { kind: "place", holds: (before) => before === null });
    case "$": return skip(reading, { kind: "place", holds: (_, after) => after === null });
  }
  const sign = reading.source.codePointAt(reading.at) ?? 0;
  reading.at += sign > 0xffff ? 2 : 1;
  return reading.options.ignoresCase === true ? oneOf(`\\u{${sign.toString(16)}}`, reading.options) : { kind: "char", takes: (other) => other === sign };
}

function readGroup(reading: Reading): PatternNode {
  const look = reading.options.looksAround === true ? take(reading, LOOK)?.[0] : undefined;
  if (look !== undefined) return readLook(reading, look);
  const opening = take(reading, GROUP)?.[0];
  if (opening === undefined || (opening === "(" && reading.source.charAt(reading.at) === "?")) throw new Error(`the pattern "${reading.given}" cannot be used (there is no look-around, and no flags inside)`);
  const isFirst = opening !== "(?:" && (reading.groups += 1) === 1;
  const of = readChoice(reading);
  return skip(reading, isFirst ? { kind: "group", of } : of);
}

/** One sign is looked at where it stands; only ahead may more be looked for. */
function readLook(reading: Reading, opening: string): PatternNode {
  const isNegated = opening.endsWith("!");
  const isBack = opening.includes("<");
  // What stands in it is no value.
  const groups = (reading.groups += 1);
  const of = skip(reading, readChoice(reading));
  reading.groups = groups - 1;
  const takes = oneSignOf(of);
  if (takes !== null) return { kind: "place", holds: (before, after) => takesAt(takes, isBack ? before : after) !== isNegated };
  if (isBack) throw new Error(`the pattern "${reading.given}" cannot be used (it looks back over more than one sign)`);
  return { kind: "ahead", of, isNegated };
}

function takesAt(takes: (sign: number) => boolean, sign: number | null): boolean {
  return sign !== null && takes(sign);
}

/** Null: it is not always one sign. */
function oneSignOf(node: PatternNode): ((sign: number) => boolean) | null {
  if (node.kind === "char") return node.takes;
  if (node.kind === "sequence") return node.parts.length === 1 && node.parts[0] !== undefined ? oneSignOf(node.parts[0]) : null;
  if (node.kind !== "choice") return null;
  const branches = node.branches.map(oneSignOf);
  return branches.includes(null) ? null : (sign) => branches.some((takes) => takes?.(sign) === true);
}

function readEscape(reading: Reading): PatternNode {
  const escape = take(reading, ESCAPE)?.[0] ?? "";
  if (escape === "\\b" || escape === "\\B") return { kind: "place", holds: (before, after) => (isWord(before) !== isWord(after)) === (escape === "\\b") };
  if (/^\\(?:[1-9]|k)/.test(escape)) throw new Error(`the pattern "${reading.given}" cannot be used (there is no reference back)`);
  return oneOf(escape, reading.options);
}

/** A class or an escape stands for one sign, so the built-in engine may say which: it can do nothing long with one. */
function oneOf(source: string, { ignoresCase = false }: PatternOptions): PatternNode {
  const one = new RegExp(`^${source}$`, ignoresCase ? "iu" : "u");
  const ascii = Uint8Array.from({ length: 128 }, (_, sign) => (one.test(String.fromCharCode(sign)) ? 1 : 0));
  return { kind: "char", takes: (sign) => (sign < 128 ? ascii[sign] === 1 : one.test(String.fromCodePoint(sign))) };
}

function isWord(sign: number | null): boolean {
  return sign !== null && /\w/.test(String.fromCodePoint(sign));
}

function skip(reading: Reading, node: PatternNode): PatternNode {
  reading.at += 1;
  return node;
}

function take(reading: Reading, what: RegExp): RegExpExecArray | null {
  what.lastIndex = reading.at;
  const found = what.exec(reading.source);
  if (found !== null) reading.at = what.lastIndex;
  return found;
}
