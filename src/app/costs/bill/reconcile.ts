import type { LedgerDay } from "../cost-report.store.ts";
import { familyOf, type Bill } from "./bill.ts";
import { explain, shiftsOf } from "./explain.ts";

/** One day and one model, by both sides. Micro-USD; null: that side does not say. */
export type Side = { microUsd: number | null; promptTokens: number | null; completionTokens: number | null; calls: number | null };
export type Comparison = {
  day: string; model: string; billed: Side | null; ours: LedgerDay | null;
  /** Billed less ours, in the measure of the whole comparison: micro-USD, or tokens where the bill names no money. */
  difference: number;
  /** Why; empty where both sides agree, or where nothing explains it. */
  reasons: string[];
};

export type Reconciliation = {
  measure: "cost" | "tokens";
  lines: Comparison[];
  billed: number;
  ours: number;
  /** The differences of all lines without their signs, less what only stands on another day. */
  apart: number;
  /** `apart` as a part of what is billed, 0..1; where nothing is billed 1, unless nothing is apart. */
  share: number;
};

/**
 * Compares a bill with our record, model by model and day by day.
 *
 * Replay: pure. Models are the same when their names differ by date, dots or spaces only.
 * A bill without money is compared by its tokens. A bill whose lines name no model is compared by day alone.
 */
export function reconcile(bill: Bill, ledger: readonly LedgerDay[]): Reconciliation {
  const isByModel = bill.lines.some((line) => line.model !== null);
  const measure = bill.lines.some((line) => line.microUsd !== null) || bill.lines.length === 0 ? "cost" : "tokens";
  const keyOf = (day: string, model: string | null) => `${day} ${isByModel ? familyOf(model ?? "") : ""}`;
  const billed = new Map<string, Side & { day: string; model: string }>();
  for (const line of bill.lines) {
    const known = billed.get(keyOf(line.day, line.model));
    billed.set(keyOf(line.day, line.model), {
      day: line.day, model: isByModel ? (line.model ?? "(no model)") : "(all)", microUsd: plus(known?.microUsd, line.microUsd), promptTokens: plus(known?.promptTokens, line.promptTokens),
      completionTokens: plus(known?.completionTokens, line.completionTokens), calls: plus(known?.calls, line.calls),
    });
  }
  const ours = new Map<string, LedgerDay>();
  for (const day of ledger) {
    const key = keyOf(day.day, day.model);
    ours.set(key, addUp(ours.get(key), isByModel ? day : { ...day, model: "(all)" }));
  }
  const lines = [...new Set([...billed.keys(), ...ours.keys()])].sort().map((key): Comparison => {
    const [theirs = null, own = null] = [billed.get(key), ours.get(key)];
    return { day: theirs?.day ?? own?.day ?? "", model: own?.model ?? theirs?.model ?? "", billed: theirs, ours: own, difference: round(amountOf(theirs, measure) - amountOf(own, measure)), reasons: [] };
  });
  const shifts = shiftsOf(lines);
  for (const line of lines) line.reasons = explain(line, measure, shifts.has(line));
  const [all, own] = [lines.reduce((sum, line) => sum + amountOf(line.billed, measure), 0), lines.reduce((sum, line) => sum + amountOf(line.ours, measure), 0)];
  const apart = round(lines.reduce((sum, line) => sum + (shifts.has(line) ? 0 : Math.abs(line.difference)), 0) + shiftRest(lines, shifts));
  return { measure, lines, billed: round(all), ours: round(own), apart, share: all > 0 ? apart / all : apart > 0 ? 1 : 0 };
}

/** What days that balance each other still differ by, model by model. */
function shiftRest(lines: readonly Comparison[], shifts: ReadonlySet<Comparison>): number {
  const byModel = new Map<string, number>();
  for (const line of lines) if (shifts.has(line)) byModel.set(familyOf(line.model), (byModel.get(familyOf(line.model)) ?? 0) + line.difference);
  return [...byModel.values()].reduce((sum, each) => sum + Math.abs(each), 0);
}

function amountOf(side: { microUsd: number | null; promptTokens: number | null; completionTokens: number | null } | null, measure: Reconciliation["measure"]): number {
  if (side === null) return 0;
  return measure === "cost" ? (side.microUsd ?? 0) : (side.promptTokens ?? 0) + (side.completionTokens ?? 0);
}

function plus(known: number | null | undefined, more: number | null): number | null {
  return known === null || known === undefined ? more : known + (more ?? 0);
}

function addUp(known: LedgerDay | undefined, more: LedgerDay): LedgerDay {
  if (known === undefined) return more;
  return {
    ...known, calls: known.calls + more.calls, failed: known.failed + more.failed, unpriced: known.unpriced + more.unpriced, estimated: known.estimated + more.estimated, promptTokens: known.promptTokens + more.promptTokens,
    completionTokens: known.completionTokens + more.completionTokens, microUsd: known.microUsd + more.microUsd,
  };
}

/** Providers print fractions of a micro-USD; adding them up leaves dust. */
function round(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
