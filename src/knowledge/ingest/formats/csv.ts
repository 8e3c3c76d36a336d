import { parse } from "csv-parse/sync";
import type { ReadDocument, Reading } from "../reading.ts";
import { markdownTable } from "../text/markdown-table.ts";
import { decodeWarned } from "./plain-text.ts";

const DELIMITERS = ["\t", ";", "|", ","] as const;
const SNIFFED_LINES = 30;

/** A table of values, as one Markdown table. */
export function readCsv(bytes: Uint8Array, reading: Reading): ReadDocument {
  const text = decodeWarned(bytes, reading);
  return { title: null, body: markdownTable(parseRows(text, sniffDelimiter(text))) };
}

function parseRows(text: string, delimiter: string): string[][] {
  // The parser types rows as unknown; they are lists of strings without `columns` and `cast`.
  const rows: unknown[] = parse(text, { delimiter, relax_quotes: true, relax_column_count: true, skip_empty_lines: true });
  return rows.map((row) => (Array.isArray(row) ? row.map(String) : []));
}

/** The character that cuts the first lines into the same number of cells, the most of them. */
function sniffDelimiter(text: string): string {
  const head = text.split("\n").slice(0, SNIFFED_LINES).join("\n");
  const widths = DELIMITERS.map((delimiter) => {
    const rows = countCells(head, delimiter);
    const usual = rows.toSorted((a, b) => a - b)[Math.floor(rows.length / 2)] ?? 1;
    return { delimiter, score: usual <= 1 ? 0 : (rows.filter((count) => count === usual).length / rows.length) * 100 + usual };
  });
  return widths.reduce((best, one) => (one.score > best.score ? one : best), { delimiter: ",", score: 0 }).delimiter;
}

/** Cells of each line, not counting delimiters between quotes. */
function countCells(text: string, delimiter: string): number[] {
  const counts: number[] = [];
  let cells = 1;
  let isQuoted = false;
  for (const character of `${text.trimEnd()}\n`) {
    if (character === '"') isQuoted = !isQuoted;
    else if (!isQuoted && character === delimiter) cells += 1;
    else if (!isQuoted && character === "\n") {
      counts.push(cells);
      cells = 1;
    }
  }
  return counts;
}
