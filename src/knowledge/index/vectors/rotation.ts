/**
 * Turns vectors by one fixed rotation, so that what they say is spread evenly over all dimensions: one bit or byte a
 * dimension then loses little, also of vectors that are mostly zeros or have a few large values.
 *
 * Shapes: any length in, `width` out (the next multiple of 128, filled with zeros before turning); lengths and angles are kept. The same
 * dimensions give the same rotation in every process. Replay: pure.
 * Source: three rounds of random signs and Hadamard blocks, as in Andoni et al., "Practical and Optimal LSH for Angular Distance", arXiv:1509.02897.
 */
export type Rotation = { width: number; turn(vector: Float32Array): Float32Array };

const ROUNDS = 3;
const STEP = 128;

const known = new Map<number, Rotation>();

export function rotationFor(dimensions: number): Rotation {
  const width = Math.ceil(dimensions / STEP) * STEP;
  const found = known.get(width) ?? createRotation(width);
  known.set(width, found);
  return found;
}

function createRotation(width: number): Rotation {
  const random = chance(width);
  const signs = Array.from({ length: ROUNDS }, () => Float32Array.from({ length: width }, () => (random() < 0.5 ? -1 : 1)));
  const orders = Array.from({ length: ROUNDS }, () => shuffled(width, random));
  const blocks = blocksOf(width);
  return {
    width,
    turn(vector) {
      let from: Float32Array = new Float32Array(width);
      from.set(vector);
      let to: Float32Array = new Float32Array(width);
      for (let round = 0; round < ROUNDS; round += 1) {
        const order = orders[round];
        const sign = signs[round];
        if (order === undefined || sign === undefined) continue;
        for (let at = 0; at < width; at += 1) to[at] = (from[order[at] ?? 0] ?? 0) * (sign[at] ?? 0);
        for (const block of blocks) hadamard(to, block.from, block.size);
        const turned = to;
        to = from;
        from = turned;
      }
      return from;
    },
  };
}

/** The width as powers of two, largest first: 384 is 256 and 128. */
function blocksOf(width: number): { from: number; size: number }[] {
  const blocks: { from: number; size: number }[] = [];
  for (let from = 0; from < width; ) {
    const size = 2 ** Math.floor(Math.log2(width - from));
    blocks.push({ from, size });
    from += size;
  }
  return blocks;
}

function hadamard(values: Float32Array, from: number, size: number): void {
  for (let half = 1; half < size; half *= 2) {
    for (let start = from; start < from + size; start += 2 * half) {
      for (let at = start; at < start + half; at += 1) {
        const left = values[at] ?? 0;
        const right = values[at + half] ?? 0;
        values[at] = left + right;
        values[at + half] = left - right;
      }
    }
  }
  const scale = 1 / Math.sqrt(size);
  for (let at = from; at < from + size; at += 1) values[at] = (values[at] ?? 0) * scale;
}

function shuffled(length: number, random: () => number): Uint16Array {
  const order = Uint16Array.from({ length }, (_, index) => index);
  for (let at = length - 1; at > 0; at -= 1) {
    const other = Math.floor(random() * (at + 1));
    [order[at], order[other]] = [order[other] ?? 0, order[at] ?? 0];
  }
  return order;
}

/** Mulberry32: the same numbers everywhere. */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
