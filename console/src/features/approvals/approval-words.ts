import type { ApprovalView } from "../../../../src/shapes/approval.ts";
import { formatMoney, formatSeconds, sayCode } from "../../lib/format.ts";
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

/** The amount of the call as money; null without one. */
export function amountOf({ amountCents, currency }: Pick<ApprovalView, "amountCents" | "currency">): string | null {
  if (amountCents === null) return null;
  return currency === null ? (amountCents / 100).toFixed(2) : formatMoney(amountCents, currency);
}

/** Who else has to say yes: `2 of role agent, and anna@example.com`. */
export function sayWanted(wanted: ApprovalView["wanted"]): string {
  return wanted.map(({ words, people }) => (people === 1 ? words : `${people} of ${words}`)).join(", and ");
}

/** What asked for it, in words. */
export function sayAskedBy({ askedBy, callerName, workflow }: Pick<ApprovalView, "askedBy" | "callerName" | "workflow">): string {
  if (askedBy === "caller") return callerName === null ? "The customer's own assistant" : `Another system: ${callerName}`;
  return askedBy === "turn" ? "The assistant, in a conversation" : sayCode(workflow ?? "A workflow");
}

/** An argument as a person would read it. */
export function sayValue(value: unknown): string {
  if (value === null || value === undefined || value === "") return "none";
  if (typeof value === "boolean") return value ? "yes" : "no";
  return typeof value === "string" || typeof value === "number" ? String(value) : JSON.stringify(value);
}

/** What a field of the change form holds, read back as the kind of value it had; text that is no longer of that kind stays text. */
export function readField(text: string, before: unknown): unknown {
  if (typeof before === "string") return text;
  try {
    const read: unknown = JSON.parse(text);
    return read;
  } catch {
    return text;
  }
}
