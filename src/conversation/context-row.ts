import { z } from "zod";
import { openQuestions } from "../workflows/talk/question.store.ts";
import type { Row } from "../storage/database.ts";
import type { TurnContext, TurnInput } from "./turn.ts";

type Claimed = { id: string; seq: number; body: string; channel: string; created_at: string };

const row = z.object({
  case_id: z.string(),
  until_seq: z.coerce.number(),
  contact: z.object({ id: z.string(), name: z.string().nullable(), email: z.string().nullable(), external_id: z.string().nullable(), is_verified: z.boolean() }),
  focus: z.object({
    records: z.record(z.string(), z.array(z.string())).default({}),
    pending: z.object({ awaiting: z.enum(["slot", "confirmation"]), intent: z.string(), tool: z.string(), slot: z.string().nullable(), slots: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])) }).nullable().default(null),
    hasLapsed: z.boolean().default(false),
  }),
  claimed: z.array(z.object({ id: z.string(), seq: z.number(), body: z.string(), channel: z.string(), created_at: z.string() })).min(1).transform((list): [Claimed, ...Claimed[]] => { const [head, ...rest] = list; if (!head) throw new Error("a turn without messages"); return [head, ...rest]; }),
  recent: z.array(z.object({ id: z.string(), author: z.enum(["contact", "ai", "human", "system"]), body: z.string() })).nullable(),
  placeholders: z.array(z.object({ token: z.string(), kind: z.string(), value: z.string() })).nullable(),
  questions: openQuestions,
});

const EARLIER = 12;

/** A context as the store hands it out, checked: it was written by other versions of this code. */
export function contextRow(input: TurnInput, given: Row | null): Omit<TurnContext, "round"> {
  const read = row.parse(given);
  const claimed = new Set(read.claimed.map((message) => message.id));
  const first = read.claimed[0];
  const last = read.claimed.at(-1) ?? first;
  return {
    ...input,
    caseId: read.case_id,
    untilSeq: read.until_seq,
    messages: read.claimed.map((message) => ({ id: message.id, seq: message.seq, text: message.body, channel: message.channel, createdAt: message.created_at })),
    earlier: (read.recent ?? []).filter((message) => !claimed.has(message.id)).slice(-EARLIER).map((message) => ({ author: message.author, text: message.body })),
    contact: { id: read.contact.id, name: read.contact.name, email: read.contact.email, externalId: read.contact.external_id, isVerified: read.contact.is_verified },
    focus: read.focus,
    placeholders: read.placeholders ?? [],
    questions: read.questions,
    text: read.claimed.map((message) => message.body).join("\n"),
    channel: last.channel,
    receivedAtMs: Date.parse(first.created_at),
  };
}
