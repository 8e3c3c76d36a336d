import type { Span } from "./detector.ts";
import { isWordCharacter, withoutOverlaps } from "./detector.ts";

const UNIT = /(?:(?:Apt|Apartment|Suite|Ste)\.? ?#?\d{1,6}[A-Za-z]?|(?:PSC|CMR|Unit) \d{1,6},? Box \d{1,6}|P\. ?O\. ?Box \d{1,6}|(?:Postbox|Postboks|Postbus|Postfach|Apartado|Casella postale) \d{1,6})(?![a-z0-9])/gi;
/** A number behind a word with a capital letter: with a postal code and a town behind it, or a word for a street in front, an address. */
const HOUSE_NUMBER = / \d{1,4}[a-zA-Z]?(?![\p{L}\p{N}])/gu;
const CAPITAL_BEFORE = /(?<![\p{L}\p{M}])\p{Lu}[\p{L}\p{M}'’.-]{2,30}(?: [A-Z])?$/u;
const TOWN_AFTER = /,? ?\n?(?:[A-Z]{1,2}-)?\d{3,5}(?: \d{2,3}| [A-Z]{2})? \p{Lu}\p{L}{2,30}/uy;
const NORTHERN = /(?:gatan|vägen|gränd|allén|gata|gate|gaten|vegen|veien|vej|vejen|gade|katu|tie|kuja|polku|utca|tér|ulice|ulica|cesta|puiestee|iela|gatvė)(?: [A-Z])?$/u;
const CUE =
  /(?:(?:address(?:es)?|adresse|anschrift|direcci[oó]n|indirizzo|adres|endere[cç]o|adress|osoite)(?: (?:is|ist|est|es|è|to|with|at|here they are|to the same|in))?|located at|office is at|lives? (?:at|in)|lived at|sent to|deliver(?:ed)? (?:it )?to|arrived at|return(?:ed)? (?:it )?to|meet (?:you|me|us) at|moved to|moved, my new address is|(?:ship|send|post) (?:it|this|them) to|drops? (?:you|me) off at|it is|wohne (?:in|im))(?:[:,?]| here they are:| user:){0,2}\s{1,4}(?:user: )?/gi;
const SMALL_WORD = String.raw`(?:de|la|las|los|du|van|der|den|del|della|delle|dei|di|da|do|dos|das|des|le|les|el|et|u|nad|am|im|an|upon|on|under|zu|zum|zur|y|e|of|ul\.|al\.|pl\.|os\.|str\.|rue|via|calle|avenida|r)`;
const WORD = String.raw`\p{Lu}[\p{L}\p{M}'’.-]{0,30}`;
const NUMBER = String.raw`\d[\dA-Za-z/-]{0,9}\.?`;
const NEXT = new RegExp(String.raw`(?:,? |, ?|[.,]?\n[ >\t]{0,6}(?:, )?)(?:(?:${SMALL_WORD} ){0,3}(?:${NUMBER}|${WORD})(?: \(\p{Lu}\p{L}{1,20}\))?)(?![\p{L}\p{N}])`, "uy");
const FIRST = new RegExp(String.raw`(?:${NUMBER}|${WORD})(?![\p{L}\p{N}])`, "uy");
/** Backwards no line is left whose next one begins with a number: what stands above it is a name. */
const BEFORE = new RegExp(String.raw`(?:(?<![\p{L}\p{N}])(?:${NUMBER}|${WORD}|${SMALL_WORD})(?:,? |,?\n[ >\t]{0,6}(?!\d))){1,10}$`, "u");
const MOST_PARTS = 16;
const LONGEST_STREET = 40;
const LOOK_BACK = 100;
const COMMON = /^(?:The|Please|This|That|It|I|We|You|My|Your|Our|And|Is|Are|Thanks|Thank|Hello|Hi|Can|Could|Regards|If|In|Order|Invoice|Phone|Tel|Email|Mail|Name|Date|Ref|What|When|Where|Why|How|Who)$/;

/** How far an address goes on behind a place: numbers and words with a capital letter, over line ends. */
function endOfChain(text: string, from: number): number {
  let end = from;
  for (let i = 0; i < MOST_PARTS; i += 1) {
    NEXT.lastIndex = end;
    const match = NEXT.exec(text);
    const word = match === null ? "" : (/[\p{L}]+$/u.exec(match[0])?.[0] ?? "");
    if (match === null || COMMON.test(word)) break;
    end += match[0].length;
  }
  // The dot of a sentence is none of a house number.
  return text.charAt(end - 1) === "." && end > from ? end - 1 : end;
}

function startOfChain(text: string, from: number): number {
  return from - (BEFORE.exec(text.slice(Math.max(0, from - LOOK_BACK), from))?.[0].length ?? 0);
}

function findStreets(text: string): Span[] {
  const spans: Span[] = [];
  for (const { 0: number, index } of text.matchAll(HOUSE_NUMBER)) {
    const before = CAPITAL_BEFORE.exec(text.slice(Math.max(0, index - LONGEST_STREET), index))?.[0];
    if (before === undefined) continue;
    TOWN_AFTER.lastIndex = index + number.length;
    const town = TOWN_AFTER.exec(text)?.[0] ?? "";
    if (town !== "" || NORTHERN.test(before)) spans.push({ start: index - before.length, end: index + number.length + town.length });
  }
  return spans;
}

function isAddress(text: string, { start, end }: Span): boolean {
  const value = text.slice(start, end);
  return /\d/.test(value) && /\p{Lu}\p{L}{2}/u.test(value) && /[\p{L}\d][ \n].*[\p{L}\d]/su.test(value);
}

/**
 * What a street address has around it: numbers in front, floor and flat, town, country and postal code, also on the next lines.
 * `cores` are streets that were found; others begin at a flat ("Suite 5") or behind words such as "my address is".
 */
export function withSurroundings(text: string, cores: readonly Span[]): Span[] {
  const units = Array.from(text.matchAll(UNIT), ({ 0: value, index }): Span => ({ start: index, end: index + value.length })).filter(({ start }) => !isWordCharacter(text, start - 1));
  const streets = findStreets(text);
  const grown = [...cores, ...units, ...streets].map(({ start, end }) => ({ start: startOfChain(text, start), end: endOfChain(text, end) }));
  const told = Array.from(text.matchAll(CUE), ({ 0: cue, index }) => ({ cueStart: index, start: index + cue.length })).flatMap(({ cueStart, start }) => {
    FIRST.lastIndex = start;
    const first = FIRST.exec(text);
    return first === null || COMMON.test(first[0]) || isWordCharacter(text, cueStart - 1) ? [] : [{ start, end: endOfChain(text, start + first[0].length) }];
  });
  return withoutOverlaps([...grown, ...told.filter((span) => isAddress(text, span))]);
}
