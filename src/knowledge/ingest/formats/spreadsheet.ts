import { read, utils, type WorkBook, type WorkSheet } from "@e965/xlsx";
import { messageOf } from "../../../lib/app-error.ts";
import { openCompoundFile, refuseEncryptedPackage } from "../compound-file.ts";
import { openZip, repackZip } from "../open-zip.ts";
import { Refused, validDate, type FormatReader, type Reading } from "../reading.ts";
import { oneLine } from "../text/clean-markdown.ts";
import { markdownTable } from "../text/markdown-table.ts";
import { usefulTitle } from "./core-properties.ts";

const MAX_ROWS = 200_000;
const MAX_CELLS = 5_000_000;

/** Spreadsheets: every visible sheet as tables, cells as they are shown; empty rows part a sheet's tables. */
export function spreadsheetReader(kind: "packed" | "compound"): FormatReader {
  return (bytes, reading) => {
    if (kind === "compound") refuseEncryptedPackage(openCompoundFile(bytes));
    const book = readBook(kind === "packed" ? repackZip(openZip(bytes, reading.budget)) : bytes);
    const hidden = new Set(book.Workbook?.Sheets?.filter((sheet) => (sheet.Hidden ?? 0) !== 0).map((sheet) => sheet.name));
    const names = book.SheetNames.filter((name) => !hidden.has(name));
    const budget = { cells: MAX_CELLS };
    const parts = names.map((name) => ({ name, tables: sheetTables(book.Sheets[name], budget, reading) })).filter(({ tables }) => tables !== "");
    const body = parts.map(({ name, tables }) => (names.length > 1 ? `## ${oneLine(name)}\n\n${tables}` : tables)).join("\n\n");
    return { title: usefulTitle(book.Props?.Title), body, updatedAt: validDate(book.Props?.ModifiedDate) };
  };
}

function readBook(bytes: Uint8Array): WorkBook {
  try {
    return read(bytes, { type: "array", cellFormula: false, cellHTML: false, sheetRows: MAX_ROWS, cellDates: false });
  } catch (error) {
    if (/password|encrypt/i.test(messageOf(error))) throw new Refused("encrypted", "The spreadsheet is protected by a password. Remove the password and add it again.", error);
    throw error;
  }
}

/** Cells are gone through as they are stored, since a sheet may claim a million empty rows. */
function sheetTables(sheet: WorkSheet | undefined, budget: { cells: number }, reading: Reading): string {
  const rows = new Map<number, string[]>();
  for (const address in sheet) {
    if (address.startsWith("!")) continue;
    const cell: unknown = sheet[address];
    const text = cellText(cell);
    if (text === "") continue;
    if ((budget.cells -= 1) < 0) {
      reading.warn("cut", `The spreadsheet has more than ${MAX_CELLS} cells; the rest was left out.`);
      break;
    }
    const { r: row, c: column } = utils.decode_cell(address);
    const cells = rows.get(row) ?? [];
    cells[column] = text;
    rows.set(row, cells);
  }
  const tables: string[][][] = [];
  let last = -2;
  for (const row of [...rows.keys()].sort((a, b) => a - b)) {
    if (row > last + 1) tables.push([]);
    tables.at(-1)?.push(Array.from(rows.get(row) ?? [], (text) => text ?? ""));
    last = row;
  }
  return tables.map(writeTable).join("\n\n");
}

/** A table of one row or one cell a row is text. */
function writeTable(rows: readonly string[][]): string {
  const isText = rows.length === 1 || rows.every((row) => row.filter((cell) => cell !== "").length <= 1);
  return isText ? rows.map((row) => row.filter((cell) => cell !== "").map(oneLine).join(" ")).join("\n") : markdownTable(rows);
}

function cellText(cell: unknown): string {
  if (typeof cell !== "object" || cell === null) return "";
  const shown = "w" in cell && typeof cell.w === "string" ? cell.w : "v" in cell && cell.v !== undefined && cell.v !== null ? String(cell.v) : "";
  return shown.trim();
}
