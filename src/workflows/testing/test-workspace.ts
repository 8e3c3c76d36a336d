import { messageOf } from "../../lib/app-error.ts";
import { coverageOf, waysOf, type WorkflowCoverage } from "./coverage.ts";
import { judgeTest, type Difference } from "./judge-test.ts";
import { runTest, type TestRun, type TestWorld } from "./run-test.ts";
import type { WorkflowTest } from "./test-file.ts";

export type TestOutcome = { test: WorkflowTest; differences: readonly Difference[]; tookMs: number };
export type SuiteOutcome = { outcomes: readonly TestOutcome[]; coverage: readonly WorkflowCoverage[]; tookMs: number };

/**
 * Carries out the tests one after the other and counts what of each document they went through, sub-workflows included.
 *
 * Units: `tookMs` real time.
 */
export async function testWorkspace(world: TestWorld, tests: readonly WorkflowTest[], onOutcome: (outcome: TestOutcome) => void = () => {}): Promise<SuiteOutcome> {
  const startedMs = performance.now();
  const seen = new Map<string, Set<string>>();
  const outcomes: TestOutcome[] = [];
  for (const test of tests) {
    const outcome = await carryOut(world, test, seen);
    outcomes.push(outcome);
    onOutcome(outcome);
  }
  const coverage = [...world.workflows.values()].map(({ definition, file, placeOf }) => coverageOf({ definition, file, lineOf: (pointer) => placeOf(pointer).line }, seen.get(nameOf(definition.document)) ?? new Set()));
  return { outcomes, coverage, tookMs: performance.now() - startedMs };
}

async function carryOut(world: TestWorld, test: WorkflowTest, seen: Map<string, Set<string>>): Promise<TestOutcome> {
  const startedMs = performance.now();
  const tookMs = () => performance.now() - startedMs;
  try {
    const run = await runTest(world, test);
    mark(run, seen);
    return { test, differences: judgeTest(test.expect, run), tookMs: tookMs() };
  } catch (error) {
    return { test, differences: [{ what: "test", expected: "a run", got: messageOf(error) }], tookMs: tookMs() };
  }
}

function mark(run: TestRun, seen: Map<string, Set<string>>): void {
  for (const task of run.tasks) {
    const name = nameOf(task.workflow);
    const ways = seen.get(name) ?? new Set();
    seen.set(name, ways);
    for (const way of waysOf(task)) ways.add(`${task.pointer} ${way}`);
  }
}

function nameOf({ namespace, name }: { namespace: string; name: string }): string {
  return `${namespace}/${name}`;
}
