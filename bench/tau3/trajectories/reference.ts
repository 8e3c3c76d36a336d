import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { readText, type GoldTask } from "../data-set.ts";
import type { End } from "./end-state.ts";
import type { RecordedRun } from "./read-runs.ts";

export type Action = { name: string; arguments: Record<string, unknown> };

/** The writes that solve a task, and where they leave the database. */
export type Reference = { actions: readonly Action[]; end: End };

/** The reference's writes that no write of a run has matched yet. */
export function openActions({ actions }: Reference): Action[] {
  return [...actions];
}

/** Takes a matching write out of those that are open. */
export function takeAction(open: Action[], write: Action): boolean {
  const at = open.findIndex((each) => isDeepStrictEqual(each, write));
  if (at >= 0) open.splice(at, 1);
  return at >= 0;
}

const scenario = z.array(z.object({ id: z.string(), user_scenario: z.object({ instructions: z.record(z.string(), z.unknown()) }) }));
const LEAST_LIKENESS = 0.5;

/**
 * The reference actions of the later release for recorded tasks that it took over and corrected: the task of the same customer whose
 * instructions share most words with the recorded one's, and at least half of all.
 */
export async function correctedActions(runs: readonly RecordedRun[], tasksPath: string, gold: readonly GoldTask[]): Promise<Map<number, Action[]>> {
  const texts = scenario.parse(JSON.parse(await readText(tasksPath))).map(({ id, user_scenario }) => ({ id, text: Object.values(user_scenario.instructions).map(String).join(" ") }));
  const corrected = new Map<number, Action[]>();
  for (const { task_id, info: { task } } of runs) {
    const likeness = texts.filter(({ text }) => text.includes(task.user_id)).map(({ id, text }) => ({ id, share: likenessOf(task.instruction, text) })).sort((left, right) => right.share - left.share)[0];
    const later = likeness === undefined || likeness.share < LEAST_LIKENESS ? undefined : gold.find((each) => each.task_id === likeness.id);
    if (later !== undefined) corrected.set(task_id, later.calls.map(({ name, arguments: given }) => ({ name, arguments: given })));
  }
  return corrected;
}

/** Words that two texts share, of all that they have. */
function likenessOf(left: string, right: string): number {
  const words = (text: string) => new Set(text.toLowerCase().match(/[a-z0-9_]{3,}/g) ?? []);
  const [one, other] = [words(left), words(right)];
  const shared = [...one].filter((word) => other.has(word)).length;
  return shared / (one.size + other.size - shared);
}
