import type { NamedTask, WorkflowSource } from "../document/definition.ts";
import type { CheckEnvironment } from "./environment.ts";
import type { Finding } from "./finding.ts";

/** One check under way. */
export type Checking = { source: WorkflowSource; environment: CheckEnvironment; report: Report };

/** `at`: an expression in the value at the pointer, and how far into it. */
export type Report = (finding: Omit<Finding, "place">, at?: { text: string; offset: number }) => void;

/** Gathers findings with their places; the same one is kept once. */
export function createReport(source: WorkflowSource): { findings: Finding[]; report: Report } {
  const findings: Finding[] = [];
  const seen = new Set<string>();
  return {
    findings,
    report(finding, at) {
      const key = `${finding.rule} ${finding.pointer} ${finding.message}`;
      if (seen.has(key)) return;
      seen.add(key);
      findings.push({ ...finding, place: source.placeOf(finding.pointer, at) });
    },
  };
}

/** The tool that a task calls by our function `tool`; null: it calls none, or its name is computed. */
export function toolOf({ task }: NamedTask): string | null {
  const name = task.kind === "call" && task.call === "tool" ? task.with["tool"] : null;
  return typeof name === "string" && !isComputed(name) ? name : null;
}

/** Whether only a run knows what stands here. */
export function isComputed(value: unknown): boolean {
  return typeof value === "string" && value.includes("${");
}

/** Calls that leave the house by a protocol of the standard. */
export const OUTSIDE_CALLS: readonly string[] = ["http", "openapi", "mcp", "grpc", "asyncapi", "a2a"];

/** Those that are read and not made. */
export const REFUSED_CALLS: readonly string[] = ["grpc", "asyncapi", "a2a"];
