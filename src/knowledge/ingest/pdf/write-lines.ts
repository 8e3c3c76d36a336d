import { escapeLine } from "../text/clean-markdown.ts";
import { findTables } from "./page-tables.ts";
import { toRows, type Row, type Segment } from "./page-rows.ts";

const BULLET = /^[•·▪◦●○■□➢➤✓\u2023\uf0b7\uf0a7\u2013-]\s+/;
const NUMBERED = /^(?:\(?\d{1,3}[.)]|\(?[a-z][.)])\s+/;
const HEADING_FACTOR = 1.12;
const MOST_HEADING_LETTERS = 160;
/** In letter heights between baselines: more begins a paragraph. */
const PARAGRAPH_GAP = 1.75;
const MOST_LEVELS = 4;
const UNSPACED = /[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uff00-\uffef]/;

type Block = { kind: "heading" | "text" | "item" | "table"; text: string; size: number };

/** The size most letters have. */
export function bodySizeOf(pages: readonly (readonly Segment[])[]): number {
  const letters = new Map<number, number>();
  for (const segment of pages.flat()) {
    const size = Math.round(segment.size * 2) / 2;
    letters.set(size, (letters.get(size) ?? 0) + segment.text.length);
  }
  return [...letters].reduce((best, one) => (one[1] > best[1] ? one : best), [10, 0])[0];
}

/** Areas in reading order as Markdown; `words` decides which hyphens at line ends belong to their word. */
export function writeAreas(areas: readonly (readonly Segment[])[], bodySize: number, words: ReadonlySet<string>, sizes: readonly number[]): string {
  const blocks: Block[] = [];
  for (const area of areas) {
    let before: Row | null = null;
    for (const part of findTables(toRows(area))) {
      if (part.kind === "table") {
        blocks.push({ kind: "table", text: part.markdown, size: bodySize });
        before = null;
        continue;
      }
      addRow(blocks, part.row, before, bodySize, words);
      before = part.row;
    }
  }
  return blocks.map((block) => writeBlock(block, sizes)).join("\n\n").replace(/^((?:-|\d+[.)]) .*)\n\n(?=(?:-|\d+[.)]) )/gm, "$1\n");
}

/** Sizes that mark headings, largest first. */
export function headingSizes(pages: readonly (readonly Segment[])[], bodySize: number): number[] {
  const sizes = new Set(pages.flat().filter((segment) => isHeadingSize(segment.size, bodySize) && /\p{L}{2}/u.test(segment.text)).map((segment) => Math.round(segment.size)));
  return [...sizes].sort((one, other) => other - one);
}

function isHeadingSize(size: number, bodySize: number): boolean {
  return size >= bodySize * HEADING_FACTOR && size >= bodySize + 0.9;
}

function addRow(blocks: Block[], row: Row, before: Row | null, bodySize: number, words: ReadonlySet<string>): void {
  const text = row.segments.map((segment) => segment.text).join(" ");
  const last = blocks.at(-1);
  const isHeading = isHeadingSize(row.size, bodySize) && text.length <= MOST_HEADING_LETTERS && /\p{L}/u.test(text);
  const isItem = BULLET.test(text) || NUMBERED.test(text);
  const isClose = before !== null && row.y - before.y > 0 && row.y - before.y < PARAGRAPH_GAP * Math.max(row.size, before.size);
  const isSameSize = last !== undefined && Math.abs(last.size - row.size) < 0.6;
  // A column's last line ends in the middle of a sentence: the next area goes on with it.
  const isBroken = before === null && last !== undefined && last.kind !== "heading" && /[\p{Ll},-]$/u.test(last.text) && /^\p{Ll}/u.test(text);
  if (last && isSameSize && !isItem && last.kind !== "table" && (isHeading ? last.kind === "heading" && isClose : last.kind !== "heading" && (isClose || isBroken))) last.text = joinWords(last.text, text, words);
  else if (isHeading) blocks.push({ kind: "heading", text, size: row.size });
  else blocks.push({ kind: isItem ? "item" : "text", text, size: row.size });
}

/** A hyphen at a line's end goes, except where the document shows that it belongs: the word is written with it, or both halves are words. */
function joinWords(before: string, after: string, words: ReadonlySet<string>): string {
  const [, head = ""] = /([\p{L}\p{N}]+)[-\u2010\u00ad]$/u.exec(before) ?? [];
  const [tail = ""] = /^[\p{L}\p{N}]+/u.exec(after) ?? [];
  if (head !== "" && /^\p{Ll}/u.test(tail)) {
    const has = (word: string) => words.has(word.toLowerCase());
    const isCompound = !has(head + tail) && (has(`${head}-${tail}`) || (has(head) && has(tail)));
    return `${isCompound ? before : before.slice(0, -1)}${after}`;
  }
  if (head !== "" && tail !== "") return before + after;
  return UNSPACED.test(before.at(-1) ?? "") && UNSPACED.test(after[0] ?? "") && !/[\uac00-\ud7af]/.test(after[0] ?? "") ? before + after : `${before} ${after}`;
}

/** Every word of the document inside its lines, hyphens kept; the first half of a word that a line's end has cut is none. */
export function wordsOf(pages: readonly (readonly Segment[])[]): Set<string> {
  const words = new Set<string>();
  for (const segment of pages.flat()) for (const [word] of segment.text.toLowerCase().replace(/[\p{L}\p{N}]+-$/u, "").matchAll(/[\p{L}\p{N}]+(?:-[\p{L}\p{N}]+)*/gu)) words.add(word);
  return words;
}

function writeBlock({ kind, text, size }: Block, sizes: readonly number[]): string {
  if (kind === "table") return text;
  if (kind === "heading") return `${"#".repeat(Math.min(Math.max(sizes.indexOf(Math.round(size)), 0) + 1, MOST_LEVELS))} ${text}`;
  if (kind === "item") return BULLET.test(text) ? `- ${text.replace(BULLET, "")}` : text;
  return escapeLine(text);
}
