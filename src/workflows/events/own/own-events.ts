import { z } from "zod";
import type { TransactionQuery } from "../../../storage/database.ts";
import { cloudEvent, type CloudEvent, type OwnEventType } from "../cloud-event.ts";
import { tellEvent } from "../event.store.ts";

/** The source of what Baton tells itself; nobody else may use it. */
export const OWN_SOURCE = "https://baton.dev";

const id = z.string();
const orNull = z.string().nullable();

/** `data` of each of Baton's own events. Ids and facts, never what somebody wrote. */
export const OWN_EVENT_DATA = {
  "message.received": z.object({ messageId: id, conversationId: id, contactId: orNull, caseId: orNull, channel: z.string() }),
  "case.opened": z.object({ caseId: id, conversationId: id, contactId: orNull, intent: orNull }),
  "case.resolved": z.object({ caseId: id, conversationId: id, contactId: orNull, intent: orNull }),
  "handoff.requested": z.object({ handoffId: id, conversationId: id, contactId: orNull, caseId: orNull, turnId: orNull, reason: z.string() }),
  "sla.missed": z.object({ rule: z.enum(["handoff_wait", "human_answer"]), conversationId: id, caseId: orNull, handoffId: orNull, dueAt: z.string(), lateMs: z.number() }),
  "volume.spiked": z.object({ windowMinutes: z.number(), /** Messages in the window. */ observed: z.number(), /** What is usual for it. */ usual: z.number(), factor: z.number(), since: z.string(), basis: z.enum(["hour_of_week", "hour_of_day"]) }),
  "approval.decided": z.object({ approvalId: id, runId: orNull, tool: z.string(), decision: z.enum(["approved", "rejected", "expired"]), decidedBy: orNull, conversationId: orNull, caseId: orNull }),
  "tool.failed": z.object({ callId: id, tool: z.string(), risk: z.string(), conversationId: orNull, turnId: orNull }),
  "knowledge.source_stale": z.object({ sourceId: id, lastOkAt: orNull, staleAfterMinutes: z.number() }),
  "budget.warned": z.object({ budget: z.string(), /** Whose: the tenant, or the id or name of what the budget is for. */ budgetSubject: z.string(), since: z.string(), spentUsd: z.number(), softUsd: z.number(), hardUsd: z.number() }),
} as const satisfies Record<OwnEventType, z.ZodObject>;

export type OwnEventData<Type extends OwnEventType> = z.infer<(typeof OWN_EVENT_DATA)[Type]>;

type Told<Type extends OwnEventType> = { type: Type; /** What happened once has one id, made from its cause. */ id: string; subject: string; data: OwnEventData<Type> };
export type OwnEvent = { [Type in OwnEventType]: Told<Type> }[OwnEventType];

// `sla.missed` and `knowledge.source_stale` are told by the statements that find them; what happens to messages, cases, hand-offs, tool calls and budgets by
// the tables that hold them (migrations 0007 and 0021), so that whoever writes there cannot forget it.
/** Once an hour at most, however long a spike lasts. */
export const volumeSpiked = (hourIso: string, data: OwnEventData<"volume.spiked">): OwnEvent => ({ type: "volume.spiked", id: `volume.spiked:${hourIso}`, subject: "volume", data });
export const approvalDecided = (data: OwnEventData<"approval.decided">): OwnEvent => ({ type: "approval.decided", id: `approval.decided:${data.approvalId}`, subject: data.approvalId, data });

/**
 * Tells one of Baton's own events in the transaction of its cause: both are stored or neither. Nothing is written when no workflow
 * starts on it and no run waits for it. The relay carries it on within half a second, at once after `wake`.
 */
export async function tell(query: TransactionQuery, tenantId: string, event: OwnEvent, at: Date): Promise<void> {
  await tellEvent(query, tenantId, { id: event.id, type: event.type, subject: event.subject, data: event.data }, at);
}

/** The same as a CloudEvent, for what has no transaction of its own. */
export function toCloudEvent(event: OwnEvent, at: Date): CloudEvent {
  return cloudEvent.parse({ specversion: "1.0", id: event.id, source: OWN_SOURCE, type: event.type, subject: event.subject, time: at.toISOString(), datacontenttype: "application/json", data: event.data });
}
