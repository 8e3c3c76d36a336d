/** Whether a UTF-16 unit is a letter of any script; marks on letters count. Half a pair counts as one. */
export function isLetterUnit(code: number): boolean {
  if (code < 128) return (code > 64 && code < 91) || (code > 96 && code < 123);
  if (code < 192) return code === 170 || code === 181 || code === 186;
  return /[\p{L}\p{M}\p{Cs}]/u.test(String.fromCharCode(code));
}

/** Whether a UTF-16 unit is a capital letter; capitals outside the first plane of Unicode are none. */
export function isCapitalUnit(code: number): boolean {
  if (code < 128) return code > 64 && code < 91;
  return code > 191 && code < 0xff3b && /\p{Lu}/u.test(String.fromCharCode(code));
}
