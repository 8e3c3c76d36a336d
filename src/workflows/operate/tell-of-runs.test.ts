import assert from "node:assert/strict";
import { test } from "node:test";
import type { LiveEvent } from "../../observe/live.ts";
import { until } from "../../../test/start-test-app.ts";
import { toRunInput } from "../run/start-run.ts";
import type { RunRecords, RunWrite } from "../run/run-records.ts";
import { NO_RECORDS } from "../testing/scripted/memory-records.ts";
import { tellOfRuns } from "./tell-of-runs.ts";

function writeOf(runId: string): RunWrite {
  const run = toRunInput({ tenantId: "desk", runId, hash: "0", input: {}, startedBy: "turn" }, 0);
  return { run, workflow: { namespace: "desk", name: "refund", version: "1.0.0" }, invocationId: "inv_1", state: null, tasks: [] };
}

function start(write: RunRecords["write"] = () => Promise.resolve()) {
  const told: LiveEvent[] = [];
  return { told, records: tellOfRuns({ ...NO_RECORDS, write }, { publish: (event) => told.push(event) }) };
}

test("a run that is written several times in a moment is told of once", async () => {
  const { told, records } = start();
  for (let each = 0; each < 5; each += 1) await records.write(writeOf("run_1"));
  await until(() => told.length > 0);
  assert.deepEqual(told, [{ kind: "runs", tenantId: "desk", runIds: ["run_1"] }]);
  await records.write(writeOf("run_1"));
  await until(() => told.length > 1);
});

test("a thousand runs in a moment are one event that names none", async () => {
  const { told, records } = start();
  await Promise.all(Array.from({ length: 1_000 }, (_, each) => records.write(writeOf(`run_${each}`))));
  await until(() => told.length > 0);
  assert.deepEqual(told, [{ kind: "runs", tenantId: "desk", runIds: null }]);
});

test("what could not be written is not told", async () => {
  const { told, records } = start(() => Promise.reject(new Error("the database is away")));
  await assert.rejects(records.write(writeOf("run_1")));
  await new Promise((resolve) => setTimeout(resolve, 120));
  assert.deepEqual(told, []);
});
