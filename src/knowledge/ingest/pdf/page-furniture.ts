import type { Segment } from "./page-rows.ts";

const FEWEST_PAGES = 3;
const LEAST_SHARE = 0.4;
/** Share of the letters that must be left. */
const LEAST_LEFT = 0.6;
/** Lines at each end of a page that may be furniture. */
const EDGE_LINES = 4;
const PAGE_NUMBER = /^(?:page|seite|p\.|página|pagina)?[\s\-–—|]*(?:#+|[ivxlc]+)(?:\s*(?:of|\/|von|de|sur)\s*#+)?[\s\-–—|]*$/i;

/**
 * The pages without what repeats at their tops and bottoms: running titles, notices, page numbers. Numbers may count up.
 * Documents under three pages keep everything.
 */
export function removeFurniture(pages: readonly (readonly Segment[])[]): Segment[][] {
  const filled = pages.filter((page) => page.length > 0).length;
  if (filled < FEWEST_PAGES) return pages.map((page) => [...page]);
  const counts = new Map<string, number>();
  for (const page of pages) for (const key of new Set(edgesOf(page).map(keyOf))) counts.set(key, (counts.get(key) ?? 0) + 1);
  const isFurniture = (segment: Segment) => (counts.get(keyOf(segment)) ?? 0) >= Math.max(FEWEST_PAGES, filled * LEAST_SHARE);
  const kept = pages.map((page) => {
    const edges = new Set(edgesOf(page).filter(isFurniture));
    return page.filter((segment) => !edges.has(segment));
  });
  // Pages of one numbered line each are a list, not furniture.
  return lettersOf(kept) < lettersOf(pages) * LEAST_LEFT ? pages.map((page) => [...page]) : kept;
}

function lettersOf(pages: readonly (readonly Segment[])[]): number {
  return pages.flat().reduce((sum, segment) => sum + segment.text.length, 0);
}

function edgesOf(page: readonly Segment[]): Segment[] {
  const lines = [...new Set(page.map((segment) => Math.round(segment.y)))].sort((one, other) => one - other);
  const edges = new Set([...lines.slice(0, EDGE_LINES), ...lines.slice(-EDGE_LINES)]);
  return page.filter((segment) => edges.has(Math.round(segment.y)));
}

/** The words with digits made equal, and the height they stand at; page numbers are one wherever they stand. */
function keyOf(segment: Segment): string {
  const words = segment.text.replace(/\d+/g, "#").toLowerCase();
  return PAGE_NUMBER.test(words) ? "a page number" : `${words} ${Math.round(segment.y / 12)}`;
}
