import { ok, strictEqual } from "node:assert";
import { test } from "node:test";
import fc from "fast-check";
import { createArena } from "./arena.ts";

test("blocks never overlap, stay within the limit, and what is freed is whole again", () => {
  const steps = fc.array(fc.record({ bytes: fc.integer({ min: 1, max: 200_000 }), isFreed: fc.boolean(), which: fc.nat() }), { maxLength: 60 });
  fc.assert(
    fc.property(steps, (list) => {
      const arena = createArena(2 ** 20);
      const blocks: { base: number; end: number }[] = [];
      for (const { bytes, isFreed, which } of list) {
        if (isFreed && blocks.length > 0) {
          const [freed] = blocks.splice(which % blocks.length, 1);
          arena.free(freed?.base ?? 0);
          continue;
        }
        const base = arena.allocate(bytes);
        if (base === null) continue;
        ok(base > 0 && base + bytes <= arena.memory.buffer.byteLength && base + bytes <= 2 ** 20);
        ok(blocks.every((other) => base >= other.end || base + bytes <= other.base));
        blocks.push({ base, end: base + bytes });
      }
      for (const { base } of blocks) arena.free(base);
      strictEqual(arena.usedBytes(), 0);
      ok(arena.allocate(2 ** 20 - 4_096) !== null);
    }),
  );
});

test("freeing twice frees once, and more than the limit is refused", () => {
  const arena = createArena(2 ** 20);
  const base = arena.allocate(10) ?? 0;
  arena.free(base);
  arena.free(base);
  strictEqual(arena.usedBytes(), 0);
  strictEqual(arena.allocate(2 ** 20), null);
});
