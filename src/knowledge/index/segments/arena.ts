import { MAX_PAGES, PAGE_BYTES } from "../vectors/vector-kernels.ts";

/**
 * The memory that all tenants' segments lie in, shared by the threads. The system gives its pages as they are first
 * written to; what is freed is used again by later blocks.
 *
 * `allocate`: the place of a block of zeros or leftovers, null when there is no room. Owned by the main thread.
 */
export type Arena = { memory: WebAssembly.Memory; limitBytes: number; allocate(bytes: number): number | null; free(base: number): void; usedBytes(): number };

const ALIGNMENT = 4_096;
const GROWTH_PAGES = 256;

type Gap = { base: number; bytes: number };

export function createArena(limitBytes: number): Arena {
  const maximum = Math.max(1, Math.min(MAX_PAGES, Math.floor(limitBytes / PAGE_BYTES)));
  const memory = new WebAssembly.Memory({ initial: 1, maximum, shared: true });
  const blocks = new Map<number, number>();
  // By place, never two that touch. The first bytes stay unused, so that no block is at 0.
  const gaps: Gap[] = [{ base: ALIGNMENT, bytes: maximum * PAGE_BYTES - ALIGNMENT }];
  let usedBytes = 0;

  const growTo = (bytes: number): boolean => {
    const missing = Math.ceil((bytes - memory.buffer.byteLength) / PAGE_BYTES);
    if (missing <= 0) return true;
    try {
      memory.grow(Math.min(Math.max(missing, GROWTH_PAGES), maximum - memory.buffer.byteLength / PAGE_BYTES));
      return true;
    } catch (error) {
      // The machine has no more to give: the same to the caller as a full arena.
      if (error instanceof RangeError) return false;
      throw error;
    }
  };

  return {
    memory,
    limitBytes: maximum * PAGE_BYTES,
    allocate(wanted) {
      const bytes = Math.ceil(Math.max(1, wanted) / ALIGNMENT) * ALIGNMENT;
      const index = gaps.findIndex((gap) => gap.bytes >= bytes);
      const gap = gaps[index];
      if (gap === undefined || !growTo(gap.base + bytes)) return null;
      const { base } = gap;
      if (gap.bytes === bytes) gaps.splice(index, 1);
      else gaps[index] = { base: base + bytes, bytes: gap.bytes - bytes };
      blocks.set(base, bytes);
      usedBytes += bytes;
      return base;
    },
    free(base) {
      const bytes = blocks.get(base);
      if (bytes === undefined) return;
      blocks.delete(base);
      usedBytes -= bytes;
      const next = gaps.findIndex((gap) => gap.base > base);
      gaps.splice(next < 0 ? gaps.length : next, 0, { base, bytes });
      for (let at = gaps.length - 1; at > 0; at -= 1) joinGaps(gaps, at);
    },
    usedBytes: () => usedBytes,
  };
}

/** Joins the gap with the one before it when they touch. */
function joinGaps(gaps: Gap[], at: number): void {
  const [left, right] = [gaps[at - 1], gaps[at]];
  if (left === undefined || right === undefined || left.base + left.bytes !== right.base) return;
  gaps.splice(at - 1, 2, { base: left.base, bytes: left.bytes + right.bytes });
}
