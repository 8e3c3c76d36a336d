import assert from "node:assert/strict";
import { test } from "node:test";
import type { RouterReport } from "../../../../src/shapes/routing.ts";
import { sayEvaluation, sayOutcome, scaleOf } from "./routes-words.ts";

const total = { name: "all", cases: 100, isOpen: true, share: 0.5, microUsd: 600, bestMicroUsd: 1_000, quality: 0.9, lower: 0.89, bestQuality: 0.9 };
const report: RouterReport = {
  models: [{ name: "small", provider: "ollama", modelId: "s", quality: 0.7, microUsd: 200 }, { name: "big", provider: "openai", modelId: "b", quality: 0.9, microUsd: 1_000 }],
  best: "big", floor: 0.98, folds: 5, apgr: 0.7, calibrationError: 0.02, points: [{ tolerance: 0.1, share: 0.5, microUsd: 600, quality: 0.9, lower: 0.89 }], chosen: 0, total, languages: [], intents: [],
};

test("the outcome says what is saved and what is kept", () => {
  assert.equal(sayOutcome(report), "50.0 % of the prompts go to a cheaper model, which saves 40.0 % of the cost. At least 98.0 % of the quality of big is kept, with 95 % certainty.");
  assert.match(sayOutcome({ ...report, chosen: null }), /all goes to big/);
});

test("what a model has graded is said with its cost, what failed, and why it ended early", () => {
  const made = { judge: "big", models: ["small", "big"], prompts: 2, grades: 4, microUsd: 4_620, failures: [], stopped: null };
  assert.equal(sayEvaluation(made), "big has graded 4 answers to 2 prompts, which cost $0.0046.");
  assert.equal(sayEvaluation({ ...made, microUsd: null, failures: [{ model: "small", reason: "models.unavailable", count: 1 }], stopped: "The budget is used up." }), "big has graded 4 answers to 2 prompts. Not answered: small, 1 time (models.unavailable). It ended early: The budget is used up.");
});

test("the better model stands higher and the dearer one further right, all within the sheet", () => {
  const { place } = scaleOf(report, 400, 200);
  const [small, big] = [place(200, 0.7), place(1_000, 0.9)];
  assert.ok(small.x < big.x && small.y > big.y);
  for (const { x, y } of [small, big]) assert.ok(x > 0 && x < 400 && y > 0 && y < 200);
});

test("models of equal cost and quality still have a place", () => {
  const flat = { ...report, points: [], floor: 1, models: report.models.map((model) => ({ ...model, quality: 0, microUsd: 0 })) };
  const { x, y } = scaleOf(flat, 400, 200).place(0, 0);
  assert.ok(Number.isFinite(x) && Number.isFinite(y));
});
