const OTHERS: readonly (readonly [RegExp, string])[] = [[/ß/g, "ss"], [/ø/g, "o"], [/ł/g, "l"], [/æ/g, "ae"], [/œ/g, "oe"], [/đ/g, "d"], [/ı/g, "i"]];

/** Lower case without accents: "Zoë" and "ZOE" are one word. */
export function foldWord(word: string): string {
  const lower = word.toLowerCase();
  if (/^[\u0000-\u007f]*$/.test(lower)) return lower;
  return OTHERS.reduce((folded, [letter, plain]) => folded.replace(letter, plain), lower.normalize("NFKD").replace(/\p{M}+/gu, ""));
}
