import type { Segment } from "./page-rows.ts";

const FEWEST_LINES = 5;
/** Share of a page's letters that may run across both columns (titles, wide tables). */
const MOST_CROSSING = 0.45;
/** Lines of prose fill their column; cells of a table do not. */
const LEAST_FILL = 0.55;
const STEP = 2;
const MAX_DEPTH = 3;

/**
 * The segments in reading order: column by column, what runs across all columns before or between them. Each list is
 * one area in which rows may be read from left to right.
 */
export function orderByColumns(segments: readonly Segment[], depth = 0): Segment[][] {
  const gutter = depth < MAX_DEPTH ? findGutter(segments) : null;
  if (gutter === null) return segments.length > 0 ? [[...segments]] : [];
  const areas: Segment[][] = [];
  let left: Segment[] = [];
  let right: Segment[] = [];
  let across: Segment[] = [];
  const closeColumns = () => {
    areas.push(...orderByColumns(left, depth + 1), ...orderByColumns(right, depth + 1));
    left = [];
    right = [];
  };
  const closeAcross = () => {
    if (across.length > 0) areas.push(across);
    across = [];
  };
  for (const segment of segments.toSorted((one, other) => one.y - other.y)) {
    if (crosses(segment, gutter)) {
      closeColumns();
      across.push(segment);
    } else {
      closeAcross();
      (segment.right <= gutter ? left : segment.left >= gutter ? right : segment.left + segment.right < 2 * gutter ? left : right).push(segment);
    }
  }
  closeColumns();
  closeAcross();
  return areas;
}

/** Where a vertical strip is nearly free of letters and prose stands on both sides; null when the page has one column. */
function findGutter(segments: readonly Segment[]): number | null {
  if (segments.length < 2 * FEWEST_LINES) return null;
  const from = Math.min(...segments.map((segment) => segment.left));
  const to = Math.max(...segments.map((segment) => segment.right));
  const total = lettersOf(segments);
  let best = { from: 0, to: 0, crossing: Infinity };
  for (let at = from + (to - from) * 0.2; at < from + (to - from) * 0.8; at += STEP) {
    const crossing = lettersOf(segments.filter((segment) => crosses(segment, at)));
    if (crossing < best.crossing) best = { from: at, to: at, crossing };
    else if (crossing === best.crossing && at - best.to <= STEP) best.to = at;
  }
  if (best.crossing > total * MOST_CROSSING) return null;
  const at = (best.from + best.to) / 2;
  const inside = segments.filter((segment) => !crosses(segment, at));
  const sides = [inside.filter((segment) => segment.left + segment.right < 2 * at), inside.filter((segment) => segment.left + segment.right >= 2 * at)];
  return sides.every((side) => isProse(side, total)) ? at : null;
}

function crosses(segment: Segment, at: number): boolean {
  return segment.left < at - 1 && segment.right > at + 1;
}

function isProse(side: readonly Segment[], total: number): boolean {
  if (side.length < FEWEST_LINES || lettersOf(side) < total * 0.12) return false;
  const left = Math.min(...side.map((segment) => segment.left));
  const right = Math.max(...side.map((segment) => segment.right));
  const fills = side.map((segment) => (segment.right - segment.left) / (right - left)).sort((one, other) => one - other);
  return (fills[Math.floor(fills.length / 2)] ?? 0) >= LEAST_FILL;
}

function lettersOf(segments: readonly Segment[]): number {
  return segments.reduce((sum, segment) => sum + segment.text.length, 0);
}
