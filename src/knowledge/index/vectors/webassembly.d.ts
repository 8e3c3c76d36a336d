/** The part of WebAssembly that the index uses; Node has it, the compiler's list of this project (no browser) has not. */
declare namespace WebAssembly {
  interface Module {
    readonly [Symbol.toStringTag]: string;
  }
  const Module: new (bytes: Uint8Array<ArrayBuffer>) => Module;
  class Instance {
    readonly exports: Readonly<Record<string, unknown>>;
    constructor(module: Module, imports: Record<string, Record<string, Memory>>);
  }
  class Memory {
    /** An `ArrayBuffer`, or a `SharedArrayBuffer` when the memory was made `shared`; another one after `grow`. */
    readonly buffer: ArrayBuffer;
    constructor(descriptor: { initial: number; maximum?: number; shared?: boolean });
    grow(pages: number): number;
  }
}
