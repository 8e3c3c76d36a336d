import type { Clock } from "../lib/clock.ts";
import { newId } from "../lib/ids.ts";
import { recordInLedger } from "../observe/ledger.ts";
import type { HoldView } from "../shapes/privacy.ts";
import type { Database } from "../storage/database.ts";
import { insertHold, liftHold, lockForgetting, lockTarget, type HoldTarget } from "./hold.store.ts";
import { alreadyHeld, noSuchCase, noSuchContact, noSuchHold } from "./privacy.errors.ts";

export type HoldDeps = { database: Database; clock: Clock };

/**
 * From now on nothing of this contact, or of this case, is forgotten until the hold is lifted.
 * Throws `privacy.no_such_contact`, `privacy.no_such_case`, `privacy.already_held`.
 */
export async function placeHold({ database, clock }: HoldDeps, given: { tenantId: string; target: HoldTarget; reason: string; by: string }): Promise<HoldView> {
  const { tenantId, target, reason, by } = given;
  const at = new Date(clock.nowMs());
  const id = newId("hold", at.getTime());
  const contactId = "contactId" in target ? target.contactId : null;
  const caseId = "caseId" in target ? target.caseId : null;
  await database.transaction(tenantId, async (query) => {
    await lockForgetting(query, tenantId);
    if (!(await lockTarget(query, tenantId, target))) throw caseId === null ? noSuchContact() : noSuchCase();
    if (!(await insertHold(query, tenantId, { id, target, reason, by, at }))) throw alreadyHeld();
    await recordInLedger(query, tenantId, [{ kind: "hold.placed", subjectId: contactId ?? caseId ?? id, caseId, actor: by, at, body: { holdId: id, reason } }]);
  });
  return { id, contactId, caseId, reason, placedBy: by, placedAt: at.toISOString(), liftedBy: null, liftedAt: null, liftReason: null };
}

/** Throws `privacy.no_such_hold`, also for one that was lifted before. */
export async function endHold({ database, clock }: HoldDeps, given: { tenantId: string; id: string; reason: string; by: string }): Promise<HoldView> {
  const { tenantId, by } = given;
  const at = new Date(clock.nowMs());
  return database.transaction(tenantId, async (query) => {
    const lifted = await liftHold(query, tenantId, { ...given, at });
    if (lifted === null) throw noSuchHold();
    await recordInLedger(query, tenantId, [{ kind: "hold.lifted", subjectId: lifted.contactId ?? lifted.caseId ?? lifted.id, caseId: lifted.caseId, actor: by, at, body: { holdId: lifted.id, reason: given.reason } }]);
    return lifted;
  });
}
