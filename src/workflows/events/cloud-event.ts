import { z } from "zod";

/** CloudEvents 1.0, JSON form. Source: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md */
export const cloudEvent = z.object({
  specversion: z.literal("1.0"),
  id: z.string().min(1).max(200),
  source: z.string().min(1).max(500),
  type: z.string().min(1).max(200),
  subject: z.string().max(500).optional(),
  time: z.iso.datetime({ offset: true }).optional(),
  datacontenttype: z.string().max(100).optional(),
  dataschema: z.string().max(500).optional(),
  data: z.unknown().optional(),
}).catchall(z.union([z.string(), z.number(), z.boolean()]));

export type CloudEvent = z.infer<typeof cloudEvent>;

/** Whether the character NUL is in it, which PostgreSQL cannot hold. */
export function holdsNul(event: CloudEvent): boolean {
  return JSON.stringify(event).includes("\\u0000");
}

/** What Baton itself tells; `data` of each is listed in docs/reference/events.md. */
export const OWN_EVENTS = ["message.received", "case.opened", "case.resolved", "handoff.requested", "sla.missed", "volume.spiked", "approval.decided", "tool.failed", "knowledge.source_stale", "budget.warned"] as const;
export type OwnEventType = (typeof OWN_EVENTS)[number];
