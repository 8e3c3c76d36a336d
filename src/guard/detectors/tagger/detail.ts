import { withoutOverlaps } from "../detector.ts";
import type { Detector, Span } from "../detector.ts";
import { isCalledRecord } from "../record-words.ts";
import { foldWord } from "../fold-word.ts";
import { capitalGroups } from "./capital-groups.ts";
import type { CapitalGroup } from "./capital-groups.ts";
import { COMMON_WORDS } from "./common-words.ts";
import { DOUBTFUL_NAMES } from "./doubtful-names.ts";
import { FIRST_NAMES } from "./first-names.ts";
import { personIn } from "./person.ts";
import { COUNTRIES } from "./places.ts";

const MONTH = "(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)";
/** What has a form of its own and says something about a person together with other things: dates, days, ages, links, postal codes. */
const FORMS: readonly RegExp[] = [
  /(?<![\d.])(?:\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d)?)?|\d{1,2}[/.]\d{1,2}[/.](?:\d{4}|\d\d))(?![\d])/g,
  new RegExp(String.raw`(?<![\p{L}\d])(?:\d{1,2}(?:st|nd|rd|th)? (?:of )?${MONTH}\.?(?:,? \d{4})?|${MONTH}\.? \d{1,2}(?:st|nd|rd|th)?(?:,? \d{4})?|${MONTH} \d{4})(?![\p{L}\d])`, "giu"),
  /(?<![\p{L}\d])(?:mon|tues|wednes|thurs|fri|satur|sun)day(?![\p{L}])/giu,
  /(?<=(?:in|since|of|a|until|from|year|by) )(?:19|20)\d\d(?![\d\p{L}-])/gu,
  /(?<![\d.])\d{1,3}(?=[ -](?:years?|yrs?)?[ -]?(?:old|of age)(?!\p{L})|[ -]years?[ -]old)|(?<=turn(?:ed|s|ing) |aged? )\d{1,3}(?![\d.])/giu,
  /(?<![\p{L}\d@.])(?:https?:\/\/)?(?:www\.)?(?:[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?\.){1,4}(?:com|net|org|io|co|edu|gov|info|biz|de|at|ch|fr|es|it|nl|be|eu|uk|ie|se|no|dk|fi|pl|cz|sk|hu|ro|bg|gr|pt|si|hr|ee|lv|lt|is|lu|au|ca|us|nz|in|jp|cn|kr|br|mx|za|ru|tr)(?:\.(?:au|uk|br|ee|za|nz|jp|cy|mx|tr))?(?![\p{L}\d])(?:\/[^\s"<>]{0,200})?/giu,
  /(?<=(?:zip|post ?code|plz|postal code)\W{1,3})\d[\d -]{2,9}\d/gi,
  /(?<![\p{L}\d])(?:mr|mrs|ms|dr|prof|herr|frau)\.?(?= \p{L})/giu,
  /(?<![\p{L}\d])(?:apt|suite|ste|flat|unit|p\.? ?o\.? ?box|postbox|postboks|box|apartment)\.? \d{1,6}(?![\p{L}\d])/giu,
  /(?<![\p{L}\d])(?:PSC|Unit|CMR) \d{1,6},? Box \d{1,6}(?:\s(?:APO|FPO|DPO) (?:AA|AE|AP) \d{5})?/gu,
];
const SMALL = /(?<![\p{L}\p{M}\d@._-])\p{Ll}[\p{Ll}\p{M}]{2,}(?![\p{L}\d@_])/gu;
const NAMED = /^,? (?:is|was|are|were|had|has|from|and|gave|said|says|listed|spent|began|can|leader|office|will|in|flew|at|or)(?!\p{L})|^ ?[,(]/u;
const LINE_END = /^[.,:]?[ \t]*(?:\n|$)/;
const NUMBER_AFTER = /^(?:[ ,]{1,3}|[.,]?\n[ >]{0,6})(?:(?:Apt|Suite|Unit|Box|No|Nr|n|nan|nan\s{1,6})\.? ?)?(?:\d[\d -]{0,9}[a-zA-Z]?|[A-Z]\d[A-Z] \d[A-Z]\d|nan|[A-Z]{2,3})(?![\p{L}\d])/u;
const NUMBER_BEFORE = /(?<![\p{L}\d.])(?:\d(?:[\d -]{0,11}\d)?[a-zA-Z]?(?:, |\s{1,2})|(?:ul|al|pl|os|str|av|avda|r|c|m)\. |(?:rue|via|de|la|calle|rua) (?:de |des |du |de la |les )?)$/iu;
const GLUE = /^(?:,?\s{1,6}|,? (?:and|of|de|la|der|van|von|del|di|da) ){1}$/;
const LOOK = 18;
/** Letters that digits go on are a code ("FF-1042"). */
const CODE_BEFORE = /\d[-_/.]$/;
const CODE_AFTER = /^(?:\d|[-_/.]\d|#)/;
const MOST_NUMBERS = 3;

function isShouted(text: string): boolean {
  const capitals = text.replace(/[^\p{Lu}]+/gu, "").length;
  return capitals > 12 && capitals > text.replace(/[^\p{Ll}]+/gu, "").length;
}

/** Whether the capital letter of a group is more than that of a sentence or a heading. */
function isTold(text: string, { words, isFirst, end }: CapitalGroup): boolean {
  const [only] = words;
  if (only === undefined || (words.length === 1 && only.end - only.start < 2)) return false;
  if (CODE_AFTER.test(text.slice(end, end + 2)) || CODE_BEFORE.test(text.slice(Math.max(0, only.start - 2), only.start)) || isCalledRecord(text, only.start)) return false;
  if (!isFirst || words.length > 1) return true;
  const after = text.slice(end, end + LOOK);
  return FIRST_NAMES.has(only.folded) || COUNTRIES.has(only.folded) || LINE_END.test(after) || NAMED.test(after);
}

/** House numbers and postal codes belong to the name they stand beside. */
function withNumbers(text: string, span: Span): Span {
  let { start, end } = span;
  for (let i = 0; i < MOST_NUMBERS; i += 1) {
    start -= NUMBER_BEFORE.exec(text.slice(Math.max(0, start - LOOK), start))?.[0].length ?? 0;
    if (isCalledRecord(text, end + 1)) break;
    end += NUMBER_AFTER.exec(text.slice(end, end + LOOK))?.[0].length ?? 0;
  }
  return { start, end };
}

function findInSmallLetters(text: string): Span[] {
  const spans: Span[] = [];
  for (const { 0: word, index } of text.matchAll(SMALL)) {
    const folded = foldWord(word);
    const end = index + word.length;
    const last = spans.at(-1);
    if (last !== undefined && index === last.end + 1 && text.charAt(last.end) === " " && !COMMON_WORDS.has(folded) && last.kind === "name") spans[spans.length - 1] = { start: last.start, end };
    else if (COUNTRIES.has(folded) && !COMMON_WORDS.has(folded)) spans.push({ start: index, end, kind: "detail" });
    else if (FIRST_NAMES.has(folded) && !DOUBTFUL_NAMES.has(folded) && !COMMON_WORDS.has(folded)) spans.push({ start: index, end, kind: "name" });
  }
  return spans;
}

/** Neighbours become one: a street, its number, the town and its country on the next lines. */
function joined(text: string, spans: readonly Span[]): Span[] {
  const groups: Span[] = [];
  for (const span of spans.toSorted((one, other) => one.start - other.start || other.end - one.end)) {
    const last = groups.at(-1);
    if (last !== undefined && span.start <= last.end) groups[groups.length - 1] = { ...last, end: Math.max(last.end, span.end) };
    else if (last !== undefined && last.kind !== "name" && span.kind !== "name" && span.start - last.end <= 8 && GLUE.test(text.slice(last.end, span.start))) groups[groups.length - 1] = { ...last, end: span.end };
    else groups.push(span);
  }
  return groups;
}

/**
 * Everything that may say who somebody is, not only what names them: places, organisations, nationalities, titles, dates,
 * ages and links. For tenants that would rather hide too much.
 *
 * Units: linear. Source: capital letters, lists of first names and countries, rules of context; no weights.
 */
export const detailDetector: Detector = {
  kind: "detail",
  find(text) {
    const spans: Span[] = [];
    if (!isShouted(text)) {
      for (const group of capitalGroups(text)) {
        const person = personIn(text, group);
        if (person !== null) spans.push({ ...person, kind: "name" });
      }
      for (const group of capitalGroups(text, true)) if (isTold(text, group)) spans.push({ ...withNumbers(text, group), kind: "detail" });
    }
    const forms = FORMS.flatMap((form) => Array.from(text.matchAll(form), ({ 0: value, index }): Span => ({ start: index, end: index + value.length, kind: "detail" }))).filter(({ start }) => !isCalledRecord(text, start));
    return withoutOverlaps(joined(text, [...spans, ...forms, ...findInSmallLetters(text)]));
  },
  isDivisible: true,
  normalise: (value) => foldWord(value).replace(/[^\p{L}\p{N}]+/gu, " ").trim(),
};
