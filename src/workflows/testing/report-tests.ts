import type { SuiteOutcome, TestOutcome } from "./test-workspace.ts";

/** A line for a test that passed; what differs below it for one that did not. */
export function testLine({ test, differences }: TestOutcome): string {
  const line = `${differences.length === 0 ? "ok  " : "FAIL"}  ${test.workflow}: ${test.name}\n`;
  return line + differences.map(({ what, expected, got }) => (what === "test" ? `        ${String(got)}\n` : `        ${what}\n          - expected  ${show(expected)}\n          + got       ${show(got)}\n`)).join("");
}

/** Coverage of every workflow with the branches that no test takes, and the count. */
export function summary({ outcomes, coverage, tookMs }: SuiteOutcome, threshold: number): string {
  const width = Math.max(0, ...coverage.map(({ name }) => name.length));
  const lines = coverage.map(({ name, percent, covered, branches, missing, file }) => {
    const line = `${percent < threshold ? "FAIL" : "ok  "}  ${name.padEnd(width)}  ${percent} % of branches (${covered} of ${branches})\n`;
    return line + missing.slice(0, 20).map((branch) => `        ${file}:${branch.line}  ${branch.label}\n`).join("") + (missing.length > 20 ? `        and ${missing.length - 20} more\n` : "");
  });
  const failed = outcomes.filter(({ differences }) => differences.length > 0).length;
  const perMinute = tookMs === 0 ? 0 : Math.round((outcomes.length / tookMs) * 60_000);
  return `\nBranch coverage (at least ${threshold} %)\n${lines.join("")}\n${outcomes.length - failed} passed, ${failed} failed in ${(tookMs / 1_000).toFixed(2)} s (${perMinute.toLocaleString("en")} a minute)\n`;
}

/** The same for machines. */
export function toJsonReport({ outcomes, coverage, tookMs }: SuiteOutcome, threshold: number, passed: boolean): string {
  const tests = outcomes.map(({ test, differences, tookMs: testMs }) => ({ file: test.file, workflow: test.workflow, name: test.name, passed: differences.length === 0, tookMs: round(testMs), differences }));
  return `${JSON.stringify({ passed, threshold, tookMs: round(tookMs), tests, coverage }, null, 2)}\n`;
}

/** Whether everything passed and every workflow is covered as far as is wanted. */
export function hasPassed({ outcomes, coverage }: SuiteOutcome, threshold: number): boolean {
  return outcomes.every(({ differences }) => differences.length === 0) && coverage.every(({ percent }) => percent >= threshold);
}

function round(ms: number): number {
  return Math.round(ms * 100) / 100;
}

function show(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "nothing");
}
