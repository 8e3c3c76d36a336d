const UNITS = 65_536;
const IS_LETTER = 1;
const IS_CAPITAL = 2;

/** What each UTF-16 unit is, looked up once: patterns asked for every character of a text would take most of the time. */
const KINDS = Uint8Array.from({ length: UNITS }, (_, code) => {
  const sign = String.fromCharCode(code);
  return (/[\p{L}\p{M}\p{Cs}]/u.test(sign) ? IS_LETTER : 0) | (/\p{Lu}/u.test(sign) ? IS_CAPITAL : 0);
});

/** Whether a UTF-16 unit is a letter of any script; marks on letters count. Half a pair counts as one. */
export function isLetterUnit(code: number): boolean {
  return ((KINDS[code] ?? 0) & IS_LETTER) !== 0;
}

/** Whether a UTF-16 unit is a capital letter; capitals outside the first plane of Unicode are none. */
export function isCapitalUnit(code: number): boolean {
  return ((KINDS[code] ?? 0) & IS_CAPITAL) !== 0;
}
