/** The same text in plain signs; `placeOf` leads from a place in it to the place in the text it was made of. */
export type FoldedText = { text: string; placeOf(at: number): number };

/** Anything beyond plain Latin writing, or an escape of the sign @. */
const UNUSUAL = /[^\u0000-\u017f\u2010-\u201f\u2026\u20ac]|[\u00ad\u00a0\u2010-\u2015]|%40|&#(?:64|x40);|&commat;/i;
const EACH_UNUSUAL = new RegExp(UNUSUAL.source, "giu");
/** Signs nobody sees: zero-width blanks and joiners, directions, soft hyphens, variation selectors. */
const INVISIBLE = /[\ufe00-\ufe0f]|\u034f|[\u00ad\u061c\u115f\u1160\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]|[\u17b4\u17b5]|[\u180b-\u180d\u180f]/;
const DASH = /[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]/;
const BLANK = /[\u00a0\u2000-\u200a\u202f\u205f\u3000]/;
/** Cyrillic and Greek letters that look like Latin ones, in the order of the letters they look like. */
const LOOK_ALIKE = new Map(
  Object.entries({
    a: "аα", b: "Ьƅ", c: "сϲ", d: "ԁ", e: "еєεё", g: "ɡ", h: "һ", i: "іι", j: "јϳ", k: "кκ", l: "ӏ", m: "м", n: "пη", o: "оοσ", p: "рρ", q: "ԛ", r: "г", s: "ѕ", t: "тτ", u: "υ", v: "ѵν", w: "ԝω", x: "хχ", y: "уγ", z: "ᴢ",
    A: "АΑ", B: "ВΒ", C: "СϹ", E: "ЕΕ", H: "НΗ", I: "ІΙӀ", J: "Ј", K: "КΚ", M: "МΜ", N: "Ν", O: "ОΟ", P: "РΡ", S: "Ѕ", T: "ТΤ", X: "ХΧ", Y: "УΥ", Z: "Ζ",
  }).flatMap(([plain, alike]) => Array.from(alike, (letter): [string, string] => [letter, plain])),
);
const OTHER_SCRIPT = /[\u0370-\u052f]/;
const MIXED_RUN = /[\p{L}\p{N}@._+-]+/gu;
const LATIN = /[a-zA-Z\u00c0-\u017f]/;

/** Letters of another script inside a word of Latin letters are what they look like. */
function withoutLookAlikes(text: string): string {
  if (!OTHER_SCRIPT.test(text)) return text;
  return text.replace(MIXED_RUN, (run) => (LATIN.test(run) && OTHER_SCRIPT.test(run) ? run.replace(/[\u0370-\u052f]/g, (letter) => LOOK_ALIKE.get(letter) ?? letter) : run));
}

/** One sign as a plain one; nothing for what nobody sees. A sign that stands for several stays. */
function plainOf(sign: string): string {
  if (INVISIBLE.test(sign)) return "";
  if (DASH.test(sign)) return "-";
  if (BLANK.test(sign)) return " ";
  if (/\p{Nd}/u.test(sign)) return digitOf(sign);
  if (sign.charCodeAt(0) < 0x0250 || !/[\uff00-\uffef\u2100-\u214f\u2460-\u24ff]|[\u{1d400}-\u{1d7ff}\u{1f100}-\u{1f1ff}]/u.test(sign)) return sign;
  const plain = sign.normalize("NFKC");
  return [...plain].length === 1 ? plain : sign;
}

/** The ten digits of a script follow one another, so the places back to the first are the value. */
function digitOf(sign: string): string {
  const plain = sign.normalize("NFKC");
  if (/^\d$/.test(plain)) return plain;
  const code = sign.codePointAt(0) ?? 0;
  for (let value = 0; value < 10; value += 1) {
    const isFirst = !/\p{Nd}/u.test(String.fromCodePoint(code - value - 1));
    if (isFirst) return String(value);
  }
  return sign;
}

/** Runs of the text that stay as they are and what becomes of the signs between; `marks` are places in the new text and in the old. */
function gather(text: string): { pieces: string[]; marks: { at: number; was: number }[] } {
  const pieces: string[] = [];
  const marks = [{ at: 0, was: 0 }];
  let done = 0;
  let length = 0;
  for (const { 0: sign, index } of text.matchAll(EACH_UNUSUAL)) {
    const plain = sign.startsWith("%") || sign.startsWith("&") ? "@" : plainOf(sign);
    if (plain === sign) continue;
    pieces.push(text.slice(done, index), plain);
    length += index - done;
    if (plain.length > 0 && plain.length !== sign.length) marks.push({ at: length, was: index });
    length += plain.length;
    done = index + sign.length;
    if (plain.length !== sign.length) marks.push({ at: length, was: done });
  }
  pieces.push(text.slice(done));
  return { pieces, marks };
}

/** The last mark at or before a place says how far it has moved. */
function placeBy(marks: readonly { at: number; was: number }[], at: number): number {
  let [low, high] = [0, marks.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((marks[middle]?.at ?? 0) <= at) low = middle;
    else high = middle - 1;
  }
  const mark = marks[low];
  return mark === undefined ? at : mark.was + at - mark.at;
}

/**
 * Undoes what hides a value from detectors and not from readers: signs of no width, full-width and other scripts' digits,
 * letters that look like Latin ones inside Latin words, every kind of dash and blank, an escaped @.
 *
 * Units: linear; a text in plain signs is given back as it is.
 * Source: Unicode TR 36 and TR 39 (confusables), the part of them that meets Latin letters.
 */
export function foldText(text: string): FoldedText {
  if (!UNUSUAL.test(text)) return { text, placeOf: (at) => at };
  const { pieces, marks } = gather(text);
  return { text: withoutLookAlikes(pieces.join("")), placeOf: (at) => placeBy(marks, at) };
}
