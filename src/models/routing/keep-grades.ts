import type { Clock } from "../../lib/clock.ts";
import { recordInLedger } from "../../observe/ledger.ts";
import type { Database } from "../../storage/database.ts";
import { putGrades } from "./grade.store.ts";
import type { Grade } from "./grade.ts";

/** `by`: an actor's name in the ledger; `about` stands there beside the number of grades. */
export type GradesGiven = { tenantId: string; grades: readonly Grade[]; by: string; about?: Record<string, unknown> };

/** Keeps grades and records them in the ledger, without texts: all or nothing. */
export async function keepGrades({ database, clock }: { database: Database; clock: Clock }, { tenantId, grades, by, about = {} }: GradesGiven): Promise<void> {
  const at = new Date(clock.nowMs());
  await database.transaction(tenantId, async (query) => {
    await putGrades(query, tenantId, grades, by, at);
    await recordInLedger(query, tenantId, [{ kind: "routing.graded", subjectId: tenantId, actor: by, at, body: { grades: grades.length, ...about } }]);
  });
}
