/** A run of letters as the page places it; `y` is the baseline, growing downwards, in points. */
export type Fragment = { text: string; x: number; y: number; width: number; size: number; isRightToLeft: boolean };

/** What stands together on one line of one column; a row of a table has several. `left` to `right` in points. */
export type Segment = { text: string; left: number; right: number; y: number; size: number };

/** Segments on one baseline, from left to right. */
export type Row = { segments: Segment[]; y: number; size: number };

/** In letter heights: from here on a gap is a blank, and from there on it parts columns. */
const BLANK_GAP = 0.16;
const COLUMN_GAP = 1.3;
const SAME_LINE = 0.45;
/** Letters this much smaller than their neighbours are raised or lowered ones. */
const SMALL_LETTERS = 0.8;

/** Fragments joined to segments along their baselines. Bold text that is drawn twice counts once. */
export function toSegments(fragments: readonly Fragment[]): Segment[] {
  const lines: Fragment[][] = [];
  const sorted = fragments.filter((one) => one.text.trim() !== "").sort((one, other) => one.y - other.y || one.x - other.x);
  for (const fragment of sorted) {
    const line = lines.slice(-4).findLast((open) => isOnLine(open, fragment));
    if (line) line.push(fragment);
    else lines.push([fragment]);
  }
  return lines.flatMap(joinLine);
}

/** Measured at the line's largest letters, since raised ones stand between two lines. */
function isOnLine(line: readonly Fragment[], { y, size }: Fragment): boolean {
  const main = line.reduce((best, one) => (one.size > best.size ? one : best));
  const [small, large] = [Math.min(main.size, size), Math.max(main.size, size)];
  return Math.abs(main.y - y) < SAME_LINE * (small < SMALL_LETTERS * large ? large : small);
}

function joinLine(line: readonly Fragment[]): Segment[] {
  const segments: { parts: Fragment[]; left: number; right: number }[] = [];
  for (const fragment of line.toSorted((one, other) => one.x - other.x)) {
    const open = segments.at(-1);
    const before = open?.parts.at(-1);
    if (before && before.text === fragment.text && Math.abs(before.x - fragment.x) < fragment.size * 0.15) continue;
    if (open && fragment.x - open.right < COLUMN_GAP * fragment.size) {
      open.parts.push(fragment);
      open.right = Math.max(open.right, fragment.x + fragment.width);
    } else segments.push({ parts: [fragment], left: fragment.x, right: fragment.x + fragment.width });
  }
  return segments.map(({ parts, left, right }) => ({ text: joinText(parts), left, right, ...mainPart(parts) }));
}

/** Right-to-left lines are read from their right end. */
function joinText(parts: readonly Fragment[]): string {
  const rightToLeft = parts.reduce((sum, part) => sum + (part.isRightToLeft ? part.text.length : -part.text.length), 0) > 0;
  let text = "";
  let before: Fragment | null = null;
  for (const part of rightToLeft ? parts.toReversed() : parts) {
    const gap = before === null ? 0 : rightToLeft ? before.x - (part.x + part.width) : part.x - (before.x + before.width);
    if (before !== null && gap > BLANK_GAP * part.size && !/\s$/.test(text) && !/^\s/.test(part.text)) text += " ";
    text += part.text;
    before = part;
  }
  return text.replace(/\s+/g, " ").trim();
}

/** Height and size of most of a segment's letters. */
function mainPart(parts: readonly Fragment[]): { y: number; size: number } {
  const { y, size } = parts.reduce((best, part) => (part.text.length > best.text.length ? part : best));
  return { y, size };
}

/** Segments by baseline, from top to bottom. */
export function toRows(segments: readonly Segment[]): Row[] {
  const rows: Row[] = [];
  for (const segment of segments.toSorted((one, other) => one.y - other.y)) {
    const row = rows.at(-1);
    if (row && Math.abs(row.y - segment.y) < SAME_LINE * Math.min(row.size, segment.size)) row.segments.push(segment);
    else rows.push({ segments: [segment], y: segment.y, size: segment.size });
  }
  for (const row of rows) row.segments.sort((one, other) => one.left - other.left);
  return rows;
}
