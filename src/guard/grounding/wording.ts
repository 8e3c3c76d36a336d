/** How far the wording of a reply follows its evidence, whatever it means: shares 0..1 of its words and of its pairs of neighbouring words. */
export type Followed = { words: number; pairs: number };

/** The words of all evidence, function words too, and which stand next to each other. */
export type Wording = { words: ReadonlySet<string>; follow(reply: string): Followed };

const MOST_CHARACTERS = 300_000;
const WORD = /[\p{L}\p{M}\p{N}]+/gu;
const MARKER = /\[\d{1,3}\]|\[[A-Z_]+_\d+\]/g;

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(WORD) ?? [];
}

/** Units: linear in the length of all texts; 300,000 characters of the evidence are read. */
export function createWording(sources: readonly string[]): Wording {
  const words = new Set<string>();
  const pairs = new Set<string>();
  let left = MOST_CHARACTERS;
  for (const source of sources) {
    let before = "";
    for (const word of wordsOf(source.slice(0, left))) {
      words.add(word);
      if (before !== "") pairs.add(`${before} ${word}`);
      before = word;
    }
    left = Math.max(0, left - source.length);
  }
  return {
    words,
    follow(reply) {
      const said = wordsOf(reply.replace(MARKER, " "));
      const known = said.filter((word) => words.has(word)).length;
      const knownPairs = said.filter((word, at) => at > 0 && pairs.has(`${said[at - 1]} ${word}`)).length;
      return { words: said.length === 0 ? 1 : known / said.length, pairs: said.length < 2 ? (known === said.length ? 1 : 0) : knownPairs / (said.length - 1) };
    },
  };
}
