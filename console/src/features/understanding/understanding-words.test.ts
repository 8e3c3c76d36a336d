import assert from "node:assert/strict";
import { test } from "node:test";
import { matrixOf, sayIntent, sayMove, sayTraining } from "./understanding-words.ts";

const summary = { examples: 10, accuracy: 0.8, noneRecall: null, calibrationError: 0.04 };

test("moves are said in words", () => {
  assert.deepEqual([sayMove(0.8, 0.825), sayMove(0.8, 0.79), sayMove(0.8, 0.8)], ["+2.5 points", "−1.0 points", "unchanged"]);
  assert.equal(sayTraining({ before: summary, after: { ...summary, accuracy: 0.85 } }), "Right intent 80.0 % → 85.0 % (+5.0 points)");
  assert.deepEqual([sayIntent("out_of_scope"), sayIntent("order_status")], ["None of these", "Order status"]);
});

test("the matrix has a cell for every pair, and a column for none", () => {
  const rows = matrixOf({ intents: [{ name: "a", examples: 4, precision: 1, recall: 0.75 }, { name: "b", examples: 0, precision: null, recall: null }], confusion: [{ intent: "a", readAs: "a", count: 3 }, { intent: "a", readAs: "out_of_scope", count: 1 }] });
  assert.deepEqual(rows.map(({ intent, total, cells }) => [intent, total, cells.map(({ count }) => count)]), [["a", 4, [3, 0, 1]], ["b", 0, [0, 0, 0]]]);
  assert.equal(rows[0]?.cells[0]?.share, 0.75);
});
