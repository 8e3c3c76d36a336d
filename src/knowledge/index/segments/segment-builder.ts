import { COLUMN_WEIGHTS, type FoundChunk } from "../../search-index.ts";
import { indexTerms } from "../../terms.ts";
import { addRow, emptyMask, hasRow } from "./bit-mask.ts";
import { classOf, type FilterClass } from "../filter-class.ts";
import { Growing } from "./growing.ts";
import { rotationFor } from "../vectors/rotation.ts";
import type { Segment, SegmentContent } from "./segment.ts";
import { stringAt, tableOf } from "./string-table.ts";

const MAX_WEIGHT = 65_535;
const MAX_CODE = 127;

const u16 = (length: number) => new Uint16Array(length);
const u32 = (length: number) => new Uint32Array(length);

type RowFacts = Pick<FoundChunk, "documentId" | "audiences" | "language" | "product" | "brand" | "updatedAtMs">;

/** Numbers given to values in the order they first come. */
class Numbering<T> {
  readonly values: T[] = [];
  readonly #numbers = new Map<string, number>();

  of(key: string, value: T): number {
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    this.#numbers.set(key, this.values.length);
    return this.values.push(value) - 1;
  }
}

/**
 * Gathers chunks into a new segment: fresh ones by `add`, those of older segments by `addSegment`, whose terms and vectors are
 * taken over as they are. `content` ends it.
 */
export class SegmentBuilder {
  rows = 0;
  dimensions = 0;
  #width = 0;
  #totalLength = 0;
  readonly #terms = new Numbering<string>();
  /** Of the chunk being added, by term; zeros between. */
  readonly #weights: number[] = [];
  readonly #classes = new Numbering<FilterClass>();
  readonly #documents = new Numbering<string>();
  readonly #postingTerms = new Growing(u32);
  readonly #postingRows = new Growing(u32);
  readonly #postingWeights = new Growing(u16);
  readonly #lengths = new Growing(u32);
  readonly #classOf = new Growing(u32);
  readonly #documentOf = new Growing(u32);
  readonly #updatedAtMs = new Growing((length) => new Float64Array(length));
  readonly #textStarts = new Growing(u32);
  readonly #texts = new Growing((length) => new Uint8Array(length));
  readonly #codes = new Growing((length) => new Uint8Array(length));
  readonly #scales = new Growing((length) => new Float32Array(length));

  /** `vector`: checked, null when there is none. */
  add(chunk: FoundChunk, vector: Float32Array | null): void {
    const held: number[] = [];
    let length = 0;
    for (const column of ["title", "heading", "text"] as const) {
      const terms = indexTerms(chunk[column]);
      length += terms.length;
      for (const term of terms) {
        const number = this.#terms.of(term, term);
        const weight = this.#weights[number] ?? 0;
        if (weight === 0) held.push(number);
        this.#weights[number] = weight + 2 * COLUMN_WEIGHTS[column];
      }
    }
    for (const number of held) {
      this.#addPosting(number, this.rows, this.#weights[number] ?? 0);
      this.#weights[number] = 0;
    }
    const scale = vector === null ? 0 : this.#addCodes(vector);
    this.#addRow(chunk, length, scale, Buffer.from(JSON.stringify(chunk), "utf8"));
  }

  /** Takes over the rows of a segment that are in `alive` (null: all). */
  addSegment(segment: Segment, alive: Uint32Array | null): void {
    const rowOf = new Int32Array(segment.rows).fill(-1);
    if (segment.dimensions > 0) this.#startVectors(segment.dimensions);
    const codes = new Uint8Array(segment.texts.buffer, segment.codes, segment.rows * segment.width);
    for (let row = 0; row < segment.rows; row += 1) {
      if (alive !== null && !hasRow(alive, row)) continue;
      rowOf[row] = this.rows;
      const isVector = segment.dimensions > 0 && hasRow(segment.hasVector, row);
      if (isVector) this.#codes.pushAll(codes.subarray(row * segment.width, (row + 1) * segment.width));
      const given = segment.classes[segment.classOf[row] ?? 0];
      if (given === undefined) throw new Error("a row of the search index has no class");
      this.#addRow({ ...given, documentId: stringAt(segment.documents, segment.documentOf[row] ?? 0), updatedAtMs: segment.updatedAtMs[row] ?? null }, segment.lengths[row] ?? 0, isVector ? (segment.scales[row] ?? 0) : 0, segment.texts.subarray(segment.textStarts[row], segment.textStarts[row + 1]));
    }
    for (let term = 0; term + 1 < segment.postingStarts.length; term += 1) {
      const text = stringAt(segment.terms, term);
      const end = segment.postingStarts[term + 1] ?? 0;
      for (let at = segment.postingStarts[term] ?? 0; at < end; at += 1) {
        const row = rowOf[segment.postingRows[at] ?? 0] ?? -1;
        if (row >= 0) this.#addPosting(this.#terms.of(text, text), row, segment.postingWeights[at] ?? 0);
      }
    }
  }

  /** Takes over all of a builder that is not used any more. */
  addBuilder(other: SegmentBuilder): void {
    const firstRow = this.rows;
    if (other.dimensions > 0) this.#startVectors(other.dimensions);
    const codes = other.#codes.filled();
    const texts = other.#texts.filled();
    other.#textStarts.push(texts.length);
    const starts = other.#textStarts.filled();
    for (let row = 0; row < other.rows; row += 1) {
      const scale = other.#scales.filled()[row] ?? 0;
      if (scale !== 0) this.#codes.pushAll(codes.subarray(row * other.#width, (row + 1) * other.#width));
      const given = other.#classes.values[other.#classOf.filled()[row] ?? 0];
      const document = other.#documents.values[other.#documentOf.filled()[row] ?? 0];
      if (given === undefined || document === undefined) throw new Error("a row of the new segment is not whole");
      this.#addRow({ ...given, documentId: document, updatedAtMs: other.#updatedAtMs.filled()[row] ?? null }, other.#lengths.filled()[row] ?? 0, scale, texts.subarray(starts[row], starts[row + 1]));
    }
    const [terms, rows, weights] = [other.#postingTerms.filled(), other.#postingRows.filled(), other.#postingWeights.filled()];
    const termOf = other.#terms.values.map((term) => this.#terms.of(term, term));
    for (let at = 0; at < terms.length; at += 1) this.#addPosting(termOf[terms[at] ?? 0] ?? 0, firstRow + (rows[at] ?? 0), weights[at] ?? 0);
  }

  content(): SegmentContent {
    this.#textStarts.push(this.#texts.length);
    const terms = tableOf(this.#terms.values);
    const documents = tableOf(this.#documents.values);
    return {
      rows: this.rows, dimensions: this.dimensions, width: this.#width, totalLength: this.#totalLength,
      lists: {
        ...this.#sortPostings(), ...this.#vectorLists(),
        termStarts: terms.starts, termBytes: terms.bytes, termSlots: terms.slots,
        documentStarts: documents.starts, documentBytes: documents.bytes, documentSlots: documents.slots,
        lengths: this.#lengths.filled(), classOf: this.#classOf.filled(), classes: Buffer.from(JSON.stringify(this.#classes.values), "utf8"), documentOf: this.#documentOf.filled(),
        updatedAtMs: this.#updatedAtMs.filled(), textStarts: this.#textStarts.filled(), texts: this.#texts.filled(),
      },
    };
  }

  #addRow(chunk: RowFacts, length: number, scale: number, text: Uint8Array): void {
    if (scale === 0) this.#skipCodes();
    this.#scales.push(scale);
    const given = classOf(chunk);
    this.#classOf.push(this.#classes.of(JSON.stringify(given), given));
    this.#documentOf.push(this.#documents.of(chunk.documentId, chunk.documentId));
    this.#updatedAtMs.push(chunk.updatedAtMs ?? -Infinity);
    this.#textStarts.push(this.#texts.length);
    this.#texts.pushAll(text);
    this.#lengths.push(length);
    this.#totalLength += length;
    this.rows += 1;
  }

  #addPosting(term: number, row: number, weight: number): void {
    this.#postingTerms.push(term);
    this.#postingRows.push(row);
    this.#postingWeights.push(Math.min(MAX_WEIGHT, weight));
  }

  /** From the first vector on every row has its place in `codes`. */
  #startVectors(dimensions: number): void {
    if (this.dimensions > 0) return;
    this.dimensions = dimensions;
    this.#width = rotationFor(dimensions).width;
    this.#codes.pushAll(new Uint8Array(this.rows * this.#width));
  }

  #skipCodes(): void {
    if (this.#width > 0) this.#codes.pushAll(new Uint8Array(this.#width));
  }

  /** The vector at length 1, turned and rounded; returns what a step of its codes is worth. */
  #addCodes(vector: Float32Array): number {
    this.#startVectors(vector.length);
    const turned = rotationFor(vector.length).turn(vector);
    let [sum, largest] = [0, 0];
    for (const value of turned) {
      sum += value * value;
      largest = Math.max(largest, Math.abs(value));
    }
    const codes = new Int8Array(turned.length);
    for (let at = 0; at < codes.length; at += 1) codes[at] = Math.round(((turned[at] ?? 0) / largest) * MAX_CODE);
    this.#codes.pushAll(new Uint8Array(codes.buffer));
    return largest / MAX_CODE / Math.sqrt(sum);
  }

  /** By term, rows ascending: they were added in that order for each term. */
  #sortPostings(): Pick<SegmentContent["lists"], "postingStarts" | "postingRows" | "postingWeights"> {
    const count = this.#postingTerms.length;
    const [terms, rows, weights] = [this.#postingTerms.filled(), this.#postingRows.filled(), this.#postingWeights.filled()];
    const starts = u32(this.#terms.values.length + 1);
    for (let at = 0; at < count; at += 1) starts[(terms[at] ?? 0) + 1] = (starts[(terms[at] ?? 0) + 1] ?? 0) + 1;
    for (let term = 1; term < starts.length; term += 1) starts[term] = (starts[term] ?? 0) + (starts[term - 1] ?? 0);
    const next = starts.slice();
    const [postingRows, postingWeights] = [u32(count), u16(count)];
    for (let at = 0; at < count; at += 1) {
      const term = terms[at] ?? 0;
      const to = next[term] ?? 0;
      next[term] = to + 1;
      postingRows[to] = rows[at] ?? 0;
      postingWeights[to] = weights[at] ?? 0;
    }
    return { postingStarts: starts, postingRows, postingWeights };
  }

  #vectorLists(): Pick<SegmentContent["lists"], "hasVector" | "centre" | "scales" | "bits" | "codes"> {
    const [width, rows] = [this.#width, this.rows];
    const codes = new Int8Array(this.#codes.filled().buffer, 0, rows * width);
    const scales = this.#scales.filled();
    const centre = new Float32Array(width);
    const hasVector = emptyMask(rows);
    let count = 0;
    for (let row = 0; row < rows; row += 1) if (scales[row] !== 0) count += 1;
    for (let row = 0; row < rows; row += 1) {
      const scale = scales[row] ?? 0;
      if (scale === 0) continue;
      addRow(hasVector, row);
      for (let at = 0; at < width; at += 1) centre[at] = (centre[at] ?? 0) + ((codes[row * width + at] ?? 0) * scale) / count;
    }
    const bits = new Uint8Array((rows * width) / 8);
    for (let row = 0; row < rows; row += 1) writeBits(bits, (row * width) / 8, centre, (at) => (codes[row * width + at] ?? 0) * (scales[row] ?? 0));
    return { hasVector, centre, scales, bits, codes };
  }
}

/** One bit a dimension, from `start` on: whether the value is above the centre. */
export function writeBits(bits: Uint8Array, start: number, centre: Float32Array, valueOf: (dimension: number) => number): void {
  for (let at = 0; at < centre.length; at += 1) if (valueOf(at) > (centre[at] ?? 0)) bits[start + (at >> 3)] = (bits[start + (at >> 3)] ?? 0) | (1 << (at & 7));
}
