import type { Acted } from "./act.ts";
import type { Decision, PlannedPart } from "../turn.ts";

export type PlannedRun = Extract<PlannedPart, { kind: "workflow" }>;

/**
 * The runs that begin with this turn: those it was decided to begin, and those that follow a call because of what it found.
 * `acted` is null while nothing has been called.
 *
 * Replay: pure; calls are read from their records.
 */
export function plannedRuns(decision: Pick<Decision, "parts" | "fallback" | "intent">, acted: Pick<Acted, "calls"> | null): PlannedRun[] {
  const runs = decision.parts.filter((part) => part.kind === "workflow");
  for (const part of decision.fallback) {
    if (part.kind !== "tool" || part.follow === undefined || part.follow.hash === "") continue;
    const { when, workflow, hash } = part.follow;
    // A model may have made the planned call for another record.
    const call = acted?.calls.find((made) => made.tool === part.tool && made.status === "ok" && isTrue(made.output, when));
    if (call !== undefined) runs.push({ kind: "workflow", workflow, hash, intent: decision.intent ?? "", entities: recordsOf(call.arguments) });
  }
  return runs;
}

/** The business records among the arguments of a call, as a message would name them. */
export function recordsOf(given: Readonly<Record<string, unknown>>): Record<string, string[]> {
  return Object.fromEntries(Object.entries(given).filter(([name]) => name.endsWith("_number")).map(([name, value]) => [name, [String(value)]]));
}

function isTrue(output: unknown, field: string): boolean {
  return typeof output === "object" && output !== null && Object.entries(output).some(([name, value]) => name === field && value === true);
}
