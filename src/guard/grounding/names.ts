/** Capital letters mean a name in most languages that have them; where nouns have them as well, too many words do. */
const CAPITALISED = /(?<=[\p{Ll}\p{N},)'’"”%€] (?:["“'(])?)\p{Lu}[\p{L}\p{M}’'-]*\p{Ll}[\p{L}\p{M}]*(?![\p{N}])/gu;
/** "Delivery times:" before what is said of them. */
const LABEL = /^[^:]{0,50}:\s/;
const MOST_CAPITALISED = 0.25;
const FEWEST_WORDS = 4;
const WORD = /[\p{L}\p{M}]+/gu;
/** Capitalised without being anybody's name. */
const NO_NAMES = new Set("i i'm i'll i've i'd monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september october november december english german french spanish please yes no if you your we our the a an to for note faq pdf".split(" "));

/**
 * The names a sentence holds past its first word: people, places, products. None in languages that write nouns with capital
 * letters, and none in a heading.
 */
export function readNames(sentence: string): string[] {
  const plain = sentence.replace(/\[\d{1,3}\]|\[[A-Z_]+_\d+\]/g, " ").replace(/[*_`#]/g, "").replace(LABEL, "");
  const found = plain.match(CAPITALISED) ?? [];
  const words = plain.match(WORD)?.length ?? 0;
  if (found.length === 0 || words < FEWEST_WORDS || found.length / words > MOST_CAPITALISED) return [];
  return found.map((name) => name.replace(/['’]s$/, "")).filter((name) => !NO_NAMES.has(name.toLowerCase().replaceAll("’", "'")));
}

/** Whether a name stands in the words of the evidence: whole, or each of its parts. */
export function isNamed(name: string, words: ReadonlySet<string>): boolean {
  return (name.toLowerCase().match(/[\p{L}\p{M}]+/gu) ?? []).every((part) => words.has(part) || words.has(part.replace(/s$/, "")) || words.has(`${part}s`));
}
