import type { Log } from "../../lib/log.ts";
import { repeat } from "../../lib/repeat.ts";
import { recordInLedger, type LedgerInput } from "../../observe/ledger.ts";
import type { Database } from "../../storage/database.ts";

/** How late the ledger learns of a call that has ended. */
const FLUSH_MS = 250;
const BATCH = 1_000;
/** Beyond it new calls wait until some are written down. */
const MAX_WAITING = 20_000;

/** Ledger entries of ended calls, written down together: a statement per call would be the largest part of a short one. None is lost while the process lives. */
export type CallJournal = { add(tenantId: string, entry: LedgerInput): void; /** Resolves at once while there is room. */ makeRoom(): Promise<void> | null; stop(): Promise<void> };

export function createCallJournal(deps: { database: Database; log: Log }): CallJournal {
  const waiting: { tenantId: string; entry: LedgerInput }[] = [];
  const flush = async () => {
    while (waiting.length > 0) {
      const tenantId = waiting[0]?.tenantId ?? "";
      const next = waiting.findIndex((each) => each.tenantId !== tenantId);
      const batch = waiting.slice(0, Math.min(BATCH, next === -1 ? BATCH : next));
      await deps.database.transaction(tenantId, (query) => recordInLedger(query, tenantId, batch.map(({ entry }) => entry)));
      waiting.splice(0, batch.length);
    }
  };
  const flushing = repeat(flush, { everyMs: FLUSH_MS, waitsFirst: true, log: deps.log, failure: "gateway.calls_not_recorded" });
  return {
    add: (tenantId, entry) => void waiting.push({ tenantId, entry }),
    makeRoom: () => (waiting.length < MAX_WAITING ? null : untilRoom(waiting)),
    async stop() {
      await flushing.stop();
      await flush();
    },
  };
}

async function untilRoom(waiting: readonly unknown[]): Promise<void> {
  while (waiting.length >= MAX_WAITING) await new Promise((resolve) => setTimeout(resolve, FLUSH_MS));
}
