import { isRecord } from "../../lib/is-record.ts";
import { durationMs } from "../functions/define-function.ts";
import type { Happened, ScriptedCall } from "./scripted/script.ts";
import type { TestRun } from "./run-test.ts";
import type { Expected } from "./test-file.ts";

/** One expectation that was not met. */
export type Difference = { what: string; expected: unknown; got: unknown };

/** What of a test's expectations was not met; none: it passed. */
export function judgeTest(expected: Expected, run: TestRun): readonly Difference[] {
  const differences: Difference[] = run.problems.map((problem) => ({ what: "test", expected: "everything provided for", got: problem }));
  const want = (what: string, wanted: unknown, got: unknown, isMet: boolean) => {
    if (wanted !== undefined && !isMet) differences.push({ what, expected: wanted, got });
  };
  const outcome = expected.outcome ?? (expected.error === undefined ? "completed" : "failed");
  const error = run.end.status === "failed" ? run.end.error : null;
  want("outcome", outcome, error === null ? run.end.status : `failed: ${error.type} at ${error.instance}: ${error.detail ?? error.title}`, run.end.status === outcome);
  want("error", expected.error, error?.type ?? null, error !== null && (error.type === expected.error || error.type.endsWith(`/${expected.error}`)));
  const output = run.end.status === "completed" ? run.end.output : null;
  want("output", expected.output, output, matches(expected.output, output));
  want("path", expected.path, run.path, matches(expected.path, run.path));
  want("passes", expected.passes, run.path, expected.passes !== undefined && isSubsequence(expected.passes, run.path));
  want("avoids", expected.avoids, run.path, expected.avoids?.every((name) => !run.path.includes(name)) === true);
  // What a run changes is never passed over: a test that names no effects says that there are none.
  for (const what of ["effects", "undone"] as const) want(what, expected[what] ?? [], run.happened[what], areCalls(expected[what] ?? [], run.happened[what]));
  want("approvals", expected.approvals, run.happened.approvals, areCalls(expected.approvals ?? [], run.happened.approvals));
  for (const what of ["replies", "handoffs", "notices", "requests", "events"] as const) want(what, expected[what], run.happened[what], matches(expected[what], listOf(run.happened, what)));
  want("took", expected.took, `${run.tookMs / 1_000} s`, expected.took !== undefined && durationMs(expected.took) === run.tookMs);
  return differences;
}

function listOf(happened: Happened, what: "replies" | "handoffs" | "notices" | "requests" | "events"): readonly unknown[] {
  return happened[what];
}

function areCalls(expected: readonly ScriptedCall[], got: readonly ScriptedCall[]): boolean {
  return expected.length === got.length && expected.every((call, place) => matches(call, got[place]));
}

/** Objects hold at least what is expected, lists as many; a text `/.../` is a pattern. */
function matches(expected: unknown, got: unknown): boolean {
  if (typeof expected === "string" && typeof got === "string" && expected.length > 2 && expected.startsWith("/") && expected.endsWith("/")) return new RegExp(expected.slice(1, -1), "su").test(got);
  if (Array.isArray(expected)) return Array.isArray(got) && expected.length === got.length && expected.every((item, place) => matches(item, got[place]));
  if (isRecord(expected)) return isRecord(got) && Object.entries(expected).every(([key, item]) => (item === null && got[key] === undefined) || matches(item, got[key]));
  return Object.is(expected, got);
}

function isSubsequence(names: readonly string[], path: readonly string[]): boolean {
  let place = 0;
  for (const name of path) if (name === names[place]) place += 1;
  return place === names.length;
}
