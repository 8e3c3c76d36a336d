export type MarkedPiece = { text: string; isMarked: boolean };

/** A text in pieces, where the given words stand as whole words, whatever their case. */
export function markWords(text: string, words: readonly string[]): MarkedPiece[] {
  if (words.length === 0) return [{ text, isMarked: false }];
  const any = words.map((word) => word.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")).sort((left, right) => right.length - left.length).join("|");
  const pieces: MarkedPiece[] = [];
  let at = 0;
  for (const match of text.matchAll(new RegExp(`(?<![\\p{L}\\p{N}])(?:${any})(?![\\p{L}\\p{N}])`, "giu"))) {
    if (match.index > at) pieces.push({ text: text.slice(at, match.index), isMarked: false });
    at = match.index + match[0].length;
    pieces.push({ text: match[0], isMarked: true });
  }
  return at < text.length ? [...pieces, { text: text.slice(at), isMarked: false }] : pieces;
}
