import { op, wasmModule, type WasmFunction } from "./wasm-bytes.ts";

/** Bytes of one page of WebAssembly memory. */
export const PAGE_BYTES = 65_536;
/** The most a 32-bit memory can hold. */
export const MAX_PAGES = 65_536;

const ARENA = 0;
const SCRATCH = 1;

/**
 * The two loops that a search over vectors spends its time in, over `arena` (shared by all threads) and `scratch` (the
 * thread's own). Every argument that names a place is in bytes.
 */
export type VectorKernels = {
  /**
   * For each row whose bit is set in `mask` (scratch, `maskWords` of 64 bits): the number of bits in which it differs from
   * `query` (scratch). Row r's bits are at `bits` (arena) + r × `rowBytes`, a multiple of 16. Writes rows as u32 to `outRows`, differences as
   * u16 to `outBits` and counts them in the u32 list `histogram`, all in scratch. Returns how many rows there were.
   */
  differences(bits: number, rowBytes: number, mask: number, maskWords: number, query: number, outRows: number, outBits: number, histogram: number): number;
  /**
   * For each of the `count` rows listed at `rows` (scratch, u32): the dot product of its signed bytes at `codes` (arena) + row × `rowBytes`, a multiple of 16,
   * with `query` (scratch, as many i16). Writes i32 to `out` (scratch).
   */
  products(codes: number, rowBytes: number, rows: number, count: number, query: number, out: number): void;
};

function differences(): WasmFunction {
  const [bits, rowBytes, mask, maskWords, query, outRows, outBits, histogram] = [0, 1, 2, 3, 4, 5, 6, 7];
  const [word, row, at, end, count, left, sum] = [8, 9, 10, 11, 12, 13, 14];
  const pending = 15;
  const each = (offset: number) => [...op.get(at), ...op.load64(ARENA, offset), ...op.get(left), ...op.load64(SCRATCH, offset), ...op.xor64, ...op.ones64, ...op.wrap];
  const body = op.block(op.loop(
    op.get(word), op.get(maskWords), op.isGreaterOrEqual, op.branchIf(1),
    op.get(mask), op.get(word), op.i32(3), op.shiftLeft, op.add, op.load64(SCRATCH), op.set(pending),
    op.block(op.loop(
      op.get(pending), op.isZero64, op.branchIf(1),
      op.get(word), op.i32(6), op.shiftLeft, op.get(pending), op.trailingZeros64, op.wrap, op.add, op.set(row),
      op.get(pending), op.get(pending), op.i64(1), op.subtract64, op.and64, op.set(pending),
      op.get(bits), op.get(row), op.get(rowBytes), op.multiply, op.add, op.tee(at), op.get(rowBytes), op.add, op.set(end),
      op.get(query), op.set(left), op.i32(0), op.set(sum),
      op.loop(
        each(0), op.get(sum), op.add, each(8), op.add, op.set(sum),
        op.get(left), op.i32(16), op.add, op.set(left),
        op.get(at), op.i32(16), op.add, op.tee(at), op.get(end), op.isGreaterOrEqual, op.isZero, op.branchIf(0),
      ),
      op.get(outRows), op.get(count), op.i32(2), op.shiftLeft, op.add, op.get(row), op.store32(SCRATCH),
      op.get(outBits), op.get(count), op.i32(1), op.shiftLeft, op.add, op.get(sum), op.store16(SCRATCH),
      op.get(histogram), op.get(sum), op.i32(2), op.shiftLeft, op.add, op.tee(at), op.get(at), op.load32(SCRATCH), op.i32(1), op.add, op.store32(SCRATCH),
      op.get(count), op.i32(1), op.add, op.set(count),
      op.branch(0),
    )),
    op.get(word), op.i32(1), op.add, op.set(word),
    op.branch(0),
  ));
  return { name: "differences", parameters: 8, i32Locals: 7, i64Locals: 1, v128Locals: 0, hasResult: true, body: [...body, ...op.get(count)] };
}

function products(): WasmFunction {
  const [codes, rowBytes, rows, count, query, out] = [0, 1, 2, 3, 4, 5];
  const [number, at, end, left] = [6, 7, 8, 9];
  const sum = 10;
  const each = (offset: number) => [...op.get(at), ...op.loadWidened(ARENA, offset), ...op.get(left), ...op.loadVector(SCRATCH, 2 * offset), ...op.dotVectors, ...op.get(sum), ...op.addVectors, ...op.set(sum)];
  const body = op.block(op.loop(
    op.get(number), op.get(count), op.isGreaterOrEqual, op.branchIf(1),
    op.get(codes), op.get(rows), op.get(number), op.i32(2), op.shiftLeft, op.add, op.load32(SCRATCH), op.get(rowBytes), op.multiply, op.add, op.tee(at), op.get(rowBytes), op.add, op.set(end),
    op.get(query), op.set(left), op.zeroVector, op.set(sum),
    op.loop(
      each(0), each(8),
      op.get(left), op.i32(32), op.add, op.set(left),
      op.get(at), op.i32(16), op.add, op.tee(at), op.get(end), op.isGreaterOrEqual, op.isZero, op.branchIf(0),
    ),
    op.get(out), op.get(number), op.i32(2), op.shiftLeft, op.add,
    op.get(sum), op.lane(0), op.get(sum), op.lane(1), op.add, op.get(sum), op.lane(2), op.add, op.get(sum), op.lane(3), op.add, op.store32(SCRATCH),
    op.get(number), op.i32(1), op.add, op.set(number),
    op.branch(0),
  ));
  return { name: "products", parameters: 6, i32Locals: 4, i64Locals: 0, v128Locals: 1, hasResult: false, body };
}

let compiled: WebAssembly.Module | null = null;

/** The kernels over these two memories; compiled once a thread. */
export function vectorKernels(arena: WebAssembly.Memory, scratch: WebAssembly.Memory): VectorKernels {
  compiled ??= new WebAssembly.Module(wasmModule([{ name: "arena", initialPages: 0, maximumPages: MAX_PAGES, isShared: true }, { name: "scratch", initialPages: 0, maximumPages: MAX_PAGES, isShared: false }], [differences(), products()]));
  const { exports } = new WebAssembly.Instance(compiled, { env: { arena, scratch } });
  const { differences: countDifferences, products: makeProducts } = exports;
  if (typeof countDifferences !== "function" || typeof makeProducts !== "function") throw new Error("the vector kernels are not what was compiled");
  return {
    differences: (...places) => Number(countDifferences(...places)),
    products: (...places) => {
      makeProducts(...places);
    },
  };
}
