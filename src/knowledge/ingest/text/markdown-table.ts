/**
 * Rows as a Markdown table, the first row as its head. Empty rows and columns are dropped, short rows filled.
 *
 * Shapes: cells are plain text; line breaks become blanks and `|` is escaped. One column becomes a table too. "" for no cell.
 */
export function markdownTable(rows: readonly (readonly string[])[]): string {
  const clean = rows.map((row) => row.map(cellText)).filter((row) => row.some((cell) => cell !== ""));
  const width = clean.reduce((most, row) => Math.max(most, row.length), 0);
  const used = Array.from({ length: width }, (_, column) => column).filter((column) => clean.some((row) => (row[column] ?? "") !== ""));
  if (used.length === 0) return "";
  const lines = clean.map((row) => `| ${used.map((column) => row[column] ?? "").join(" | ")} |`);
  return [lines[0], `|${" --- |".repeat(used.length)}`, ...lines.slice(1)].join("\n");
}

function cellText(cell: string): string {
  return cell.replace(/\s+/g, " ").trim().replaceAll("\\", "\\\\").replaceAll("|", "\\|");
}
