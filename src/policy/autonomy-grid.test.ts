import assert from "node:assert/strict";
import { test } from "node:test";
import { autonomySection } from "./autonomy-file.ts";
import { autonomyGrid } from "./autonomy-grid.ts";

const none = { levels: new Map(), closed: new Set<never>() };

test("without rules there is one row, at the level of the plan", () => {
  const grid = autonomyGrid(autonomySection.parse({ level: "draft" }), none);
  assert.deepEqual([grid.intents, grid.channels, grid.usesRisks, grid.cells.length], [[null], [null], false, 4]);
  assert.deepEqual(grid.cells[0]?.bands, [{ amountUpToCents: null, level: "draft", rule: null, closedRung: null }]);
});

test("a cell has a band for every amount at which another rule begins, and neighbours under one rule are one", () => {
  const plan = autonomySection.parse({ rules: [
    { name: "small", intents: ["refund"], channels: ["web"], risks: ["money"], amountUpTo: 50, level: "act" },
    { name: "other", amountUpTo: 80, intents: ["address"], level: "suggest" },
    { name: "money", risks: ["money"], level: "draft" },
  ] });
  const grid = autonomyGrid(plan, { levels: new Map([["money", "act_with_approval"]]), closed: new Set(["act"]) });
  assert.deepEqual([grid.intents, grid.channels, grid.usesRisks], [["refund", "address", null], ["web", null], true]);
  const at = (intent: string | null, channel: string | null, risk: string) => grid.cells.find((cell) => cell.intent === intent && cell.channel === channel && cell.risk === risk)?.bands;
  assert.deepEqual(at("refund", "web", "money"), [
    { amountUpToCents: 5_000, level: "act_with_approval", rule: "small", closedRung: "act" },
    { amountUpToCents: null, level: "act_with_approval", rule: "money", closedRung: null },
  ]);
  assert.deepEqual(at("refund", null, "money")?.map((band) => band.rule), ["money"]);
  assert.deepEqual(at("address", "web", "money")?.map((band) => [band.amountUpToCents, band.rule]), [[8_000, "other"], [null, "money"]]);
});
