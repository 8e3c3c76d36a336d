import { z } from "zod";

/** What can have a time of its own. */
export const DATA_CLASSES = ["conversations", "contacts", "traces", "questions", "events", "costs", "ledger"] as const;
export type DataClass = (typeof DATA_CLASSES)[number];

/** Days by class; a class that is not named is kept for good. */
export type RetentionPlan = Readonly<Partial<Record<DataClass, number>>>;

const days = (least: number) => z.number().int().min(least).max(36_500).optional();

/** `retention` of baton.yaml: after how many days what is forgotten. */
export const retentionSection = z.strictObject({
  /** Cases that are resolved, or in which nothing happens any more, with their messages, turns, tool calls, drafts, handoffs and approvals; counted from their end. */
  conversations: days(1),
  /** People of whom nothing else is left, with their addresses; counted from their last activity. */
  contacts: days(1),
  /** What models were sent and answered, the stages of turns, results of tool calls; counted from their making. */
  traces: days(1),
  /** Questions that knowledge did not answer, and what people set right in replies. */
  questions: days(1),
  /** Events of other systems that were dealt with. */
  events: days(1),
  /** Whom a cost was for; the figures stay. */
  costs: days(1),
  /** Contents of the ledger; its chain stays. */
  ledger: days(30),
});
