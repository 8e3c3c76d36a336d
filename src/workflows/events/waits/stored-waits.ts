import type { Clock } from "../../../lib/clock.ts";
import type { Database } from "../../../storage/database.ts";
import type { EventWaits } from "./event-waits.ts";
import type { EventMatcher } from "./match-filter.ts";
import { closeWait, openWait, takeDeliveries } from "./wait.store.ts";

/** Waits in PostgreSQL: an event appends to them under their row lock, so nothing comes between a look and the wait after it. */
export function createStoredWaits(deps: { database: Database; matcher: EventMatcher; clock: Clock }): EventWaits {
  return {
    async take(wait, afterSeq, externalId) {
      const isNew = afterSeq === 0 && (await openWait(deps.database, wait, deps.matcher.keysOf(wait.filters, wait.language, wait.scope), externalId, new Date(deps.clock.nowMs())));
      if (isNew) return [];
      return deps.database.transaction(wait.tenantId, (query) => takeDeliveries(query, wait.tenantId, wait.waitId, afterSeq, externalId));
    },
    close: (tenantId, waitId) => closeWait(deps.database, tenantId, waitId, new Date(deps.clock.nowMs())),
  };
}
