/** Sum of digits times weights; a shorter list of weights ends the sum. */
export function weighted(digits: string, weights: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < weights.length; i += 1) sum += (digits.charCodeAt(i) - 48) * (weights[i] ?? 0);
  return sum;
}

/** The digit at a place; a letter counts 10 for A up to 35 for Z. */
export function valueAt(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code < 58 ? code - 48 : code - 55;
}

/** ISO/IEC 7812-1, annex B. */
export function hasLuhnDigit(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i += 1) {
    const digit = digits.charCodeAt(digits.length - 1 - i) - 48;
    const doubled = i % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

/** ISO/IEC 7064, MOD 11,10: the last digit is the check digit. */
export function hasMod11And10Digit(digits: string): boolean {
  let product = 10;
  for (let i = 0; i < digits.length - 1; i += 1) {
    const sum = (digits.charCodeAt(i) - 48 + product) % 10;
    product = ((sum === 0 ? 10 : sum) * 2) % 11;
  }
  return (11 - product) % 10 === digits.charCodeAt(digits.length - 1) - 48;
}

/** The weights 7, 3, 1 over letters and digits (ICAO Doc 9303, part 3, 4.9). */
export function icaoSum(text: string): number {
  let sum = 0;
  for (let i = 0; i < text.length; i += 1) sum += valueAt(text, i) * ([7, 3, 1][i % 3] ?? 0);
  return sum;
}

const PRODUCT = ["0123456789", "1234067895", "2340178956", "3401289567", "4012395678", "5987604321", "6598710432", "7659821043", "8765932104", "9876543210"];
const TURN = ["0123456789", "1576283094", "5803796142", "8916043527", "9453126870", "4286573901", "2793806415", "7046913258"];

/** J. Verhoeff, Error Detecting Decimal Codes, 1969: the dihedral group of ten. */
export function hasVerhoeffDigit(digits: string): boolean {
  let state = 0;
  for (let i = 0; i < digits.length; i += 1) {
    const turned = Number(TURN[i % 8]?.charAt(digits.charCodeAt(digits.length - 1 - i) - 48));
    state = Number(PRODUCT[state]?.charAt(turned));
  }
  return state === 0;
}

const MONTHS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Whether the day is in the calendar; without a year February has 29 days. Months count from 1. */
export function isDay(year: number | null, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1 || day > (MONTHS[month - 1] ?? 0)) return false;
  return !(month === 2 && day === 29 && year !== null && (year % 4 !== 0 || (year % 100 === 0 && year % 400 !== 0)));
}

/** Two digits at a place as a number. */
export function two(digits: string, at: number): number {
  return (digits.charCodeAt(at) - 48) * 10 + digits.charCodeAt(at + 1) - 48;
}

/** One digit over and over: typed to fill a field. */
export function isOneDigit(digits: string): boolean {
  for (let i = 1; i < digits.length; i += 1) if (digits.charCodeAt(i) !== digits.charCodeAt(0)) return false;
  return true;
}
