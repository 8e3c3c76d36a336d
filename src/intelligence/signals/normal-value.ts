const MONTH_STEMS: readonly (readonly string[])[] = [
  ["jan", "ene"], ["feb", "fév"], ["mar", "mär"], ["apr", "avr", "abr"], ["may", "mai"], ["jun", "juin"], ["jul", "juil"], ["aug", "aoû", "ago"], ["sep"], ["oct", "okt"], ["nov"], ["dec", "dez", "déc", "dic"],
];

const CURRENCIES: readonly (readonly [pattern: RegExp, code: string])[] = [
  [/€|EUR|euro/i, "EUR"], [/£|GBP|pound/i, "GBP"], [/\$|USD|dollar/i, "USD"], [/CHF/i, "CHF"], [/SEK/i, "SEK"], [/NOK/i, "NOK"], [/DKK/i, "DKK"], [/PLN|zł/i, "PLN"],
];

function isDay(year: number, month: number, day: number): boolean {
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

function iso(year: number, month: number, day: number): string | null {
  if (!isDay(year, month, day)) return null;
  return `${year}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`;
}

function monthOf(text: string): number {
  const lower = text.toLowerCase();
  // "juin" and "juillet" begin with "jui", "mars" and "mai" with "ma": longer stems are tried first.
  const stems = MONTH_STEMS.flatMap((names, place) => names.map((stem) => ({ stem, month: place + 1 }))).toSorted((one, other) => other.stem.length - one.stem.length);
  return stems.find(({ stem }) => lower.startsWith(stem))?.month ?? 0;
}

/**
 * A date as `2026-11-21`, or null where it is not certain: without a year, or with a slash between two numbers that may both be
 * the month. With dots the day stands first.
 */
export function normalDate(value: string): string | null {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(value) ?? [];
  if (year !== undefined) return iso(Number(year), Number(month), Number(day));
  const [, one, sign, other, short] = /^(\d{1,2})([./])(\d{1,2})[./](\d{2,4})$/.exec(value) ?? [];
  if (one !== undefined && short !== undefined) {
    const full = short.length === 2 ? 2_000 + Number(short) : Number(short);
    if (sign === "." || Number(one) > 12) return iso(full, Number(other), Number(one));
    return Number(other) > 12 ? iso(full, Number(one), Number(other)) : null;
  }
  const named = /\p{L}{3,}/u.exec(value.replace(/\d+(?:st|nd|rd|th)\b/g, (number) => number.slice(0, -2)).replace(/\bof\b/, ""))?.[0];
  const numbers = value.match(/\d+/g) ?? [];
  if (named === undefined || numbers.length !== 2) return null;
  return iso(Number(numbers[1]), monthOf(named), Number(numbers[0]));
}

/** An amount of money as `1234.50 EUR`, or null where the currency or the number is not certain. */
export function normalAmount(value: string): string | null {
  const code = CURRENCIES.find(([pattern]) => pattern.test(value))?.[1];
  const digits = /\d[\d.,' ]*/.exec(value)?.[0].trim();
  if (code === undefined || digits === undefined) return null;
  const [, whole = digits, cents = ""] = /^(.*)[.,](\d{1,2})$/.exec(digits) ?? [];
  return `${whole.replace(/\D/g, "")}.${cents.padEnd(2, "0")} ${code}`;
}
