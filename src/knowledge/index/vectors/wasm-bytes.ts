/**
 * Writes a WebAssembly module byte by byte: just enough of the binary format for the vector kernels, so that they need
 * neither a compiler nor a binary blob in the repository.
 *
 * Source: WebAssembly Core Specification 2.0 with multi-memory, https://webassembly.github.io/spec/core/binary/
 */
export type WasmFunction = { name: string; parameters: number; i32Locals: number; i64Locals: number; v128Locals: number; hasResult: boolean; body: number[] };

/** A memory that the module imports from `env`; sizes in pages of 64 KiB. */
export type WasmMemory = { name: string; initialPages: number; maximumPages: number; isShared: boolean };

const I32 = 0x7f;
const I64 = 0x7e;
const V128 = 0x7b;
const EMPTY = 0x40;

function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    bytes.push(rest > 0 ? low + 128 : low);
  } while (rest > 0);
  return bytes;
}

function signed(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (;;) {
    const low = rest & 0x7f;
    rest >>= 7;
    if ((rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0)) return [...bytes, low];
    bytes.push(low | 0x80);
  }
}

const simd = (code: number) => [0xfd, ...unsigned(code)];

/** Instructions by their names in the standard. A load's `memory` is the number of the memory it reads. */
export const op = {
  get: (local: number) => [0x20, ...unsigned(local)],
  set: (local: number) => [0x21, ...unsigned(local)],
  tee: (local: number) => [0x22, ...unsigned(local)],
  i32: (value: number) => [0x41, ...signed(value)],
  i64: (value: number) => [0x42, ...signed(value)],
  block: (...body: number[][]) => [0x02, EMPTY, ...body.flat(), 0x0b],
  loop: (...body: number[][]) => [0x03, EMPTY, ...body.flat(), 0x0b],
  branch: (depth: number) => [0x0c, ...unsigned(depth)],
  branchIf: (depth: number) => [0x0d, ...unsigned(depth)],
  add: [0x6a],
  multiply: [0x6c],
  shiftLeft: [0x74],
  isZero: [0x45],
  isGreaterOrEqual: [0x4f],
  wrap: [0xa7],
  add64: [0x7c],
  subtract64: [0x7d],
  and64: [0x83],
  xor64: [0x85],
  isZero64: [0x50],
  trailingZeros64: [0x7a],
  ones64: [0x7b],
  load32: (memory: number, offset = 0) => [0x28, ...place(2, memory), ...unsigned(offset)],
  load64: (memory: number, offset = 0) => [0x29, ...place(3, memory), ...unsigned(offset)],
  store32: (memory: number, offset = 0) => [0x36, ...place(2, memory), ...unsigned(offset)],
  store16: (memory: number, offset = 0) => [0x3b, ...place(1, memory), ...unsigned(offset)],
  loadVector: (memory: number, offset = 0) => [...simd(0), ...place(4, memory), ...unsigned(offset)],
  /** Eight signed bytes, each widened to 16 bits. */
  loadWidened: (memory: number, offset = 0) => [...simd(1), ...place(3, memory), ...unsigned(offset)],
  zeroVector: [...simd(12), ...Array.from({ length: 16 }, () => 0)],
  addVectors: simd(174),
  /** Products of 16-bit lanes, added in pairs to 32 bits. */
  dotVectors: simd(186),
  lane: (number: number) => [...simd(27), number],
};

/** Alignment with the flag that a memory number follows; memory 0 needs none. */
function place(alignment: number, memory: number): number[] {
  return memory === 0 ? [alignment] : [alignment | 0x40, ...unsigned(memory)];
}

const list = (items: readonly number[][]) => [...unsigned(items.length), ...items.flat()];
const text = (value: string) => list([...Buffer.from(value)].map((byte) => [byte]));
const section = (id: number, content: number[]) => [id, ...unsigned(content.length), ...content];

/** Parameters are all i32, and so is a result; locals follow them in the order i32, i64, v128. */
export function wasmModule(memories: readonly WasmMemory[], functions: readonly WasmFunction[]): Uint8Array<ArrayBuffer> {
  const types = functions.map((each) => [0x60, ...list(Array.from({ length: each.parameters }, () => [I32])), ...list(each.hasResult ? [[I32]] : [])]);
  const imports = memories.map((memory) => [...text("env"), ...text(memory.name), 0x02, memory.isShared ? 0x03 : 0x01, ...unsigned(memory.initialPages), ...unsigned(memory.maximumPages)]);
  const codes = functions.map((each) => {
    const locals = list([[...unsigned(each.i32Locals), I32], [...unsigned(each.i64Locals), I64], [...unsigned(each.v128Locals), V128]]);
    const code = [...locals, ...each.body, 0x0b];
    return [...unsigned(code.length), ...code];
  });
  return Uint8Array.from([
    0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00,
    ...section(1, list(types)),
    ...section(2, list(imports)),
    ...section(3, list(functions.map((_, number) => unsigned(number)))),
    ...section(7, list(functions.map((each, number) => [...text(each.name), 0x00, ...unsigned(number)]))),
    ...section(10, list(codes)),
  ]);
}
