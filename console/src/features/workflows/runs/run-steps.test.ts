import assert from "node:assert/strict";
import { test } from "node:test";
import type { GraphEdge, TaskRecordView } from "../../../../../src/shapes/workflow.ts";
import { isTaken, statesAt, stepsOf } from "./run-steps.ts";

const record = (pointer: string, offsetUs: number, more: Partial<TaskRecordView> = {}): TaskRecordView => ({ pointer, name: pointer.split("/").at(-1) ?? "", kind: "call", iteration: 1, status: "completed", offsetUs, durationUs: 10, queuedUs: 0, input: null, output: null, calledWith: null, rounds: null, branch: null, reason: null, error: null, ...more });
const edge = (from: string, to: string, branch: string | null = null): GraphEdge => ({ id: `${from}${to}`, from, to, branch, label: null });

const TASKS = [
  record("/do/1/each/do/0/pay", 30, { iteration: 2 }), record("/do/0/size", 0, { kind: "switch", branch: "large" }), record("/do/1/each", 20, { kind: "for", durationUs: 100 }),
  record("/do/1/each/do/0/pay", 20, { status: "failed" }),
];

test("steps stand in the order of their beginning, and what holds others before them", () => {
  assert.deepEqual(stepsOf({ tasks: TASKS }).map((step) => [step.number, step.name, step.iteration]), [[1, "size", 1], [2, "each", 1], [3, "pay", 1], [4, "pay", 2]]);
});

test("before the last step what holds the current task is under way; at the last one all is as it ended", () => {
  const steps = stepsOf({ tasks: TASKS });
  assert.equal(statesAt(steps, 3).get("/do/1/each")?.status, "running");
  assert.equal(statesAt(steps, 3).get("/do/1/each/do/0/pay")?.status, "failed");
  assert.deepEqual([statesAt(steps, 4).get("/do/1/each")?.status, statesAt(steps, 4).get("/do/1/each/do/0/pay")?.runs], ["completed", 2]);
});

test("a switch's way is taken only by the case it chose, and the end only by a run that ended well", () => {
  const states = statesAt(stepsOf({ tasks: TASKS }), 4);
  assert.equal(isTaken(edge("/do/0/size", "/do/1/each", "large"), states, true), true);
  assert.equal(isTaken(edge("/do/0/size", "/do/1/each", "small"), states, true), false);
  assert.equal(isTaken(edge("/do/1/each", "end"), states, false), false);
  assert.equal(isTaken(edge("start", "/do/0/size"), states, false), true);
});
