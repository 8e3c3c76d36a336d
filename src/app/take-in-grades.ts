import { createBuiltInRedactor } from "../guard/adapters/built-in-redactor.ts";
import type { Clock } from "../lib/clock.ts";
import { readGrades, type Grade } from "../models/routing/grade.ts";
import { keepGrades } from "../models/routing/keep-grades.ts";
import type { Database } from "../storage/database.ts";

/**
 * Takes a file of grades in, without personal values: all of it or nothing. `by`: an actor's name in the ledger.
 *
 * Throws: `models.grades_unreadable`.
 */
export async function takeInGrades(deps: { database: Database; clock: Clock }, { tenantId, text, by }: { tenantId: string; text: string; by: string }): Promise<Grade[]> {
  const redactor = createBuiltInRedactor();
  const grades = readGrades(text, (prompt) => redactor.redact({ text: prompt, known: [], names: [] }).text);
  await keepGrades(deps, { tenantId, grades, by });
  return grades;
}
