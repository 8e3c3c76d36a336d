/** A stretch of a text: of one chunk, or of none. `overlap`: how much of its beginning the chunk before holds, too. Offsets in UTF-16 units. */
export type Span = { from: number; to: number; chunk: number | null; overlap: number };

/**
 * The text cut where its chunks begin and end, from start to end without gaps. What two chunks share is shown once, with the first.
 * Shapes: `chunks` in their order; `chunk` is the place in it.
 */
export function chunkSpans(length: number, chunks: readonly { startOffset: number; endOffset: number }[]): Span[] {
  const spans: Span[] = [];
  let at = 0;
  chunks.forEach(({ startOffset, endOffset }, chunk) => {
    const from = Math.min(length, Math.max(at, startOffset));
    const to = Math.min(length, Math.max(from, endOffset));
    if (from > at) spans.push({ from: at, to: from, chunk: null, overlap: 0 });
    spans.push({ from, to, chunk, overlap: Math.max(0, at - startOffset) });
    at = to;
  });
  if (at < length) spans.push({ from: at, to: length, chunk: null, overlap: 0 });
  return spans;
}
