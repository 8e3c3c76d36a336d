/** A column: its title, and whether it holds figures (which stand to the right). */
export type TextColumn = { title: string; isFigure?: boolean };

/** Lines with two spaces before them, a title line first; each column as wide as its longest cell. */
export function textTable(columns: readonly TextColumn[], rows: readonly (readonly string[])[]): string {
  const widths = columns.map((column, place) => Math.max(column.title.length, ...rows.map((row) => (row[place] ?? "").length)));
  const line = (cells: readonly string[]) => `  ${columns.map((column, place) => (column.isFigure === true ? (cells[place] ?? "").padStart(widths[place] ?? 0) : (cells[place] ?? "").padEnd(widths[place] ?? 0))).join("  ").trimEnd()}\n`;
  return [columns.map((column) => column.title), ...rows].map(line).join("");
}

/** One line of CSV (RFC 4180). A text that a spreadsheet would take for a formula gets an apostrophe in front. */
export function csvLine(cells: readonly (string | number | null)[]): string {
  return `${cells.map((cell) => (typeof cell === "number" ? String(cell) : csvText(cell ?? ""))).join(",")}\r\n`;
}

function csvText(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Micro-USD as dollars: cents from a dollar on, six digits below. */
export function usdText(microUsd: number): string {
  const usd = microUsd / 1_000_000;
  return usd.toLocaleString("en", Math.abs(usd) >= 1 || usd === 0 ? { minimumFractionDigits: 2, maximumFractionDigits: 2 } : { minimumFractionDigits: 2, maximumFractionDigits: 6 });
}
