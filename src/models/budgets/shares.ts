import type { Database } from "../../storage/database.ts";
import { growShare } from "./budget.store.ts";
import { draw, isKnownRefused, spareOf, type Purse } from "./purse.ts";

export type SharesDeps = { database: Database; holder: string; leaseMs: number; flushMs: number };

type Waiting = { need: number; resolve(isDrawn: boolean): void; reject(reason: unknown): void };

/** A purse grows or is reported, never both at once: each sets its share as a whole. */
export type Gate = { grow<T>(purse: Purse, work: () => Promise<T>): Promise<T>; report<T>(purses: readonly Purse[], work: () => Promise<T>): Promise<T> };

/**
 * Lets shares grow when calls need more than is free. One question a purse is under way at a time, and asks for all who wait: for as much as there is
 * room for, and for the first of them at least.
 */
export function createShares(deps: SharesDeps) {
  const waitingOf = new Map<Purse, Waiting[]>();
  const gate = createGate();

  const serve = (purse: Purse, waiting: Waiting[]) => {
    for (;;) {
      const first = waiting[0];
      if (first === undefined || !draw(purse, first.need, performance.now())) return;
      waiting.shift();
      first.resolve(true);
    }
  };

  const ask = (purse: Purse, waiting: readonly Waiting[]): Promise<boolean> => gate.grow(purse, async () => {
    const sentMs = performance.now();
    const covered = purse.drawn + purse.unreported;
    const needed = waiting.reduce((sum, each) => sum + each.need, 0);
    const state = await growShare(deps.database, purse.tenantId, {
      budget: purse.budget, subject: purse.subject, startMs: purse.startMs, softMicroUsd: purse.rule.softMicroUsd, hardMicroUsd: purse.rule.hardMicroUsd, holder: deps.holder, leaseMs: deps.leaseMs,
      leastMicroUsd: covered + (waiting[0]?.need ?? 0), mostMicroUsd: covered + needed + spareOf(purse),
    });
    if (state === null) return false;
    purse.share = state.grantedMicroUsd;
    purse.leaseUntilMs = sentMs + deps.leaseMs;
    purse.known = { spentMicroUsd: state.spentMicroUsd, heldMicroUsd: state.heldMicroUsd, atMs: sentMs };
    return true;
  });

  const growUntilServed = async (purse: Purse, waiting: Waiting[]) => {
    for (;;) {
      serve(purse, waiting);
      const first = waiting[0];
      if (first === undefined) return;
      if (await ask(purse, [...waiting])) continue;
      purse.refused = { need: first.need, untilMs: performance.now() + deps.flushMs };
      const refused = waiting.filter((each) => each.need >= first.need);
      waiting.splice(0, waiting.length, ...waiting.filter((each) => each.need < first.need));
      for (const each of refused) each.resolve(false);
    }
  };

  return {
    gate,
    /** Reserves, if need be out of a larger share. False: the budget has no room for it. Throws what the database throws. */
    draw(purse: Purse, need: number): Promise<boolean> {
      if (draw(purse, need, performance.now())) return Promise.resolve(true);
      if (need > purse.rule.hardMicroUsd || isKnownRefused(purse, need, performance.now())) return Promise.resolve(false);
      return new Promise((resolve, reject) => {
        const known = waitingOf.get(purse);
        if (known !== undefined) {
          known.push({ need, resolve, reject });
          return;
        }
        const waiting: Waiting[] = [{ need, resolve, reject }];
        waitingOf.set(purse, waiting);
        growUntilServed(purse, waiting)
          .catch((error: unknown) => waiting.splice(0).forEach((each) => each.reject(error)))
          .finally(() => waitingOf.delete(purse));
      });
    },
  };
}

function createGate(): Gate {
  const growing = new Map<Purse, Promise<void>>();
  const reporting = new Map<Purse, Promise<void>>();
  const within = async <T>(places: Map<Purse, Promise<void>>, purses: readonly Purse[], work: () => Promise<T>): Promise<T> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    for (const purse of purses) places.set(purse, promise);
    try {
      return await work();
    } finally {
      for (const purse of purses) places.delete(purse);
      resolve();
    }
  };
  return {
    async grow(purse, work) {
      for (let other = reporting.get(purse); other !== undefined; other = reporting.get(purse)) await other;
      return within(growing, [purse], work);
    },
    // Those that grow are waited for once the others are held back: they end by themselves.
    report: (purses, work) => within(reporting, purses, async () => {
      for (const purse of purses) await growing.get(purse);
      return work();
    }),
  };
}
