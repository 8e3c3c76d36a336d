import { listRows } from "../segments/bit-mask.ts";
import type { Scored } from "../fuse-ranks.ts";
import type { Scratch } from "../scratch.ts";
import { writeBits } from "../segments/segment-builder.ts";
import type { Segment } from "../segments/segment.ts";
import { topRows } from "../top-rows.ts";

/** Up to so many permitted rows are all compared by their codes. */
const ALL_BY_CODES = 2_000;
/** Rows looked at again by their codes, for each one wanted and at least; shared out over the segments, with so many for each at least. */
const AGAIN_EACH = 10;
const AGAIN_AT_LEAST = 400;
const AGAIN_A_SEGMENT = 100;
/** How many times more when many have equal bits. */
const AGAIN_AT_MOST = 4;
/** The query in 16 bits; with codes of 8 the sums stay far below 32. */
const QUERY_STEPS = 8_191;

/**
 * The rows of a segment nearest to `query`, out of those in `mask` (all of them with vectors, `permitted` in number, `permittedInAll` in all segments).
 *
 * Shapes: `query` of length 1, turned by `rotationFor`; returns cosines within about 0.001, best first. All permitted rows are compared by
 * one bit a dimension, the best again by one byte: no row is left out by a structure that does not know who asks.
 */
export function nearestRows(scratch: Scratch, segment: Segment, { mask, permitted, permittedInAll }: { mask: Uint32Array; permitted: number; permittedInAll: number }, query: Float32Array, limit: number): Scored[] {
  if (permitted === 0 || limit === 0) return [];
  const { width } = segment;
  const again = Math.max(AGAIN_A_SEGMENT, Math.ceil((Math.max(AGAIN_AT_LEAST, AGAIN_EACH * limit) * permitted) / permittedInAll));
  const most = Math.max(ALL_BY_CODES, again * AGAIN_AT_MOST);
  // Laid out from the largest alignment down.
  const at = places([mask.byteLength, width * 2, width / 8, (width + 1) * 4, permitted * 4, most * 4, most * 4, permitted * 2]);
  const buffer = scratch.bytes(at.end);
  const [maskAt = 0, queryAt = 0, bitsAt = 0, histogramAt = 0, rowsAt = 0, againAt = 0, productsAt = 0, differencesAt = 0] = at.starts;
  const steps = new Int16Array(buffer, queryAt, width);
  for (let dimension = 0; dimension < width; dimension += 1) steps[dimension] = Math.round((query[dimension] ?? 0) * QUERY_STEPS);
  const looked = new Uint32Array(buffer, againAt, most);
  let count: number;
  if (permitted <= ALL_BY_CODES) count = listRows(mask, looked);
  else {
    new Uint32Array(buffer, maskAt, mask.length).set(mask);
    const bits = new Uint8Array(buffer, bitsAt, width / 8).fill(0);
    writeBits(bits, 0, segment.centre, (dimension) => query[dimension] ?? 0);
    const histogram = new Uint32Array(buffer, histogramAt, width + 1).fill(0);
    const found = scratch.kernels.differences(segment.bits, width / 8, maskAt, mask.length / 2, bitsAt, rowsAt, differencesAt, histogramAt);
    count = closest(new Uint32Array(buffer, rowsAt, found), new Uint16Array(buffer, differencesAt, found), histogram, again, looked);
  }
  scratch.kernels.products(segment.codes, width, againAt, count, queryAt, productsAt);
  const products = new Int32Array(buffer, productsAt, count);
  return topRows(count, limit, (index) => looked[index] ?? 0, (index) => ((products[index] ?? 0) * (segment.scales[looked[index] ?? 0] ?? 0)) / QUERY_STEPS);
}

/** Writes the rows with the fewest different bits, about `wanted` of them; returns how many. */
function closest(rows: Uint32Array, differences: Uint16Array, histogram: Uint32Array, wanted: number, out: Uint32Array): number {
  let cut = 0;
  for (let below = 0; cut < histogram.length && below < wanted; cut += 1) below += histogram[cut] ?? 0;
  let count = 0;
  for (let index = 0; index < rows.length && count < out.length; index += 1) {
    if ((differences[index] ?? 0) >= cut) continue;
    out[count] = rows[index] ?? 0;
    count += 1;
  }
  return count;
}

/** Where blocks of these sizes begin, each at a multiple of 16. */
function places(sizes: readonly number[]): { starts: number[]; end: number } {
  let end = 0;
  const starts = sizes.map((size) => {
    const start = end;
    end += Math.ceil(size / 16) * 16;
    return start;
  });
  return { starts, end };
}
