import { createBuiltInRedactor } from "../guard/adapters/built-in-redactor.ts";
import type { Clock } from "../lib/clock.ts";
import { putGrades } from "../models/routing/grade.store.ts";
import { readGrades, type Grade } from "../models/routing/grade.ts";
import { recordInLedger } from "../observe/ledger.ts";
import type { Database } from "../storage/database.ts";

/**
 * Takes a file of grades in, without personal values: all of it or nothing. `by`: an actor's name in the ledger.
 *
 * Throws: `models.grades_unreadable`.
 */
export async function takeInGrades({ database, clock }: { database: Database; clock: Clock }, { tenantId, text, by }: { tenantId: string; text: string; by: string }): Promise<Grade[]> {
  const redactor = createBuiltInRedactor();
  const grades = readGrades(text, (prompt) => redactor.redact({ text: prompt, known: [], names: [] }).text);
  const at = new Date(clock.nowMs());
  await database.transaction(tenantId, async (query) => {
    await putGrades(query, tenantId, grades, by, at);
    await recordInLedger(query, tenantId, [{ kind: "routing.graded", subjectId: tenantId, actor: by, at, body: { grades: grades.length } }]);
  });
  return grades;
}
