import { splitSentences } from "../lib/split-sentences.ts";
import { estimateTokens } from "../models/estimate-tokens.ts";
import { headingText, isTableDelimiter, linesOf, splitBlocks, type MarkdownBlock } from "./markdown-blocks.ts";

/**
 * A piece of a document that is searched and cited as one.
 *
 * `text` is exactly `body.slice(startOffset, endOffset)` (UTF-16 units), Markdown included. `headingPath` holds the headings
 * above it, outermost first, without the document's title. `lead` is what must be read before it where a block had to be
 * cut: a table's head, or the end of the sentences before; "" elsewhere. It belongs to the chunk before, and is not cited.
 */
export type Chunk = { ordinal: number; headingPath: string[]; lead: string; text: string; startOffset: number; endOffset: number };

/** In tokens as `estimateTokens` counts them: three bytes of UTF-8 each, a third more than English models count. */
export type ChunkLimits = {
  /** What a chunk aims at. */
  targetTokens: number;
  /** After which even a table or a list is cut, at a line. */
  hardTokens: number;
  /** What a chunk repeats at most of the chunk before, where one paragraph had to be cut. */
  overlapTokens: number;
};

export const DEFAULT_CHUNK_LIMITS: ChunkLimits = { targetTokens: 360, hardTokens: 1_800, overlapTokens: 60 };

/** Raise it when chunks come out differently: stored documents are then cut anew in the background. */
const CHUNKER_VERSION = 3;

/** Names how chunks are made: the version of this file and the limits. */
export function chunkerOf({ targetTokens, hardTokens, overlapTokens }: ChunkLimits = DEFAULT_CHUNK_LIMITS): string {
  return `${CHUNKER_VERSION}:${targetTokens}:${hardTokens}:${overlapTokens}`;
}

type Piece = { start: number; end: number; tokens: number; isLeadIn: boolean; lead: string };

/**
 * Cuts a document along its structure: a chunk never crosses a heading, tables and lists stay whole up to the hard limit,
 * and a sentence that ends in a colon stays with what it announces.
 *
 * Shapes: `title` is dropped from heading paths where the first heading repeats it. Replay: pure; never throws.
 */
export function chunkMarkdown(title: string, body: string, limits: ChunkLimits = DEFAULT_CHUNK_LIMITS): Chunk[] {
  const chunks: Chunk[] = [];
  const path: { level: number; text: string }[] = [];
  let section: Piece[] = [];
  const close = () => {
    const headingPath = path.map((heading) => heading.text).filter((text) => text !== "" && text.toLowerCase() !== title.toLowerCase());
    for (const { start, end, lead } of pack(section, limits)) {
      chunks.push({ ordinal: chunks.length, headingPath, lead, text: body.slice(start, end), startOffset: start, endOffset: end });
    }
    section = [];
  };
  for (const block of splitBlocks(body)) {
    if (block.kind === "heading") {
      close();
      while ((path.at(-1)?.level ?? 0) >= block.level) path.pop();
      path.push({ level: block.level, text: headingText(body, block) });
    } else section.push(...cutBlock(body, block, limits));
  }
  close();
  return chunks;
}

/** A block as one piece, or as several where it is longer than it may be. */
function cutBlock(body: string, block: MarkdownBlock, limits: ChunkLimits): Piece[] {
  const { start, end, kind } = block;
  const whole = pieceOf(body, start, end);
  const isProse = kind === "paragraph" || kind === "quote";
  if (whole.tokens <= (isProse ? limits.targetTokens * 1.5 : limits.hardTokens)) return [whole];
  if (isProse) {
    const sentences = splitSentences(body.slice(start, end)).flatMap((part) => cutWords(body, start + part.start, start + part.end, limits.hardTokens));
    return pack(sentences, limits).map((piece, at) => (at === 0 ? piece : { ...piece, lead: overlapOf(body, sentences, piece.start, limits.overlapTokens) }));
  }
  const head = kind === "table" ? headOf(body, start, end) : "";
  const lines = linesOf(body, start, end).flatMap((line) => cutWords(body, line.start, line.end, limits.hardTokens));
  return pack(lines, { ...limits, targetTokens: limits.hardTokens }).map((piece, at) => (at === 0 ? piece : { ...piece, lead: head }));
}

/** A table's first lines, down to its dashes. */
function headOf(body: string, start: number, end: number): string {
  const lines = linesOf(body, start, end).slice(0, 2);
  return isTableDelimiter(lines[1]?.text ?? "") ? lines.map((line) => line.text).join("\n") : "";
}

/** The last whole sentences before a place, at most so many tokens of them. */
function overlapOf(body: string, sentences: readonly Piece[], at: number, mostTokens: number): string {
  const before = sentences.filter((sentence) => sentence.end <= at);
  const last = before.at(-1);
  let from = before.length;
  let tokens = 0;
  while (from > 0 && tokens + (before[from - 1]?.tokens ?? 0) <= mostTokens) tokens += before[(from -= 1)]?.tokens ?? 0;
  const first = before[from];
  return first && last ? body.slice(first.start, last.end) : "";
}

/** Text without a sentence or line end is cut at a white space, so that no chunk is unbounded. */
function cutWords(body: string, start: number, end: number, hardTokens: number): Piece[] {
  const tokens = estimateTokens(body.slice(start, end));
  const longest = tokens <= hardTokens ? end - start : Math.max(2, Math.floor(((end - start) * hardTokens) / tokens));
  const pieces: Piece[] = [];
  for (let from = start; from < end; ) {
    let to = Math.min(end, from + longest);
    if (to < end) {
      const space = body.lastIndexOf(" ", to);
      if (space > from) to = space;
      else if (/[\ud800-\udbff]/.test(body[to - 1] ?? "")) to -= 1;
    }
    if (body.slice(from, to).trim() !== "") pieces.push(pieceOf(body, from, to));
    from = to;
  }
  return pieces;
}

function pieceOf(body: string, start: number, end: number): Piece {
  let from = start;
  let to = end;
  while (from < to && isSpace(body, from)) from += 1;
  while (to > from && isSpace(body, to - 1)) to -= 1;
  return { start: from, end: to, tokens: estimateTokens(body.slice(from, to)), isLeadIn: body[to - 1] === ":", lead: "" };
}

/** Joins neighbours up to the target; a short rest joins the one before it. */
function pack(pieces: readonly Piece[], limits: ChunkLimits): Piece[] {
  const packed: Piece[] = [];
  let open: Piece | null = null;
  for (const piece of announced(pieces, limits.hardTokens)) {
    if (open === null) open = { ...piece };
    else if (open.tokens + piece.tokens <= limits.targetTokens) open = join(open, piece);
    else {
      packed.push(open);
      open = { ...piece };
    }
  }
  const previous = packed.at(-1);
  if (open && previous && open.tokens < limits.targetTokens / 4 && previous.tokens + open.tokens <= limits.targetTokens * 1.5) packed[packed.length - 1] = join(previous, open);
  else if (open) packed.push(open);
  return packed;
}

/** What ends in a colon and what follows it are one, unless that is far too long. */
function announced(pieces: readonly Piece[], hardTokens: number): Piece[] {
  const joined: Piece[] = [];
  for (const piece of pieces) {
    const last = joined.at(-1);
    if (last?.isLeadIn && last.tokens + piece.tokens <= hardTokens * 1.5) joined[joined.length - 1] = join(last, piece);
    else joined.push(piece);
  }
  return joined;
}

function join(left: Piece, right: Piece): Piece {
  return { start: left.start, end: right.end, tokens: left.tokens + right.tokens, isLeadIn: right.isLeadIn, lead: left.lead };
}

function isSpace(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code === 32 || (code >= 9 && code <= 13) || code === 160;
}
