import { messageOf } from "../../lib/app-error.ts";
import type { Database } from "../../storage/database.ts";
import { reportUse, type Charge } from "./budget.store.ts";
import type { ModelUse } from "./model-use.ts";
import { isEmpty, needsReport, settleShare, type Purse } from "./purse.ts";
import type { Gate } from "./shares.ts";

export type UseReporterDeps = { database: Database; holder: string; leaseMs: number; purses: Map<string, Purse>; gate: Gate };

type Entry = { use: ModelUse; charges: readonly { purse: Purse; microUsd: number }[] };

/** Calls written down in one statement. */
const BATCH = 1_000;
/** Ended calls that may wait to be written down; beyond it new calls wait, none is lost. */
const MAX_WAITING = 20_000;
/** An empty purse is forgotten when nobody has drawn on it for so long. */
const FORGET_MS = 30_000;
/** Of the demand of one round, what is expected of the next when nobody asked. */
const KEPT_RATE = 0.25;

/** Brings ended calls and this process's shares to PostgreSQL, all of a tenant in one statement. What fails stays and goes with the next. */
export function createUseReporter(deps: UseReporterDeps) {
  const waiting = new Map<string, Entry[]>();
  let count = 0;
  let isClosing = false;
  let last: Promise<void> = Promise.resolve();

  const sendOnce = async (tenantId: string): Promise<number> => {
    const entries = (waiting.get(tenantId) ?? []).slice(0, BATCH);
    const reported = new Map<Purse, number>();
    for (const { charges } of entries) for (const { purse, microUsd } of charges) reported.set(purse, (reported.get(purse) ?? 0) + microUsd);
    const purses = [...deps.purses.values()].filter((purse) => purse.tenantId === tenantId && (reported.has(purse) || needsReport(purse, performance.now(), deps.leaseMs) || (isClosing && purse.share > 0)));
    if (entries.length === 0 && purses.length === 0) return 0;
    await deps.gate.report(purses, () => send(tenantId, entries, purses, reported));
    waiting.get(tenantId)?.splice(0, entries.length);
    count -= entries.length;
    return entries.length;
  };

  const send = async (tenantId: string, entries: readonly Entry[], purses: readonly Purse[], reported: ReadonlyMap<Purse, number>): Promise<void> => {
    const sentMs = performance.now();
    const counters = purses.map((purse) => {
      if (isClosing) purse.leaseUntilMs = 0;
      purse.isDirty = true;
      return { purse, refusals: purse.refusals, spent: reported.get(purse) ?? 0, hold: settleShare(purse, reported.get(purse) ?? 0, sentMs) };
    });
    const charges = entries.flatMap(({ use, charges: each }) => each.map(({ purse, microUsd }): Charge => ({ useId: use.id, budget: purse.budget, subject: purse.subject, startMs: purse.startMs, microUsd })));
    const states = await reportUse(deps.database, tenantId, {
      uses: entries.map((entry) => entry.use), charges: charges.filter((charge) => charge.microUsd > 0), holder: deps.holder, leaseMs: deps.leaseMs,
      counters: counters.map(({ purse, refusals, hold }) => ({ budget: purse.budget, subject: purse.subject, startMs: purse.startMs, softMicroUsd: purse.rule.softMicroUsd, hardMicroUsd: purse.rule.hardMicroUsd, refusals, holdMicroUsd: hold })),
    });
    const byKey = new Map(states.map((state) => [keyOf(state), state]));
    for (const { purse, refusals, spent } of counters) {
      purse.share -= spent;
      purse.unreported -= spent;
      purse.refusals -= refusals;
      purse.isDirty = false;
      if (!isClosing) purse.leaseUntilMs = sentMs + deps.leaseMs;
      purse.refused = null;
      const state = byKey.get(keyOf(purse));
      if (state !== undefined) purse.known = { spentMicroUsd: state.spentMicroUsd, heldMicroUsd: state.heldMicroUsd, atMs: sentMs };
    }
  };

  const flushOnce = async () => {
    const nowMs = performance.now();
    const tenants = new Set([...waiting.keys(), ...[...deps.purses.values()].map((purse) => purse.tenantId)]);
    const faults: unknown[] = [];
    for (const tenantId of tenants) {
      try {
        while ((await sendOnce(tenantId)) === BATCH);
      } catch (fault) {
        // What one tenant's report fails by is nothing to the others.
        faults.push(fault);
      }
    }
    for (const [key, purse] of deps.purses) {
      purse.rate = Math.max(purse.recent, Math.floor(purse.rate * KEPT_RATE));
      purse.recent = 0;
      if (isEmpty(purse) && purse.touchedMs < nowMs - FORGET_MS) deps.purses.delete(key);
    }
    if (faults.length > 0) throw faults.length === 1 ? faults[0] : new AggregateError(faults, faults.map(messageOf).join("; "));
  };

  // One report at a time; each takes what has ended until it begins.
  const flush = (): Promise<void> => {
    const next = last.then(flushOnce);
    last = next.catch(() => undefined);
    return next;
  };

  return {
    flush,
    add(tenantId: string, use: ModelUse, charges: Entry["charges"]): void {
      const list = waiting.get(tenantId) ?? [];
      waiting.set(tenantId, list);
      list.push({ use, charges });
      count += 1;
    },
    hasRoom: () => count < MAX_WAITING,
    /** Throws what the database throws: then no call may begin. */
    async makeRoom(): Promise<void> {
      while (count >= MAX_WAITING)
        await flush().catch((fault: unknown) => {
          if (count >= MAX_WAITING) throw fault;
        });
    },
    /** Writes down the rest and keeps no more than open calls have reserved. */
    async close(): Promise<void> {
      isClosing = true;
      await flush();
    },
  };
}

function keyOf(counter: { budget: string; subject: string; startMs: number }): string {
  return `${counter.budget}/${counter.startMs}/${counter.subject}`;
}
