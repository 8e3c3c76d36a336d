import { foldWord } from "../fold-word.ts";
import { isCapitalUnit, isLetterUnit } from "../word-starts.ts";
import { COMMON_WORDS } from "./common-words.ts";

export type Word = { folded: string; start: number; end: number };

/** Words with a capital letter side by side, without common words; `isFirst` where a sentence or line begins with them. */
export type CapitalGroup = { words: Word[]; start: number; end: number; isFirst: boolean };

const CAPITAL = /\p{Lu}[\p{L}\p{M}]*(?:['’-]\p{L}[\p{L}\p{M}]*)*/uy;
const PARTICLES = /^ (?:(?:van|der|de|la|von|vom|bin|al|el|di|da|do|dos|du|le|ter|den|del|della|y|e|zu|af|av|ben|ibn) ){0,3}$/;
const LONGEST_GAP = 16;
const SENTENCE_BEFORE = /(?:(?:^|[.!?:\n"“”„»«*>•|])[\s"“”„'‘(*>-]*|[.!?] )$/;
const LOOK_BACK = 6;

/** A letter, a digit, `_` or `@`; NaN before the start of the text is none. */
function isInsideWord(code: number): boolean {
  return isLetterUnit(code) || (code > 47 && code < 58) || code === 95 || code === 64;
}

function isTogether(text: string, word: Word | undefined, next: Word): boolean {
  if (word === undefined || next.start - word.end > LONGEST_GAP) return false;
  const gap = text.slice(word.end, next.start);
  // The dot of an initial belongs to the name.
  return PARTICLES.test(gap) || (gap === ". " && word.end - word.start <= 2) || (gap === "." && word.end - word.start === 1);
}

function beginsSentence(text: string, at: number): boolean {
  return at === 0 || SENTENCE_BEFORE.test(text.slice(Math.max(0, at - LOOK_BACK), at));
}

function closeGroup(text: string, words: Word[]): CapitalGroup {
  const start = words[0]?.start ?? 0;
  return { words, start, end: words.at(-1)?.end ?? start, isFirst: beginsSentence(text, start) };
}

/** Single letters are initials inside a name ("Hanne I. Berg"), else the word "I" or "A". */
function isInitial(text: string, words: readonly Word[], { start, end }: Word): boolean {
  return words.length > 0 && end - start === 1 && /^\.? \p{Lu}/u.test(text.slice(end, end + 3));
}

/** Groups in the order of the text. With `keepsCommon` common words stay inside a group, where only a title or name writes them so. Units: linear. */
export function capitalGroups(text: string, keepsCommon = false): CapitalGroup[] {
  const groups: CapitalGroup[] = [];
  let words: Word[] = [];
  const close = (): void => {
    if (keepsCommon) while (words.length > 0 && COMMON_WORDS.has(words.at(-1)?.folded ?? "") && words.every(({ folded }) => COMMON_WORDS.has(folded))) words.pop();
    if (words.length > 0) groups.push(closeGroup(text, words));
    words = [];
  };
  for (let index = 0; index < text.length; index += 1) {
    if (!isCapitalUnit(text.charCodeAt(index))) continue;
    CAPITAL.lastIndex = index;
    const found = CAPITAL.exec(text)?.[0] ?? "";
    const isInside = isInsideWord(text.charCodeAt(index - 1));
    index += Math.max(0, found.length - 1);
    if (found === "" || isInside) continue;
    const whole = found.replace(/['’]s$/, "");
    const word = { folded: foldWord(whole).replaceAll("’", "'"), start: index + 1 - found.length, end: index + 1 - found.length + whole.length };
    if (!isTogether(text, words.at(-1), word)) close();
    const isCommon = COMMON_WORDS.has(word.folded) && !isInitial(text, words, word);
    if (isCommon && !(keepsCommon && whole.length > 1 && (words.length > 0 || !beginsSentence(text, word.start)))) {
      close();
      continue;
    }
    words.push(word);
    if (whole.length !== found.length) close();
  }
  close();
  return groups;
}
