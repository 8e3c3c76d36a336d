import type { ApprovalView } from "../../../../src/shapes/workflow.ts";
import { formatMoney, formatSeconds } from "../../lib/format.ts";
import type { StateWords } from "../../ui/state-badge.tsx";

export const APPROVAL_STATUSES: Record<ApprovalView["status"], StateWords> = {
  waiting: { words: "Waiting", sign: "◔", tone: "warn" },
  approved: { words: "Approved", sign: "✓", tone: "good" },
  refused: { words: "Declined", sign: "✕", tone: "bad" },
  expired: { words: "Too late", sign: "–", tone: "neutral" },
  withdrawn: { words: "Withdrawn", sign: "–", tone: "neutral" },
};

/** The time that is left, in words, and whether it presses. */
export function sayDeadline(deadlineAt: string | null, nowMs: number): { words: string; isPressing: boolean } {
  if (deadlineAt === null) return { words: "no deadline", isPressing: false };
  const seconds = Math.floor((new Date(deadlineAt).getTime() - nowMs) / 1000);
  if (seconds <= 0) return { words: "time is over", isPressing: true };
  return { words: `${formatSeconds(seconds)} left`, isPressing: seconds < 15 * 60 };
}

/** The amount in the call, as money when it says so by name: `amountCents` with `currency`, or `amount`. Null without one. */
export function amountOf(call: Record<string, unknown>): string | null {
  const currency = typeof call["currency"] === "string" ? call["currency"] : null;
  for (const [name, value] of Object.entries(call)) {
    if (typeof value !== "number") continue;
    if (/cents$/i.test(name)) return currency === null ? (value / 100).toFixed(2) : formatMoney(value, currency);
    if (/^(amount|sum|total)$/i.test(name)) return currency === null ? value.toLocaleString("en") : `${value.toLocaleString("en")} ${currency}`;
  }
  return null;
}
