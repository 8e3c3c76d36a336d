import type { IntentReport, IntentSummary } from "../../../../src/shapes/understanding.ts";
import { sayCode, sayShare } from "../../lib/format.ts";

/** What the server calls a message that fits no intent. */
export const NONE = "out_of_scope";

export function sayIntent(name: string): string {
  return name === NONE ? "None of these" : sayCode(name);
}

/** By how many points a share has moved, with its sign. */
export function sayMove(before: number, after: number): string {
  const points = Math.round((after - before) * 1_000) / 10;
  return points === 0 ? "unchanged" : `${points > 0 ? "+" : "−"}${Math.abs(points).toFixed(1)} points`;
}

export function sayTraining({ before, after }: { before: IntentSummary; after: IntentSummary }): string {
  return `Right intent ${sayShare(before.accuracy)} → ${sayShare(after.accuracy)} (${sayMove(before.accuracy, after.accuracy)})`;
}

export type MatrixCell = { readAs: string; count: number; share: number };
export type MatrixRow = { intent: string; total: number; cells: MatrixCell[] };

/** The confusion matrix with a row and a column for every intent, in the order of the report. `share`: of the row. */
export function matrixOf({ intents, confusion }: Pick<IntentReport, "intents" | "confusion">): MatrixRow[] {
  const names = intents.map(({ name }) => name);
  const columns = names.includes(NONE) ? names : [...names, NONE];
  return names.map((intent) => {
    const row = confusion.filter((cell) => cell.intent === intent);
    const total = row.reduce((sum, { count }) => sum + count, 0);
    return { intent, total, cells: columns.map((readAs) => {
      const count = row.find((cell) => cell.readAs === readAs)?.count ?? 0;
      return { readAs, count, share: total === 0 ? 0 : count / total };
    }) };
  });
}
