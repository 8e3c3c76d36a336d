import { withSurroundings } from "./address-block.ts";
import type { Detector, Span } from "./detector.ts";

const WORD = String.raw`\p{Lu}(?:[\p{L}'’.-]{0,30}\p{L}|\.)?`;
const NUMBER = String.raw`\d{1,5}(?: ?[a-zA-Z](?![\p{L}\d]))?(?:[-/]\d{1,4}[a-z]?)?(?![\p{L}\d]|[.,]\d)`;
const CITY = String.raw`${WORD}(?: ${WORD}){0,2}`;
const UK_CODE = String.raw`[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}(?![\p{L}\d])`;
const LOOK_BACK = 80;

/** `before` what must stand in front of the street word (up to it), `after` what must follow; the first of each kind that fits counts. */
type Form = { street: RegExp; before: RegExp; after: RegExp };

/** The words that make a street stand in the middle of an address and are rare, so they are looked for first. */
const FORMS: readonly Form[] = [
  {
    // 12 Old Mill Road
    street: /(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Boulevard|Blvd|Court|Ct|Place|Pl|Square|Sq|Way|Close|Terrace|Crescent|Parkway|Pkwy|Highway|Hwy|Circle|Mews|Gardens|Grove|Hill|Row|Quay)(?![\p{L}\d])/gu,
    before: new RegExp(String.raw`(?<![\p{L}\d.,])\d{1,5}[a-zA-Z]?(?:[-/]\d{1,4})? (?:[\p{Lu}\d][\p{L}\d'’.-]* ){1,4}$`, "u"),
    after: /\.?/uy,
  },
  {
    // Lindenstraße 5a, Keizersgracht 12
    street: /(?:straße|strasse|str\.|weg|platz|allee|gasse|ring|ufer|damm|steig|chaussee|straat|laan|plein|gracht|kade|dijk|singel)(?= \d)/gu,
    before: /(?<![\p{L}\d])\p{Lu}[\p{L}'’-]*$/u,
    after: new RegExp(` ${NUMBER}`, "uy"),
  },
  {
    // Unter den Linden Allee 5, Alte Straße 7, Berliner Str. 3
    street: /(?:Straße|Strasse|Str\.|Weg|Platz|Allee|Ring|Damm|Ufer)(?= \d)/gu,
    before: /(?<![\p{L}\d])(?:\p{Lu}[\p{L}'’.-]*[ -]?){1,2}$/u,
    after: new RegExp(` ${NUMBER}`, "uy"),
  },
  {
    // 14 bis, rue de la Paix
    street: /(?<=\d(?: ?(?:bis|ter))?,? )(?:[Rr]ue|[Aa]venue|[Bb]oulevard|[Pp]lace|[Cc]hemin|[Ii]mpasse|[Aa]llée|[Qq]uai|[Rr]oute|[Cc]ours)(?= )/gu,
    before: /(?<![\p{L}\d.,])\d{1,4}(?: ?(?:bis|ter))?,? $/u,
    after: new RegExp(String.raw` (?:(?:de|du|des|la|le|les) |l['’]|d['’]){0,3}${WORD}(?: ${WORD}){0,3}`, "uy"),
  },
  {
    // Calle de Alcalá 12, Via Roma, 3, Rua Augusta n.º 7
    street: /(?:[Cc]alle|[Aa]venida|[Pp]laza|[Pp]aseo|[Cc]arrer|[Vv]ia|[Vv]iale|[Pp]iazza|[Cc]orso|[Vv]icolo|[Rr]ua|[Tt]ravessa|[Pp]raça)(?= )/gu,
    before: /(?<![\p{L}\d])$/u,
    after: new RegExp(String.raw` (?:(?:de|del|della|dei|di|da|do|dos|la|las|los) ){0,2}${WORD}(?: (?:(?:de|del|di|da) )?${WORD}){0,3},? (?:n[.º°]{0,2} ?)?${NUMBER}`, "uy"),
  },
  { street: /(?:P\. ?O\. ?Box|PO Box|P\.O\. Box|Postfach)(?= \d)/gu, before: /(?<![\p{L}\d])$/u, after: / \d{1,6}(?![\p{L}\d])/uy },
];

/** Unit, town, state and postal code, in the orders people write them. */
const REST = new RegExp(
  String.raw`(?:,? (?:Apt|Apartment|Unit|Suite|Ste|Flat|Floor|#)\.? ?#?[\dA-Za-z-]{1,6}(?![\p{L}\d]))?(?:(?:, ?|\n| )(?:[A-Z]{1,2}-)?\d{4,5}(?: [A-Z]{2}(?!\p{L}))? ${CITY}|, ${CITY}(?:,? (?:[A-Z]{2} \d{5}(?:-\d{4})?|${UK_CODE}|\d{4,6})(?!\d))?|,? ${UK_CODE})?`,
  "uy",
);

function matchAt(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0].length ?? -1;
}

function findForm({ street, before, after }: Form, text: string): Span[] {
  const spans: Span[] = [];
  for (const { 0: word, index } of text.matchAll(street)) {
    const head = text.slice(Math.max(0, index - LOOK_BACK), index).match(before);
    if (head === null) continue;
    const tail = matchAt(after, text, index + word.length);
    if (tail === -1) continue;
    const end = index + word.length + tail;
    spans.push({ start: index - head[0].length, end: end + Math.max(0, matchAt(REST, text, end)) });
  }
  return spans;
}

/** Street addresses in the plain English, German, Dutch, French, Spanish, Italian and Portuguese forms, with the town when it follows. */
export const addressDetector: Detector = {
  kind: "address",
  find(text) {
    if (!/\d/.test(text)) return [];
    return withSurroundings(text, FORMS.flatMap((form) => findForm(form, text)));
  },
  normalise: (value) => value.normalize("NFKC").toLowerCase().replace(/[^\p{L}\p{N}]+/gu, " ").trim(),
};
