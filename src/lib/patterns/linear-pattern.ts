import { messageOf } from "../app-error.ts";
import { compileProgram } from "./pattern-program.ts";
import { parsePattern, type PatternOptions } from "./parse-pattern.ts";
import { createSteps, findIn, type Place } from "./run-program.ts";

const MAX_LENGTH = 1_000;
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

const known = new Map<string, LinearPattern>();

/**
 * Compiled once and kept. Throws Error with the reason, as the end of a sentence.
 *
 * Source: Ken Thompson, Regular Expression Search Algorithm, CACM 1968; every state is visited once a character.
 */
export function compilePattern(source: string): LinearPattern {
  const found = known.get(source);
  if (found !== undefined) return found;
  const program = programOf(source);
  const made: LinearPattern = {
    test: (text) => findIn(program, text, { isEnough: true, steps: createSteps(text) }) !== null,
    find(text) {
      const found = findIn(program, text, { steps: createSteps(text) });
      return found === null ? null : text.slice(found.start, found.end);
    },
  };
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(source, made);
  return made;
}

function programOf(source: string, options: PatternOptions = {}) {
  if (source.length > MAX_LENGTH) throw new Error(`the pattern has more than ${MAX_LENGTH.toLocaleString("en")} characters`);
  return compileProgram(parsePattern(source, options));
}

/**
 * Finds all places of a pattern with the flags `i` and `u`, from left to right, each as long as it can be and none within another: where
 * the first group stands, or the whole where there is none. It may look ahead, and back over one sign.
 *
 * Shapes: at most `most` places, in UTF-16 units; empty ones are left out.
 * Throws: Error with the reason when it is made; `PatternTooSlow` as `test` does.
 */
export function compileFinder(source: string): (text: string, most: number) => Place[] {
  const program = programOf(source, { ignoresCase: true, looksAround: true });
  return (text, most) => {
    const places: Place[] = [];
    const steps = createSteps(text);
    for (let from = 0; places.length < most && from <= text.length; ) {
      const found = findIn(program, text, { from, steps });
      if (found === null) break;
      const { start, end } = found.group ?? found;
      if (end > start) places.push({ start, end });
      from = found.end > found.start ? found.end : found.end + 1;
    }
    return places;
  };
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
