import assert from "node:assert/strict";
import { test } from "node:test";
import { isSameEnd, keyed, leavesAs } from "./end-state.ts";

const order = (after: Record<string, unknown>) => keyed([{ collection: "orders", key: "1", before: { status: "open", bags: 0 }, after }]);
const start = keyed([]);

test("a write is as the reference leaves it when each place it changed is", () => {
  const reference = order({ status: "cancelled", bags: 2 });
  assert.equal(leavesAs(reference, start, order({ status: "open", bags: 2 })), true);
  assert.equal(leavesAs(reference, start, order({ status: "open", bags: 3 })), false);
});

test("a write on a record that the reference leaves alone is not as the reference leaves it", () => {
  assert.equal(leavesAs(start, start, order({ status: "cancelled", bags: 0 })), false);
});

test("taking back what was wrong leaves the record as the reference does", () => {
  const wrong = order({ status: "cancelled", bags: 0 });
  assert.equal(leavesAs(start, wrong, start), true);
  assert.equal(isSameEnd(start, start), true);
  assert.equal(isSameEnd(start, wrong), false);
});
