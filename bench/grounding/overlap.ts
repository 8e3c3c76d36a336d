import type { GroundingInput } from "../../src/guard/groundedness.ts";

/** The plain baseline: the share of a reply's words, each as often as it stands there, that stand anywhere in the passages. */
export function measureOverlap({ reply, passages }: GroundingInput): number {
  const known = new Set(wordsOf(passages.join(" ")));
  const said = wordsOf(reply);
  return said.length === 0 ? 1 : said.filter((word) => known.has(word)).length / said.length;
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? [];
}
