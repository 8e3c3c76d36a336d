import type { BudgetRule } from "./budget-rules.ts";
import type { WindowSpan } from "./budget-window.ts";
import type { CounterKey } from "./budget.store.ts";

/**
 * This process's share of one budget for one subject in one window. Plain figures in micro-USD; whoever changes them does it within one turn of the
 * event loop. The share covers three things: what open calls have reserved (`drawn`), what ended calls have cost and PostgreSQL does not know yet
 * (`unreported`), and what is free for the next call.
 */
export type Purse = CounterKey & {
  tenantId: string;
  rule: BudgetRule;
  span: WindowSpan;
  share: number;
  drawn: number;
  unreported: number;
  /** As `performance.now()`; later than this the free part may belong to others. */
  leaseUntilMs: number;
  /** As PostgreSQL last said: spent, and held by all processes. Null: never asked. */
  known: { spentMicroUsd: number; heldMicroUsd: number; atMs: number } | null;
  /** What was reserved since the last report, and in a while before it: what is kept for the next calls. */
  recent: number;
  rate: number;
  refusals: number;
  /** Asking again for this much or more is no use before then. */
  refused: { need: number; untilMs: number } | null;
  /** Its share changed without PostgreSQL knowing. */
  isDirty: boolean;
  touchedMs: number;
};

/** Of what is left of a budget a process keeps at most this part free for itself: so near the limit nobody sits on what others need. */
const KEPT_PART = 16;

/** Only what is clearly too much is worth a report of its own. */
const GIVEN_BACK_FROM = 4;

export function createPurse(tenantId: string, rule: BudgetRule, subject: string, span: WindowSpan, nowMs: number): Purse {
  return {
    tenantId, rule, subject, span, budget: rule.name, startMs: span.startMs, share: 0, drawn: 0, unreported: 0, leaseUntilMs: 0, known: null, recent: 0, rate: 0, refusals: 0, refused: null,
    isDirty: false, touchedMs: nowMs,
  };
}

/** Takes `need` out of the free part; false when there is not as much. */
export function draw(purse: Purse, need: number, nowMs: number): boolean {
  purse.touchedMs = nowMs;
  if (need > freeOf(purse, nowMs)) return false;
  purse.drawn += need;
  purse.recent += need;
  return true;
}

export function freeOf(purse: Purse, nowMs: number): number {
  return nowMs < purse.leaseUntilMs ? Math.max(0, purse.share - purse.drawn - purse.unreported) : 0;
}

/** Ends what `draw` began: nothing was spent of it, or `spent`. */
export function putBack(purse: Purse, need: number, spent: number): void {
  purse.drawn -= need;
  purse.unreported += spent;
  if (purse.refused !== null && spent < need) purse.refused = null;
}

export function isKnownRefused(purse: Purse, need: number, nowMs: number): boolean {
  return purse.refused !== null && nowMs < purse.refused.untilMs && need >= purse.refused.need;
}

/** What this process has spent and knows others to have spent. */
export function spentOf(purse: Purse): number {
  return (purse.known?.spentMicroUsd ?? 0) + purse.unreported;
}

/** What to ask for beside what is needed: as much as a busy while took, and never more than a part of what is left. */
export function spareOf(purse: Purse): number {
  if (purse.known === null) return 0;
  const left = Math.max(0, purse.rule.hardMicroUsd - purse.known.spentMicroUsd - purse.known.heldMicroUsd);
  return Math.floor(Math.min(2 * Math.max(purse.recent, purse.rate), left / KEPT_PART));
}

/**
 * Gives back what is free beyond the spare, and says what is held once `reported` has been charged. What was really spent is always covered, whatever the lease.
 */
export function settleShare(purse: Purse, reported: number, nowMs: number): number {
  const covered = purse.drawn + purse.unreported;
  purse.share = Math.max(covered, Math.min(purse.share, covered + Math.min(freeOf(purse, nowMs), spareOf(purse))));
  return purse.share - reported;
}

/** Whether PostgreSQL must hear of it: something changed, or the lease is half over. */
export function needsReport(purse: Purse, nowMs: number, leaseMs: number): boolean {
  if (purse.isDirty || purse.unreported > 0 || purse.refusals > 0) return true;
  if (purse.share === 0) return false;
  return purse.leaseUntilMs - nowMs < leaseMs / 2 || freeOf(purse, nowMs) > GIVEN_BACK_FROM * spareOf(purse);
}

/** Nothing of it would be lost. */
export function isEmpty(purse: Purse): boolean {
  return purse.share === 0 && purse.drawn === 0 && purse.unreported === 0 && purse.refusals === 0 && !purse.isDirty;
}
