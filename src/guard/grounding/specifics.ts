import { isSameDate, numberReadings, readDates } from "./dates.ts";

/**
 * Something exact that a reply must not make up. `readings` are the ways it can be understood ("1.299" is 1299 or 1.299);
 * `unit` is null when none stands beside it. `text` is as written.
 */
export type Specific = { kind: "number" | "date" | "time" | "code" | "email" | "url"; text: string; readings: readonly string[]; unit: string | null };

const EMAIL = /[\p{L}\p{N}._%+-]{1,64}@[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){1,8}/gu;
const URL = /(?:https?:\/\/|www\.)[^\s<>"'`)\]]{1,500}/giu;
const TIME = /(?<![\d:.,])(?:([01]?\d|2[0-3])[:h]([0-5]\d)(?: ?([ap])\.?m\b\.?)?|(1[0-2]|0?[1-9]) ?([ap])\.?m\b\.?|([01]?\d|2[0-3]) ?(?:uhr|o'clock)(?!\p{L}))/giu;
const CODE = /(?<![\p{L}\p{N}_[])(?=[\p{L}\d-]{0,30}\d)(?=[\p{L}\d-]{0,30}\p{L})[\p{L}\d]+(?:-[\p{L}\d]+)*(?![\p{L}\p{N}])/gu;
const NUMBER = /(?<![\p{L}\d.,_])(?:([€$£¥]|(?:EUR|USD|GBP|CHF) ?) ?)?(\d+(?:[.,'’\u00a0]\d+)*)(?:st|nd|rd|th)?(?![\d])(?:[ \u00a0-]?(%|€|\$|£|¥|\p{L}+))?/gu;
const MARKER = /\[\d{1,3}\]|\[[A-Z_]+_\d+\]/g;

const UNITS = new Map<string, string>();
for (const [unit, words] of Object.entries({
  percent: "% percent prozent pourcent",
  eur: "€ eur euro euros", usd: "$ usd dollar dollars", gbp: "£ gbp pound pounds", chf: "chf",
  minute: "minute minutes min mins minuten minuto minutos minuti minuut",
  hour: "hour hours h hr hrs stunde stunden heure heures hora horas ora ore uur uren",
  day: "day days working business tag tage tagen werktage werktagen arbeitstage jour jours día días giorno giorni dag dagen dias werkdagen",
  week: "week weeks woche wochen semaine semaines semana semanas settimana settimane weken",
  month: "month months monat monate monaten mois mes meses mese mesi maand maanden",
  year: "year years jahr jahre jahren an ans année années año años anno anni jaar ano anos",
  kg: "kg kilo kilos kilogram kilograms", g: "g gram grams gramm", cm: "cm", mm: "mm", m: "m meter meters metre metres metern", km: "km", l: "l litre litres liter liters litern",
})) {
  for (const word of words.split(" ")) UNITS.set(word, unit);
}

const CURRENCIES = new Set(["eur", "usd", "gbp", "chf"]);

const NUMBER_WORDS = new Map(
  Object.entries({
    two: 2, three: 3, four: 4, five: 5, six: 6, seven: 7, eight: 8, nine: 9, ten: 10, eleven: 11, twelve: 12, fourteen: 14, fifteen: 15, twenty: 20, thirty: 30, forty: 40, fifty: 50, sixty: 60, ninety: 90,
    zwei: 2, drei: 3, vier: 4, fünf: 5, sechs: 6, sieben: 7, acht: 8, neun: 9, zehn: 10, zwölf: 12, vierzehn: 14, dreißig: 30, deux: 2, trois: 3, quatre: 4, cinq: 5, sept: 7, huit: 8, dix: 10, quatorze: 14, quinze: 15, trente: 30, dos: 2, tres: 3, cuatro: 4, cinco: 5, siete: 7, ocho: 8, diez: 10, catorce: 14, treinta: 30,
  }),
);
const WORDED = new RegExp(`(?<![\\p{L}])()(${[...NUMBER_WORDS.keys()].join("|")})[ -](\\p{L}+)`, "giu");

const ANY_WORDED = new RegExp(`(?<![\\p{L}])(?:${[...NUMBER_WORDS.keys()].join("|")})(?!\\p{L})`, "giu");

/** Numbers that evidence spells out, whatever is counted: "two gold albums" carries "2 gold albums". */
export function readNumberWords(text: string): Specific[] {
  return (text.match(ANY_WORDED) ?? []).map((word) => ({ kind: "number", text: word, readings: [String(NUMBER_WORDS.get(word.toLowerCase()) ?? word)], unit: null }));
}

/** Takes what a pattern matches out of the text, leaving blanks, so that nothing is read twice; `keepUnit` leaves all but the figure and its currency. */
function take(text: string, pattern: RegExp, into: Specific[], read: (match: RegExpMatchArray) => Specific | null, keepUnit = false): string {
  const pieces: string[] = [];
  let done = 0;
  for (const match of text.matchAll(pattern)) {
    const specific = read(match);
    if (specific === null) continue;
    into.push(specific);
    const taken = keepUnit && !CURRENCIES.has(specific.unit ?? "") ? match[0].replace(match[2] ?? "", (figure) => " ".repeat(figure.length)) : " ".repeat(match[0].length);
    pieces.push(text.slice(done, match.index), taken);
    done = match.index + match[0].length;
  }
  return done === 0 ? text : pieces.join("") + text.slice(done);
}

function takeDates(text: string, into: Specific[]): string {
  const pieces: string[] = [];
  let done = 0;
  for (const { text: date, readings, start, end } of readDates(text)) {
    into.push({ kind: "date", text: date.replace(/[.,\s]+$/, ""), readings, unit: null });
    pieces.push(text.slice(done, start), " ".repeat(end - start));
    done = end;
  }
  return pieces.join("") + text.slice(done);
}

function readTime([text, hour, minute, half, fullHour, fullHalf, clockHour]: RegExpMatchArray): Specific {
  const plain = Number(hour ?? fullHour ?? clockHour ?? 0);
  const isAfternoon = (half ?? fullHalf ?? "").toLowerCase() === "p";
  const isMorning = (half ?? fullHalf ?? "").toLowerCase() === "a";
  const full = isAfternoon && plain < 12 ? plain + 12 : isMorning && plain === 12 ? 0 : plain;
  return { kind: "time", text, readings: [`${full}:${minute ?? "00"}`], unit: null };
}

function readNumber([text, currency, digits = "", word]: RegExpMatchArray): Specific {
  const unit = UNITS.get((currency ?? word ?? "").trim().toLowerCase()) ?? null;
  const written = unit === null ? digits : currency === undefined ? text : `${currency}${digits}`;
  return { kind: "number", text: written, readings: numberReadings(digits), unit };
}

function readWorded([text, , word, unit]: RegExpMatchArray): Specific | null {
  const value = NUMBER_WORDS.get((word ?? "").toLowerCase());
  const known = UNITS.get((unit ?? "").toLowerCase());
  return value === undefined || known === undefined ? null : { kind: "number", text, readings: [String(value)], unit: known };
}

/** `specifics` in no particular order; `words` the text without them, of the same length: units stay, figures go. */
export type ReadText = { specifics: readonly Specific[]; words: string };

/**
 * The exact things in a text: addresses, links, dates, times, codes and numbers with their units.
 *
 * Shapes: citation markers `[1]` and placeholders `[EMAIL_1]` are none. "Three days" counts as 3 days.
 * Units: linear in the length of the text.
 */
export function readSpecifics(text: string): ReadText {
  const found: Specific[] = [];
  let rest = text.replace(MARKER, (marker) => " ".repeat(marker.length));
  if (/[\d@]|:\/\/|www\./i.test(rest)) {
    rest = take(rest, EMAIL, found, ([email]) => ({ kind: "email", text: email, readings: [email.toLowerCase()], unit: null }));
    rest = take(rest, URL, found, ([url]) => ({ kind: "url", text: url, readings: [url.toLowerCase().replace(/[.,;:!?*_]+$/, "").replace(/^https?:\/\/(?:www\.)?|^www\.|\/$/g, "")], unit: null }));
    rest = takeDates(rest, found);
    rest = take(rest, TIME, found, readTime);
    rest = take(rest, CODE, found, ([code]) => (/^\d+(?:st|nd|rd|th|\p{L}{1,7})$/iu.test(code) ? null : { kind: "code", text: code, readings: [code.toLowerCase().replace(/(?<=\d)(?:cm|mm|m|kg|g)$/, "")], unit: null }));
    rest = take(rest, NUMBER, found, readNumber, true);
  }
  return { specifics: found, words: take(rest, WORDED, found, readWorded, true) };
}

/** A bare "12" may be a full hour, in the 12 or 24 hour way. */
function isSameHour(numbers: readonly string[], time: string): boolean {
  const [hour = "", minute] = time.split(":");
  return minute === "00" && numbers.some((number) => /^\d{1,2}$/.test(number) && Number(number) % 12 === Number(hour) % 12);
}

/** A bare "1935" may be the year of a day. */
function isSameYear(numbers: readonly string[], days: readonly string[]): boolean {
  return numbers.some((number) => /^\d{4}$/.test(number) && days.some((day) => day.startsWith(`${number}-`)));
}

/** Whether the second can stand for the first: the same kind, a common reading, and no two different units. */
export function isSameSpecific(claimed: Specific, given: Specific): boolean {
  if (claimed.kind === "number" && given.kind === "time" && claimed.unit === null) return given.readings.some((reading) => isSameHour(claimed.readings, reading));
  if (claimed.kind === "number" && given.kind === "date" && claimed.unit === null) return isSameYear(claimed.readings, given.readings);
  if (claimed.kind !== given.kind || (claimed.unit !== null && given.unit !== null && claimed.unit !== given.unit)) return false;
  if (claimed.kind === "date") return isSameDate(claimed.readings, given.readings);
  return claimed.readings.some((reading) => given.readings.includes(reading));
}
