import { MAX_PAGES, PAGE_BYTES, vectorKernels, type VectorKernels } from "./vectors/vector-kernels.ts";

/**
 * What a thread needs to search, of its own and used again for each search: the kernels with their memory, and the sums of
 * the words' scores. `scores` is all zeros between searches.
 */
export type Scratch = {
  arena: WebAssembly.Memory;
  kernels: VectorKernels;
  /** Memory for the kernels of at least so many bytes; earlier views are void. */
  bytes(count: number): ArrayBuffer;
  scores(rows: number): Float64Array;
  touched(rows: number): Uint32Array;
};

export function createScratch(arena: WebAssembly.Memory): Scratch {
  const memory = new WebAssembly.Memory({ initial: 16, maximum: MAX_PAGES });
  const kernels = vectorKernels(arena, memory);
  let scores = new Float64Array(1_024);
  let touched = new Uint32Array(1_024);
  return {
    arena,
    kernels,
    bytes(count) {
      if (memory.buffer.byteLength < count) memory.grow(Math.ceil((count - memory.buffer.byteLength) / PAGE_BYTES));
      return memory.buffer;
    },
    scores(rows) {
      if (scores.length < rows) scores = new Float64Array(rows);
      return scores;
    },
    touched(rows) {
      if (touched.length < rows) touched = new Uint32Array(rows);
      return touched;
    },
  };
}
