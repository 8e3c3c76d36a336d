import { markdownTable } from "../text/markdown-table.ts";
import type { Row, Segment } from "./page-rows.ts";

/** One area of a page: lines of text, and tables where the places of the words show one. */
export type AreaPart = { kind: "row"; row: Row } | { kind: "table"; markdown: string; rows: Row[] };

const FEWEST_ROWS = 3;
/** In letter heights: rows of one table are no farther apart. */
const MOST_DISTANCE = 4;
const WRAPPED_DISTANCE = 1.6;
/** Letters of a cell on average, at most: more is prose in columns. */
const MOST_CELL_LETTERS = 60;

/** Finds runs of rows whose words stand in the same columns. */
export function findTables(rows: readonly Row[]): AreaPart[] {
  const parts: AreaPart[] = [];
  for (let at = 0; at < rows.length; ) {
    const end = endOfRun(rows, at);
    const run = rows.slice(at, end);
    const table = run.filter((row) => row.segments.length > 1).length >= FEWEST_ROWS ? toTable(run) : null;
    if (table !== null) parts.push({ kind: "table", markdown: table, rows: run });
    else for (const row of run) parts.push({ kind: "row", row });
    at = end;
  }
  return parts;
}

/** Rows with several segments, and single lines between them that continue a cell. */
function endOfRun(rows: readonly Row[], from: number): number {
  const first = rows[from];
  if (!first || first.segments.length < 2) return from + 1;
  let end = from + 1;
  let last = end;
  for (let before = first; end < rows.length; end += 1) {
    const row = rows[end];
    if (!row || row.y - before.y > MOST_DISTANCE * row.size) break;
    if (row.segments.length > 1) last = end + 1;
    else if (row.y - before.y > WRAPPED_DISTANCE * row.size) break;
    before = row;
  }
  return last;
}

function toTable(run: readonly Row[]): string | null {
  const columns = columnsOf(run.filter((row) => row.segments.length > 1));
  if (columns.length < 2) return null;
  const cells: string[][] = [];
  let letters = 0;
  let filled = 0;
  let before: Row | null = null;
  for (const row of run) {
    const placed = columns.map((): string[] => []);
    for (const segment of row.segments) placed[columnAt(columns, segment)]?.push(segment.text);
    const texts = placed.map((words) => words.join(" "));
    const last = cells.at(-1);
    const isContinued = last !== undefined && before !== null && row.y - before.y <= WRAPPED_DISTANCE * row.size && (texts[0] ?? "") === "" && texts.filter((text) => text !== "").length < Math.max(2, columns.length / 2);
    if (isContinued) texts.forEach((text, at) => (last[at] = `${last[at] ?? ""} ${text}`.trim()));
    else cells.push(texts);
    letters += texts.join("").length;
    filled += texts.filter((text) => text !== "").length;
    before = row;
  }
  const isFull = filled >= cells.length * columns.length * 0.35;
  return isFull && cells.length >= FEWEST_ROWS - 1 && letters / Math.max(filled, 1) <= MOST_CELL_LETTERS ? markdownTable(cells) : null;
}

type Column = { left: number; right: number };

/** Overlapping segments share a column; a segment over several columns makes none. */
function columnsOf(rows: readonly Row[]): Column[] {
  const usual = rows.map((row) => row.segments.length).sort((one, other) => one - other)[Math.floor(rows.length / 2)] ?? 0;
  const columns: Column[] = [];
  const add = ({ left, right }: Segment) => {
    const touching = columns.filter((column) => column.left < right && left < column.right);
    if (touching.length > 1) return;
    const [one] = touching;
    if (one === undefined) columns.push({ left, right });
    else Object.assign(one, { left: Math.min(one.left, left), right: Math.max(one.right, right) });
  };
  // Full rows first: they show the columns best.
  for (const row of rows.toSorted((one, other) => Number(other.segments.length >= usual) - Number(one.segments.length >= usual))) row.segments.forEach(add);
  return columns.sort((one, other) => one.left - other.left);
}

function columnAt(columns: readonly Column[], { left, right }: Segment): number {
  let best = 0;
  let most = -Infinity;
  columns.forEach((column, at) => {
    const shared = Math.min(right, column.right) - Math.max(left, column.left);
    if (shared > most) [best, most] = [at, shared];
  });
  return best;
}
