import { indexTerms, isLightTerm } from "../terms.ts";

/** Words that speak of one certain thing which the message does not name: "this loan", "the clinic". `words` as written. */
export type OpenReference = { text: string; words: readonly string[] };

const POINTERS = new Set(["this", "that", "these", "those", "such", "the"]);
/** "This kind of loan" speaks of the loan. */
const KIND_OF = new Set(["type", "types", "kind", "kinds", "sort", "sorts", "group", "groups"]);
/** What follows "the loan" and says which one: "for a house". */
const SPECIFIERS = new Set(["of", "for", "to", "that", "which", "who", "in", "on", "by", "as"]);
/** Words that end the run after the pointer. */
const ENDS = new Set(
  ("of for to in on at by from with as than that which who whom whose and or not no so but is are was were be been do does did can could will would should may might must have has had i you we " +
    "they he she it my your our their his her its this these those the a an any some into about if when where how why what there").split(" "),
);
const TOKEN = /[\p{L}\p{N}&'’-]+|[.,?!;:"]/gu;
const LONGEST_RUN = 4;
const LONGEST_QUESTION = 2_000;

/**
 * What a question speaks of as if it were known, although neither the question nor the conversation says which one is meant.
 *
 * `known`: the terms of the conversation before it. A name ("the Rubicon Trail") and what is said more closely ("the author of …")
 * is no open reference. English only. Replay: pure.
 */
export function openReferences(question: string, known: ReadonlySet<string>): OpenReference[] {
  const tokens = Array.from(question.slice(0, LONGEST_QUESTION).matchAll(TOKEN), ([token]) => token);
  const open: OpenReference[] = [];
  for (const [at, token] of tokens.entries()) {
    const pointer = token.toLowerCase();
    if (!POINTERS.has(pointer)) continue;
    let run = runFrom(tokens, at + 1);
    if (KIND_OF.has(run.words.at(-1)?.toLowerCase() ?? "") && run.next === "of") run = runFrom(tokens, run.end + 1);
    const terms = run.words.flatMap(indexTerms).filter((term) => !isLightTerm(term));
    const isNamed = run.words.some((word) => /^\p{Lu}/u.test(word));
    const isSpecified = pointer === "the" && (isNamed || SPECIFIERS.has(run.next));
    if (terms.length === 0 || isSpecified || terms.some((term) => known.has(term))) continue;
    open.push({ text: [token, ...run.words].join(" "), words: run.words });
  }
  return open;
}

function runFrom(tokens: readonly string[], start: number): { words: string[]; end: number; next: string } {
  let end = start;
  while (end < tokens.length && end - start < LONGEST_RUN && /[\p{L}\p{N}]/u.test(tokens[end] ?? "") && !ENDS.has(tokens[end]?.toLowerCase() ?? "")) end += 1;
  return { words: tokens.slice(start, end), end, next: tokens[end]?.toLowerCase() ?? "" };
}
