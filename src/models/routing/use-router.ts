import type { Clock } from "../../lib/clock.ts";
import { recordInLedger } from "../../observe/ledger.ts";
import type { Database } from "../../storage/database.ts";
import { hasRouter, insertUse, lockRouters, readActiveLocked, readUsedBefore } from "./router.store.ts";
import { nothingToRollBack, routerUnknown } from "./routing.errors.ts";

type UseDeps = { database: Database; clock: Clock };

/**
 * Puts a router to use, or none (null): then the default route answers what no rule names. Every process follows within two seconds.
 *
 * Throws: `models.router_unknown`.
 */
export async function useRouter({ database, clock }: UseDeps, { tenantId, version, by }: { tenantId: string; version: number | null; by: string }): Promise<void> {
  const at = new Date(clock.nowMs());
  await database.transaction(tenantId, async (query) => {
    await lockRouters(query, tenantId);
    if (version !== null && !(await hasRouter(query, tenantId, version))) throw routerUnknown({ message: `There is no router ${version}: \`baton routes\` lists them.` });
    const before = await readActiveLocked(query, tenantId);
    if (before === version) return;
    await insertUse(query, tenantId, { version, by }, at);
    await recordInLedger(query, tenantId, [{ kind: "routing.used", subjectId: version === null ? "none" : String(version), actor: by, at, body: { version, before } }]);
  });
}

/**
 * Goes back to the router that was in use before the one that is, or to none. Returns which.
 *
 * Throws: `models.nothing_to_roll_back`.
 */
export async function rollBackRouter({ database, clock }: UseDeps, { tenantId, by }: { tenantId: string; by: string }): Promise<number | null> {
  const at = new Date(clock.nowMs());
  return database.transaction(tenantId, async (query) => {
    await lockRouters(query, tenantId);
    const before = await readActiveLocked(query, tenantId);
    if (before === null) throw nothingToRollBack();
    const version = await readUsedBefore(query, tenantId, before);
    await insertUse(query, tenantId, { version, by }, at);
    await recordInLedger(query, tenantId, [{ kind: "routing.rolled_back", subjectId: version === null ? "none" : String(version), actor: by, at, body: { version, before } }]);
    return version;
  });
}
