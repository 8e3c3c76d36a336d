import { foldWord } from "../fold-word.ts";
import { isWordCharacter, withoutOverlaps } from "../detector.ts";
import type { Detector, Span } from "../detector.ts";
import { isLetterUnit } from "../word-starts.ts";
import { capitalGroups } from "./capital-groups.ts";
import type { CapitalGroup } from "./capital-groups.ts";
import { COMMON_WORDS } from "./common-words.ts";
import { DOUBTFUL_NAMES } from "./doubtful-names.ts";
import { FIRST_NAMES } from "./first-names.ts";
import { isFamilyName } from "./family-names.ts";

const TITLES = new Set("mr mrs ms miss mx dr prof herr frau sir madam mme mlle monsieur madame sr sra srta senor senora signor signora sig dott".split(" "));
/** What stands at the end of a company's name, or of a thing's. */
const COMPANY = new Set("inc ltd llc gmbh corp corporation company co group plc ag sa bv oy ab holdings bank university institute street road avenue lane systems software services research solutions partners".split(" "));
/** What right before a name says that a name follows. */
const CUE =
  /(?<![\p{L}])(?:name(?:'s| is| was|:| to| as)|naam is|name ist|called|named|i am|i'm|i’m|this is|it's|it is under|under|je m[’']appelle|me llamo|mi chiamo|me chamo|ich hei(?:ß|ss)e|ich bin|ik ben|ik heet|jag heter|hei(?:ß|ss)t|dear|liebe[rs]?|cher|chère|estimad[oa]|regards,?|sincerely,?|gr(?:ü|ue)(?:ß|ss)en?,?|cordialement,?|saludos,?|saluti,?|cheers,?|best,?|thanks,?|yours,?|mr\.?|mrs\.?|ms\.?|dr\.?|prof\.?|herrn?|frau|speak (?:to|with)|talk(?:ed)? (?:to|with)|spoke (?:to|with)|colleague|manager|wife|husband|partner|son|daughter|brother|sister|mother|father|friend|boss|neighbou?r|signed|attn:?|contact:?|customer:?|recipient:?|kunde:?|client:?|passenger:?|guest:?|from:|to:|with:)["“'\s-]{1,3}$/iu;
/** The last words of all cues: looked up before the pattern is tried. */
const CUE_ENDS = new Set(
  "name name's is was to as ist called named am i'm i’m it's under appelle llamo chiamo chamo heiße heisse heiss heiß bin ben heet heter heißt heisst dear lieber liebe liebes cher chère estimado estimada regards sincerely grüße grüßen gruesse gruessen grüsse grüssen gruße grussen cordialement saludos saluti cheers best thanks yours mr mrs ms dr prof herr herrn frau with colleague manager wife husband partner son daughter brother sister mother father friend boss neighbour neighbor signed attn contact customer recipient kunde client passenger guest from".split(" "),
);
/** What right behind a name says that it was one. */
const SAYS = /^,? (?:said|says|told|asked|wrote|called me|speaking|here|lives|is my|was born|has been|will be talking)(?!\p{L})/u;
const ALONE_ON_LINE = /^[ \t,]*(?:\n|$)/;
const LOOK_BACK = 28;
const MOST_WORDS = 5;
const LOWER_CUE = /(?:name is|name:|naam is|name ist|m['’]appelle|me llamo|mi chiamo|me chamo|ich hei(?:ß|ss)e|jag heter|ik heet|i am called|calls me|named (?:him|her))[ \t"“']{1,6}/gi;
const SMALL_NAME = /\p{Ll}[\p{L}\p{M}'’-]{1,29}(?: \p{L}[\p{L}\p{M}'’-]{1,29}){0,3}/uy;

function isGivenName(folded: string): boolean {
  return FIRST_NAMES.has(folded) || (folded.includes("-") && FIRST_NAMES.has(folded.slice(0, folded.indexOf("-"))));
}

/** The word in front of a place, in small letters; signs between are passed over. */
function wordBefore(text: string, at: number): string {
  let end = at;
  while (end > 0 && at - end < 5 && !isLetterUnit(text.charCodeAt(end - 1))) end -= 1;
  let begin = end;
  while (begin > 0 && end - begin < 14 && (isLetterUnit(text.charCodeAt(begin - 1)) || /['’]/.test(text.charAt(begin - 1)))) begin -= 1;
  return text.slice(begin, end).replace(/^['’]+/, "").replace(/^[mM]['’]/, "").toLowerCase();
}

/** Where in a group the name of a person begins; -1: nowhere. */
function nameBegins(text: string, group: CapitalGroup): number {
  const { words, start, end } = group;
  const title = words.findIndex(({ folded }) => TITLES.has(folded));
  if (title !== -1 && title < words.length - 1) return title + 1;
  if (words.some(({ folded }) => COMPANY.has(folded))) return -1;
  const isCued = title === -1 && CUE_ENDS.has(wordBefore(text, start)) && CUE.test(text.slice(Math.max(0, start - LOOK_BACK), start));
  if (isCued && !(group.isFirst && words.length === 1 && DOUBTFUL_NAMES.has(words[0]?.folded ?? ""))) return 0;
  const given = words.findIndex(({ folded }) => isGivenName(folded));
  if (given === -1 && isFamilyName(words.at(-1)?.folded ?? "", text.slice(words.at(-1)?.start, end)) && (words.length > 1 || !group.isFirst)) return Math.max(0, words.length - 3);
  if (given === -1) return SAYS.test(text.slice(end, end + 24)) && words.length <= 3 && !group.isFirst ? 0 : -1;
  const isPlain = DOUBTFUL_NAMES.has(words[given]?.folded ?? "");
  if (!isPlain || words.length - given >= 2) return given;
  return group.isFirst && ALONE_ON_LINE.test(text.slice(end, end + 4)) ? given : -1;
}

/** The part of a group that names a person; null: none. */
export function personIn(text: string, group: CapitalGroup): Span | null {
  const begins = nameBegins(text, group);
  const words = begins === -1 ? [] : group.words.slice(begins, begins + MOST_WORDS);
  const [first, last] = [words[0], words.at(-1)];
  if (first === undefined || last === undefined || (words.length === 1 && last.end - first.start < 2)) return null;
  return { start: first.start, end: last.end };
}

/** Names in small letters, behind words that leave nothing else: up to the first common word. */
function findInSmallLetters(text: string): Span[] {
  const spans: Span[] = [];
  for (const { 0: cue, index } of text.matchAll(LOWER_CUE)) {
    const start = index + cue.length;
    SMALL_NAME.lastIndex = start;
    const found = isWordCharacter(text, index - 1) ? undefined : SMALL_NAME.exec(text)?.[0];
    if (found === undefined) continue;
    let end = start;
    for (const word of found.split(" ")) {
      if (COMMON_WORDS.has(foldWord(word))) break;
      end += word.length + (end === start ? 0 : 1);
    }
    if (end > start) spans.push({ start, end });
  }
  return spans;
}

/**
 * Names of people nobody told us of: common first names with what follows them, and what stands behind "my name is", "Dear",
 * "Mrs" and the like. A capital letter alone makes no name, so that articles and places stay.
 *
 * Units: linear. Source: a list of first names and rules of context; no weights.
 */
export const personDetector: Detector = {
  kind: "name",
  find(text) {
    const spans = capitalGroups(text).flatMap((group) => personIn(text, group) ?? []);
    return withoutOverlaps([...spans, ...findInSmallLetters(text)]);
  },
  isDivisible: true,
  normalise: (value) => foldWord(value).replace(/[^\p{L}\p{N}]+/gu, " ").trim(),
};
