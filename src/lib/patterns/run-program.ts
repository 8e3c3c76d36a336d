import type { CharTest, Program } from "./pattern-program.ts";

const MAX_STEPS = 10_000_000;

export class PatternTooSlow extends Error {
  override name = "PatternTooSlow";
}

/** In UTF-16 units; `end` is behind the last one. */
export type Place = { start: number; end: number };
/** `group`: where the value in it stands, where there is a group and the match went through it. */
export type Found = Place & { group: Place | null };
/** A place in the pattern that waits for the next sign, where in the text its match began, and its group so far. */
type Thread = { test: CharTest; start: number; group: Place | null };

/** Counts the work on one text. Throws `PatternTooSlow`. */
export type Steps = { add(count: number): void };

export function createSteps(text: string): Steps {
  let steps = 0;
  return {
    add(count) {
      steps += count;
      if (steps > MAX_STEPS) throw new PatternTooSlow(`the text of ${text.length.toLocaleString("en")} characters is too long for this pattern`);
    },
  };
}

/** `from`: where to begin. With `isEnough` any match will do, the sooner the better; with `isHere` it must begin at `from`. */
export type FindOptions = { from?: number; isEnough?: boolean; isHere?: boolean; steps: Steps };

/**
 * The first match, as long as it can be. Throws `PatternTooSlow`.
 *
 * Source: Ken Thompson, Regular Expression Search Algorithm, CACM 1968; every state is visited once a character.
 */
export function findIn(program: Program, text: string, { from = 0, isEnough = false, isHere = false, steps }: FindOptions): Found | null {
  const marks = new Uint32Array(program.length);
  const open: { at: number; group: Place | null }[] = [];
  let current: Thread[] = [];
  let found: Found | null = null;
  let generation = 0;
  let before = signBefore(text, from);
  /** Follows what takes no sign; what is found when the end of the pattern is reached. */
  const follow = (thread: { next: number; start: number; group: Place | null }, at: number, after: number | null, into: Thread[]): Found | null => {
    let ended: Found | null = null;
    open.push({ at: thread.next, group: thread.group });
    for (let reached = open.pop(); reached !== undefined; reached = open.pop()) {
      const { at: place, group } = reached;
      const instruction = program[place];
      if (marks[place] === generation || instruction === undefined) continue;
      marks[place] = generation;
      steps.add(1);
      if (instruction.kind === "end") ended = { start: thread.start, end: at, group: group === null || group.end < 0 ? null : group };
      else if (instruction.kind === "char") into.push({ test: instruction, start: thread.start, group });
      else if (instruction.kind === "fork") for (const to of instruction.to) open.push({ at: to, group });
      else if (instruction.kind === "mark") open.push({ at: place + 1, group: instruction.isEnd ? { start: group?.start ?? at, end: at } : { start: at, end: -1 } });
      else if (instruction.kind === "ahead") {
        if ((findIn(instruction.program, text, { from: at, isEnough: true, isHere: true, steps }) !== null) !== instruction.isNegated) open.push({ at: place + 1, group });
      } else if (instruction.holds(before, after)) open.push({ at: place + 1, group });
    }
    return ended;
  };
  for (let at = from; at <= text.length; ) {
    const sign = text.codePointAt(at) ?? null;
    generation += 1;
    const next: Thread[] = [];
    // Threads stand in the order of their starts, so the first to reach a place has the earliest.
    for (const { test, start, group } of current) {
      if (found !== null && start > found.start) break;
      if (before !== null && test.takes(before)) found = follow({ next: test.next, start, group }, at, sign, next) ?? found;
    }
    if (found === null && (!isHere || at === from)) found = follow({ next: 0, start: at, group: null }, at, sign, next);
    if (found !== null && (isEnough || next.length === 0)) return found;
    if (isHere && next.length === 0) return null;
    steps.add(current.length + 1);
    current = next;
    before = sign;
    at += sign !== null && sign > 0xffff ? 2 : 1;
  }
  return found;
}

function signBefore(text: string, at: number): number | null {
  if (at === 0) return null;
  const last = text.charCodeAt(at - 1);
  return last >= 0xdc00 && last <= 0xdfff && at > 1 ? (text.codePointAt(at - 2) ?? null) : last;
}
