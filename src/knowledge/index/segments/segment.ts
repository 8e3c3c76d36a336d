import type { FoundChunk } from "../../search-index.ts";
import type { FilterClass } from "../filter-class.ts";
import type { StringTable } from "./string-table.ts";

/**
 * A part of a tenant's index: written once into the arena, then only read, by any thread. Rows are chunks by number.
 *
 * `textStarts` and `texts`: each row's chunk as JSON. `lengths`: words in all columns. `classOf`: a number in `classes`.
 * `documentOf`: a number in `documents`. `postingStarts`: where each term's postings begin, rows ascending; `postingWeights`: its occurrences weighed by
 * column, times two. `codes`, `bits` (places in the arena): each row's turned vector as signed bytes (times `scales`), and as one
 * bit a dimension (above `centre` or not), of the rows in `hasVector`. `dimensions` 0: no vectors.
 */
export type Segment = {
  base: number;
  rows: number;
  dimensions: number;
  width: number;
  totalLength: number;
  terms: StringTable;
  postingStarts: Uint32Array;
  postingRows: Uint32Array;
  postingWeights: Uint16Array;
  lengths: Uint32Array;
  classOf: Uint32Array;
  classes: readonly FilterClass[];
  updatedAtMs: Float64Array;
  documents: StringTable;
  documentOf: Uint32Array;
  textStarts: Uint32Array;
  texts: Uint8Array;
  hasVector: Uint32Array;
  centre: Float32Array;
  scales: Float32Array;
  bits: number;
  codes: number;
};

/** The lists of a segment in the order they lie in memory, each as bytes. */
const LISTS = [
  "updatedAtMs", "termStarts", "termBytes", "termSlots", "postingStarts", "postingRows", "postingWeights", "lengths", "classOf", "classes",
  "documentStarts", "documentBytes", "documentSlots", "documentOf", "textStarts", "texts", "hasVector", "centre", "scales", "bits", "codes",
] as const;

export type ListName = (typeof LISTS)[number];

/** A segment that is ready to be written. */
export type SegmentContent = { rows: number; dimensions: number; width: number; totalLength: number; lists: Record<ListName, ArrayBufferView> };

const ALIGNMENT = 16;
/** `rows`, `dimensions`, `width`, `totalLength` as two halves, then where each list begins and its bytes. */
const HEADER_NUMBERS = 5 + 2 * LISTS.length;
const HEADER_BYTES = aligned(HEADER_NUMBERS * 4);
const HALF = 2 ** 32;

function aligned(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}

export function segmentBytes(content: SegmentContent): number {
  return LISTS.reduce((sum, name) => sum + aligned(content.lists[name].byteLength), HEADER_BYTES);
}

/** Writes the segment at `base`, where `segmentBytes` are free. */
export function writeSegment(memory: WebAssembly.Memory, base: number, content: SegmentContent): void {
  const header = new Uint32Array(memory.buffer, base, HEADER_NUMBERS);
  header.set([content.rows, content.dimensions, content.width, content.totalLength % HALF, Math.floor(content.totalLength / HALF)]);
  let at = HEADER_BYTES;
  for (const [number, name] of LISTS.entries()) {
    const list = content.lists[name];
    header[5 + 2 * number] = at;
    header[6 + 2 * number] = list.byteLength;
    new Uint8Array(memory.buffer, base + at, list.byteLength).set(new Uint8Array(list.buffer, list.byteOffset, list.byteLength));
    at += aligned(list.byteLength);
  }
}

/** The segment at `base`, without copying it. */
export function openSegment(memory: WebAssembly.Memory, base: number): Segment {
  const { buffer } = memory;
  const header = new Uint32Array(buffer, base, HEADER_NUMBERS);
  const at = (name: ListName) => base + (header[5 + 2 * LISTS.indexOf(name)] ?? 0);
  const bytes = (name: ListName) => header[6 + 2 * LISTS.indexOf(name)] ?? 0;
  const u8 = (name: ListName) => new Uint8Array(buffer, at(name), bytes(name));
  const u32 = (name: ListName) => new Uint32Array(buffer, at(name), bytes(name) / 4);
  const f32 = (name: ListName) => new Float32Array(buffer, at(name), bytes(name) / 4);
  const classes: unknown = JSON.parse(Buffer.from(buffer, at("classes"), bytes("classes")).toString("utf8"));
  return {
    base, rows: header[0] ?? 0, dimensions: header[1] ?? 0, width: header[2] ?? 0, totalLength: (header[3] ?? 0) + (header[4] ?? 0) * HALF,
    terms: { starts: u32("termStarts"), bytes: u8("termBytes"), slots: u32("termSlots") },
    postingStarts: u32("postingStarts"), postingRows: u32("postingRows"), postingWeights: new Uint16Array(buffer, at("postingWeights"), bytes("postingWeights") / 2),
    lengths: u32("lengths"), classOf: u32("classOf"), classes: isClassList(classes) ? classes : [],
    updatedAtMs: new Float64Array(buffer, at("updatedAtMs"), bytes("updatedAtMs") / 8),
    documents: { starts: u32("documentStarts"), bytes: u8("documentBytes"), slots: u32("documentSlots") }, documentOf: u32("documentOf"),
    textStarts: u32("textStarts"), texts: u8("texts"),
    hasVector: u32("hasVector"), centre: f32("centre"), scales: f32("scales"), bits: at("bits"), codes: at("codes"),
  };
}

/** The chunk of a row, as it was given. */
export function chunkAt(segment: Segment, row: number): FoundChunk {
  const start = segment.textStarts[row] ?? 0;
  const end = segment.textStarts[row + 1] ?? start;
  const chunk: unknown = JSON.parse(Buffer.from(segment.texts.buffer, segment.texts.byteOffset + start, end - start).toString("utf8"));
  if (!isChunk(chunk)) throw new Error("a row of the search index is not a chunk");
  return chunk;
}

// Both were written by this process from values of these types.
function isClassList(value: unknown): value is FilterClass[] {
  return Array.isArray(value);
}

function isChunk(value: unknown): value is FoundChunk {
  return typeof value === "object" && value !== null && "chunkId" in value;
}
