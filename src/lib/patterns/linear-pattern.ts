import { messageOf } from "../app-error.ts";
import { compileProgram, type CharTest, type Program } from "./pattern-program.ts";
import { parsePattern } from "./parse-pattern.ts";

const MAX_LENGTH = 1_000;
const MAX_STEPS = 10_000_000;
const MAX_KNOWN = 1_000;

/**
 * A regular expression of JavaScript (flag `u`) whose time grows with the text only, whoever wrote it and whatever the text:
 * there is no look-around and no reference back, and repeats count towards its size.
 */
export type LinearPattern = {
  /**
   * Whether it is found anywhere in the text.
   * Throws `PatternTooSlow` when that takes more than about a tenth of a second: a long text and a pattern of thousands of repeats.
   */
  test(text: string): boolean;
  /** What it stands for first, as much of it as it can; null: nothing. Throws as `test`. */
  find(text: string): string | null;
};

export class PatternTooSlow extends Error {
  override name = "PatternTooSlow";
}

const known = new Map<string, LinearPattern>();

/**
 * Compiled once and kept. Throws Error with the reason, as the end of a sentence.
 *
 * Source: Ken Thompson, Regular Expression Search Algorithm, CACM 1968; every state is visited once a character.
 */
export function compilePattern(source: string): LinearPattern {
  const found = known.get(source);
  if (found !== undefined) return found;
  if (source.length > MAX_LENGTH) throw new Error(`the pattern has more than ${MAX_LENGTH.toLocaleString("en")} characters`);
  const program = compileProgram(parsePattern(source));
  const made: LinearPattern = {
    test: (text) => find(program, text, true) !== null,
    find(text) {
      const found = find(program, text, false);
      return found === null ? null : text.slice(found.start, found.end);
    },
  };
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(source, made);
  return made;
}

/** Whether the pattern is the whole text. */
export function isWholeMatch(source: string, text: string): boolean {
  return compilePattern(`^(?:${source})$`).test(text);
}

/** Why a pattern cannot be used, as the end of a sentence; null: it can. */
export function faultOfPattern(source: string): string | null {
  try {
    compilePattern(source);
    return null;
  } catch (error) {
    return messageOf(error);
  }
}

type Found = { start: number; end: number };
/** A place in the pattern that waits for the next sign, and where in the text its match began. */
type Thread = { test: CharTest; start: number };

/** The first match, as long as it can be. With `isEnough` any match will do, the sooner the better. */
function find(program: Program, text: string, isEnough: boolean): Found | null {
  const marks = new Uint32Array(program.length);
  const open: number[] = [];
  let current: Thread[] = [];
  let found: Found | null = null;
  let generation = 0;
  let steps = 0;
  let before: number | null = null;
  /** Follows what takes no sign; true when the end of the pattern is reached. */
  const follow = (from: number, start: number, after: number | null, into: Thread[]): boolean => {
    let isEnd = false;
    open.push(from);
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      const instruction = program[at];
      if (marks[at] === generation || instruction === undefined) continue;
      marks[at] = generation;
      steps += 1;
      if (instruction.kind === "end") isEnd = true;
      else if (instruction.kind === "char") into.push({ test: instruction, start });
      else if (instruction.kind === "fork") open.push(...instruction.to);
      else if (instruction.holds(before, after)) open.push(at + 1);
    }
    return isEnd;
  };
  for (let at = 0; at <= text.length; ) {
    const sign = text.codePointAt(at) ?? null;
    generation += 1;
    const next: Thread[] = [];
    // Threads stand in the order of their starts, so the first to reach a place has the earliest.
    for (const { test, start } of current) {
      if (found !== null && start > found.start) break;
      if (before !== null && test.takes(before) && follow(test.next, start, sign, next)) found = { start, end: at };
    }
    if (found === null && follow(0, at, sign, next)) found = { start: at, end: at };
    if (found !== null && (isEnough || next.length === 0)) return found;
    steps += current.length + 1;
    if (steps > MAX_STEPS) throw new PatternTooSlow(`the text of ${text.length.toLocaleString("en")} characters is too long for this pattern`);
    current = next;
    before = sign;
    at += sign !== null && sign > 0xffff ? 2 : 1;
  }
  return found;
}
