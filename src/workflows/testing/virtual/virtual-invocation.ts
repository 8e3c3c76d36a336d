import type { DurableCall, DurableHandler } from "../../../durable/durable.ts";
import type { JournalEntry, JournalOutcome } from "./journal.ts";

/** A bound of time around a part of an invocation. */
export type VirtualDeadline = { isOver: boolean; controller: AbortController; children: Set<VirtualInvocation> };

/** What an invocation waits for. */
export type VirtualWait = { deadlines: readonly VirtualDeadline[]; settle(outcome: JournalOutcome): void };

/** One handler under way, with all that a replay needs to carry it out again. */
export type VirtualInvocation = {
  id: string;
  call: DurableCall;
  handler: DurableHandler;
  journal: JournalEntry[];
  wait: VirtualWait | null;
  /** A cancellation that the next await will throw. */
  isCancelDue: boolean;
  children: Set<VirtualInvocation>;
  end: { outcome: JournalOutcome; /** Which ended first. */ place: number } | null;
  /** Called once it has ended. */
  waiters: Set<() => void>;
  controller: AbortController;
};

/** A value that comes from outside. */
export type VirtualExternal = { outcome: JournalOutcome | null; waiter: (() => void) | null };
