const timeOfDay = new Intl.DateTimeFormat("en", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const weekday = new Intl.DateTimeFormat("en", { weekday: "short" });
const dayAndMonth = new Intl.DateTimeFormat("en", { day: "numeric", month: "short" });
const dayMonthYear = new Intl.DateTimeFormat("en", { day: "numeric", month: "short", year: "numeric" });
const longDay = new Intl.DateTimeFormat("en", { weekday: "long", day: "numeric", month: "long" });
const full = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "medium", hourCycle: "h23" });

const DAY_MS = 86_400_000;

export function formatTime(iso: string): string {
  return timeOfDay.format(new Date(iso));
}

export function formatFull(iso: string): string {
  return full.format(new Date(iso));
}

/** A heading for the messages of one day. */
export function formatDay(iso: string, nowMs: number): string {
  const days = daysBetween(new Date(iso), new Date(nowMs));
  if (days === 0) return "Today";
  if (days === 1) return "Yesterday";
  return days < 300 ? longDay.format(new Date(iso)) : dayMonthYear.format(new Date(iso));
}

/** How long ago, as short as a list can bear: "now", "4 min", "16:20", "Tue", "3 Mar". */
export function formatAgo(iso: string, nowMs: number): string {
  const then = new Date(iso);
  const minutes = Math.floor((nowMs - then.getTime()) / 60_000);
  if (minutes < 1) return "now";
  if (minutes < 60) return `${minutes} min`;
  const days = daysBetween(then, new Date(nowMs));
  if (days === 0) return timeOfDay.format(then);
  if (days < 7) return weekday.format(then);
  return days < 300 ? dayAndMonth.format(then) : dayMonthYear.format(then);
}

/** Length of a wait: "12 s", "4 min 10 s", "2 h 5 min", "3 d 4 h". */
export function formatWait(fromIso: string, nowMs: number): string {
  return formatSeconds(Math.max(0, Math.floor((nowMs - new Date(fromIso).getTime()) / 1000)));
}

/** Whole seconds as at most two units, like a wait. */
export function formatSeconds(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** Microseconds with the unit that reads best: "840 µs", "12.4 ms", "1.84 s", "2 min 5 s". */
export function formatDuration(us: number): string {
  if (us < 1000) return `${us} µs`;
  if (us < 999_500) return `${threeDigits(us / 1000)} ms`;
  if (us < 59_950_000) return `${threeDigits(us / 1_000_000)} s`;
  const seconds = Math.round(us / 1_000_000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** Micro-USD as dollars, with as many digits as the amount needs. */
export function formatCost(microUsd: number): string {
  if (microUsd === 0) return "$0";
  const dollars = microUsd / 1_000_000;
  if (dollars >= 1) return `$${dollars.toFixed(2)}`;
  return `$${dollars.toFixed(Math.min(6, 1 - Math.floor(Math.log10(dollars)))).replace(/(\.\d*?[1-9])0+$/, "$1")}`;
}

/** An amount in minor units with its currency: 10980, "EUR" → "€109.80". */
export function formatMoney(minor: number, currency: string): string {
  try {
    const format = new Intl.NumberFormat("en", { style: "currency", currency });
    return format.format(minor / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
  } catch {
    return `${minor} ${currency}`;
  }
}

export function formatDate(iso: string): string {
  return dayMonthYear.format(new Date(iso));
}

export function formatCount(count: number, one: string, many: string): string {
  return `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
}

/** A code for people: "contact.asked" → "Contact asked", "order_status" → "Order status", "orderNumber" → "Order number". */
export function sayCode(code: string): string {
  const words = code.replace(/(?<=[a-z])[A-Z](?=[a-z])/g, (letter) => ` ${letter.toLowerCase()}`).replace(/[._-]+/g, " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function threeDigits(value: number): string {
  if (value >= 99.95) return value.toFixed(0);
  return value >= 9.995 ? value.toFixed(1) : value.toFixed(2);
}

function daysBetween(from: Date, to: Date): number {
  const startOf = (date: Date): number => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
  return Math.round((startOf(to) - startOf(from)) / DAY_MS);
}

/** 0.905 → "90.5 %"; null: not known. */
export function sayShare(share: number | null): string {
  return share === null ? "–" : `${(share * 100).toFixed(share === 1 ? 0 : 1)} %`;
}
