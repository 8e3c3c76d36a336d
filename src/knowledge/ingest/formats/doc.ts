import WordExtractor from "word-extractor";
import { openCompoundFile, refuseEncryptedPackage } from "../compound-file.ts";
import { Refused, type ReadDocument, type Reading } from "../reading.ts";
import { escapeLine, oneLine } from "../text/clean-markdown.ts";
import { markdownTable } from "../text/markdown-table.ts";

const FLAGS_OFFSET = 10;
const IS_ENCRYPTED_FLAG = 0x0100;

/** A Word 97 to 2003 document: its text, with tables; styles are not in reach, so it has no headings. */
export async function readDoc(bytes: Uint8Array, reading: Reading): Promise<ReadDocument> {
  const streams = openCompoundFile(bytes);
  refuseEncryptedPackage(streams);
  const main = streams.get("WordDocument");
  if (main === undefined || main.byteLength < 32) throw new Refused("broken", "The Word file is damaged: its text is missing. Save it again as DOCX.");
  if ((((main[FLAGS_OFFSET + 1] ?? 0) << 8) & IS_ENCRYPTED_FLAG) !== 0) throw new Refused("encrypted", "The document is protected by a password. Remove the password and add it again.");
  const document = await new WordExtractor().extract(Buffer.from(bytes));
  const parts = [document.getBody({ filterUnicode: false }), document.getTextboxes({ filterUnicode: false, includeHeadersAndFooters: false }), document.getFootnotes({ filterUnicode: false }), document.getEndnotes({ filterUnicode: false })];
  if (parts.every((part) => part.trim() === "")) reading.warn("no_text", "No text was found in the Word file.");
  return { title: null, body: parts.map(toMarkdown).join("\n\n") };
}

/** Cells end in tabs and rows in line ends; bullets are characters. */
function toMarkdown(text: string): string {
  const blocks: string[] = [];
  let rows: string[][] = [];
  const close = () => {
    if (rows.length > 1) blocks.push(markdownTable(rows));
    else for (const row of rows) blocks.push(oneLine(row.join(" ")));
    rows = [];
  };
  for (const line of text.split(/[\n\r\v]/)) {
    const cells = line.split("\t");
    if (cells.length >= 3 && cells.filter((cell) => cell.trim() !== "").length >= 2) {
      rows.push(cells);
      continue;
    }
    close();
    const bullet = /^\s*[•·▪◦\uf0b7]\s*(.*)$/.exec(line)?.[1];
    if (bullet !== undefined) blocks.push(`- ${bullet}`);
    else if (line.trim() !== "") blocks.push(escapeLine(line.trim()));
  }
  close();
  return blocks.join("\n\n").replace(/^(- .*)\n\n(?=- )/gm, "$1\n");
}
