import assert from "node:assert/strict";
import { test } from "node:test";
import { chunkSpans } from "./chunk-spans.ts";

test("the spans of a text cover it from end to end, with what stands in no chunk", () => {
  assert.deepEqual(chunkSpans(30, [{ startOffset: 5, endOffset: 10 }, { startOffset: 12, endOffset: 25 }]), [
    { from: 0, to: 5, chunk: null, overlap: 0 }, { from: 5, to: 10, chunk: 0, overlap: 0 }, { from: 10, to: 12, chunk: null, overlap: 0 }, { from: 12, to: 25, chunk: 1, overlap: 0 }, { from: 25, to: 30, chunk: null, overlap: 0 },
  ]);
});

test("what two chunks share is shown once, and counted", () => {
  assert.deepEqual(chunkSpans(20, [{ startOffset: 0, endOffset: 12 }, { startOffset: 8, endOffset: 20 }]), [{ from: 0, to: 12, chunk: 0, overlap: 0 }, { from: 12, to: 20, chunk: 1, overlap: 4 }]);
});
