import { messageOf } from "../../lib/app-error.ts";
import type { Clock } from "../../lib/clock.ts";
import { newId } from "../../lib/ids.ts";
import type { Log } from "../../lib/log.ts";
import { repeat } from "../../lib/repeat.ts";
import type { Database } from "../../storage/database.ts";
import type { CallContext } from "../call-context.ts";
import { costMicroUsd } from "../prices.ts";
import { subjectOf, type BudgetRule, type UnknownPrice } from "./budget-rules.ts";
import { windowAt } from "./budget-window.ts";
import { readCounter } from "./budget.store.ts";
import type { BudgetAsk, BudgetOutlook, BudgetRefusal, Budgets, BudgetWarning, CallEnd, Reservation } from "./budgets.ts";
import { createShares } from "./shares.ts";
import { createPurse, draw, putBack, spentOf, type Purse } from "./purse.ts";
import { modelUseOf, type BegunCall } from "./model-use.ts";
import { createUseReporter } from "./report-use.ts";
import { UNKNOWN_PRICE, worstCost } from "./worst-case.ts";

/** A process that is not heard of for so long is taken for dead: it may spend nothing of what it held, and what it held is unreported. Renewed while it lives. */
export const LEASE_MS = 60_000;
/** How late PostgreSQL learns of a call that has ended. */
export const FLUSH_MS = 250;
/** A budget that this process only looks at is read again when this old. */
const STALE_MS = 2_000;

export type BudgetDeps = { database: Database; clock: Clock; log: Log; rules: readonly BudgetRule[]; unknownPrice?: UnknownPrice; leaseMs?: number; flushMs?: number };

export type OpenBudgets = Budgets & {
  /** Writes down now what has ended until now. */
  flush(): Promise<void>;
  /** Writes down everything and gives back what is free. What is still open stays held. */
  stop(): Promise<void>;
};

type OpenCall = BegunCall & { drawn: readonly { purse: Purse; need: number }[]; maxCost: number };

/** The budgets of one process; see `Budgets` for what they promise. */
export function openBudgets(deps: BudgetDeps): OpenBudgets {
  const unknownPrice = deps.unknownPrice ?? UNKNOWN_PRICE;
  const purses = new Map<string, Purse>();
  const calls = new Map<string, OpenCall>();
  const given = { ...deps, leaseMs: deps.leaseMs ?? LEASE_MS, flushMs: deps.flushMs ?? FLUSH_MS, holder: newId("use").slice(4) };
  const shares = createShares(given);
  const reporter = createUseReporter({ ...given, purses, gate: shares.gate });
  const reporting = repeat(reporter.flush, { everyMs: given.flushMs, waitsFirst: true, log: deps.log, failure: "models.use_not_recorded" });

  const purseOf = (rule: BudgetRule, context: CallContext, model: string | null): Purse | null => {
    const subject = subjectOf(rule, context, model);
    if (subject === null) return null;
    const span = windowAt(rule.window, rule.timeZone, deps.clock.nowMs());
    const key = `${context.tenantId}/${rule.name}/${span.startMs}/${subject}`;
    const known = purses.get(key);
    if (known !== undefined) return known;
    const made = createPurse(context.tenantId, rule, subject, span, performance.now());
    purses.set(key, made);
    return made;
  };

  const begin = (context: CallContext, ask: BudgetAsk, drawn: OpenCall["drawn"], maxCost: number): Reservation => {
    const id = newId("use", deps.clock.nowMs());
    calls.set(id, { id, atMs: deps.clock.nowMs(), context, ask, drawn, maxCost });
    return { kind: "reserved", id, warnings: drawn.flatMap(({ purse }) => warningOf(purse) ?? []) };
  };

  /** Room in the free part of every budget, or in none. */
  const drawAll = (found: readonly Purse[], need: number): boolean => {
    const nowMs = performance.now();
    for (const [place, purse] of found.entries()) {
      if (draw(purse, need, nowMs)) continue;
      for (const before of found.slice(0, place)) putBack(before, need, 0);
      return false;
    }
    return true;
  };

  const reserveSlowly = async (context: CallContext, ask: BudgetAsk, found: readonly Purse[], need: number): Promise<Reservation> => {
    await reporter.makeRoom();
    const outcomes = await Promise.allSettled(found.map((purse) => shares.draw(purse, need)));
    const drawn = found.filter((_, place) => outcomes[place]?.status === "fulfilled" && outcomes[place].value);
    if (drawn.length === found.length) return begin(context, ask, found.map((purse) => ({ purse, need })), need);
    for (const purse of drawn) putBack(purse, need, 0);
    const failed = outcomes.find((outcome) => outcome.status === "rejected");
    if (failed !== undefined) throw failed.reason;
    const empty = found.find((purse) => !drawn.includes(purse));
    if (empty === undefined) throw new Error("a refusal has a budget");
    empty.refusals += 1;
    return refusalOf(empty);
  };

  const end = (id: string, ended: CallEnd, isFree: boolean) => {
    const call = calls.get(id);
    if (call === undefined) return;
    calls.delete(id);
    const charged = isFree ? 0 : (ended.microUsd ?? chargeOf(unknownPrice, ended, call.maxCost));
    for (const { purse, need } of call.drawn) putBack(purse, need, charged);
    reporter.add(call.context.tenantId, modelUseOf(call, ended, charged, deps.clock.nowMs()), call.drawn.map(({ purse }) => ({ purse, microUsd: charged })));
  };

  const look = async (found: readonly Purse[]): Promise<void> => {
    for (const purse of found) {
      const counter = await readCounter(deps.database, purse.tenantId, purse);
      purse.known = { ...counter, atMs: performance.now() };
    }
  };

  /** What is told of purses that are known here, at once where they are. */
  const onceKnown = <Told>(found: readonly Purse[], tell: () => Told): Told | Promise<Told> => {
    const isOld = (purse: Purse) => purse.known === null || purse.known.atMs < performance.now() - STALE_MS;
    const old = found.filter((purse) => isOld(purse) && isWithinSoft(purse));
    if (old.some((purse) => purse.known === null)) return look(found).then(tell);
    if (old.length > 0) look(old).catch((error: unknown) => deps.log.warn("models.budget_unread", { error: messageOf(error) }));
    return tell();
  };
  const cheaperRules = deps.rules.filter((rule) => rule.then === "cheaper");
  const [modelRules, otherRules] = [cheaperRules.filter((rule) => rule.scope === "model"), cheaperRules.filter((rule) => rule.scope !== "model")];

  return {
    reserve(context, ask) {
      const found = deps.rules.flatMap((rule) => purseOf(rule, context, ask.name ?? ask.model) ?? []);
      const worst = ask.microUsd ?? (unknownPrice === "refuse" ? null : worstCost(unknownPrice, ask));
      if (worst === null && found[0] !== undefined) return unknownPriceRefusal(found[0].rule, ask);
      const need = worst ?? 0;
      if (need === 0 && reporter.hasRoom()) return begin(context, ask, found.map((purse) => ({ purse, need })), 0);
      return reporter.hasRoom() && drawAll(found, need) ? begin(context, ask, found.map((purse) => ({ purse, need })), need) : reserveSlowly(context, ask, found, need);
    },
    settle: (id, ended) => end(id, ended, false),
    release: (id, reason) => end(id, { usage: { promptTokens: 0, completionTokens: 0, isEstimated: false }, microUsd: 0, ...reason }, true),
    record(context, ask, ended) {
      const begun = { id: newId("use", deps.clock.nowMs()), atMs: deps.clock.nowMs(), context, ask };
      reporter.add(context.tenantId, modelUseOf(begun, ended, 0, deps.clock.nowMs()), []);
    },
    outlook(context) {
      const found = otherRules.flatMap((rule) => purseOf(rule, context, null) ?? []);
      return onceKnown(found, () => outlookOf(found));
    },
    passedModels(context, models) {
      if (modelRules.length === 0) return [];
      const found = modelRules.flatMap((rule) => models.flatMap((model) => {
        const purse = purseOf(rule, context, model);
        return purse === null ? [] : [{ purse, model }];
      }));
      return onceKnown(found.map(({ purse }) => purse), () => found.flatMap(({ purse, model }) => (isWithinSoft(purse) ? [] : [{ model, use: purse.rule.use, budget: purse.rule.name }])));
    },
    flush: reporter.flush,
    async stop() {
      await reporting.stop();
      await reporter.close();
    },
  };
}

function chargeOf(unknownPrice: UnknownPrice, ended: CallEnd, reserved: number): number {
  return unknownPrice === "refuse" ? reserved : (costMicroUsd(unknownPrice, ended.usage) ?? reserved);
}

function isWithinSoft(purse: Purse): boolean {
  return spentOf(purse) < (purse.rule.softMicroUsd ?? purse.rule.hardMicroUsd);
}

function outlookOf(found: readonly Purse[]): BudgetOutlook {
  const passed = found.find((purse) => !isWithinSoft(purse));
  return passed === undefined ? { kind: "open" } : { kind: "thrifty", use: passed.rule.use, budget: passed.rule.name };
}

function warningOf(purse: Purse): BudgetWarning | null {
  const { softMicroUsd, name, then, use } = purse.rule;
  return softMicroUsd === null || isWithinSoft(purse) ? null : { budget: name, spentMicroUsd: spentOf(purse), softMicroUsd, then, use };
}

function refusalOf({ rule, subject, span }: Purse): BudgetRefusal {
  const until = new Date(span.endMs).toISOString();
  const whose = rule.scope === "tenant" ? "" : ` for the ${rule.scope} "${subject}"`;
  const usd = (rule.hardMicroUsd / 1_000_000).toLocaleString("en", { minimumFractionDigits: 2, maximumFractionDigits: 6 });
  return { kind: "refused", budget: rule.name, reason: `The budget "${rule.name}" (${usd} USD a ${rule.window}${whose}) has no room for this call until ${until}.`, then: rule.then, use: rule.use, until };
}

function unknownPriceRefusal(rule: BudgetRule, ask: BudgetAsk): BudgetRefusal {
  return { kind: "refused", budget: rule.name, reason: `The price of the model "${ask.model}" is not known, so the budget "${rule.name}" cannot hold: write its price in models.yaml, or set unknownPrice.`, then: rule.then, use: rule.use, until: null };
}
