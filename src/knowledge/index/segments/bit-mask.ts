/** Rows as bits, 32 a word; the words are a multiple of two, so that they can be read 64 at a time. */
export function emptyMask(rows: number): Uint32Array<ArrayBuffer> {
  return new Uint32Array(2 * Math.ceil(rows / 64));
}

export function hasRow(mask: Uint32Array, row: number): boolean {
  return (((mask[row >>> 5] ?? 0) >>> (row & 31)) & 1) === 1;
}

export function addRow(mask: Uint32Array, row: number): void {
  mask[row >>> 5] = (mask[row >>> 5] ?? 0) | (1 << (row & 31));
}

export function countRows(mask: Uint32Array): number {
  let count = 0;
  for (const word of mask) {
    let bits = word - ((word >>> 1) & 0x55555555);
    bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
    count += Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
  }
  return count;
}

/** Writes the rows of a mask, ascending; returns how many. */
export function listRows(mask: Uint32Array, out: Uint32Array): number {
  let count = 0;
  for (let word = 0; word < mask.length; word += 1) {
    for (let left = mask[word] ?? 0; left !== 0; left &= left - 1) {
      out[count] = word * 32 + (31 - Math.clz32(left & -left));
      count += 1;
    }
  }
  return count;
}
