import type { Citation } from "../../shapes/conversation.ts";

/** What the upkeep reads of conversations. Texts are as they were written: whoever takes them in redacts them first. */

/** A turn that has ended. `evidence`: what the passages held for the question, null where nothing was searched. Times ISO 8601 UTC. */
export type TalkTurn = {
  turnId: string;
  conversationId: string;
  caseId: string | null;
  contactId: string;
  /** Of the contact, for redaction. */
  names: string[];
  text: string;
  /** The kinds of what was decided to do, as `knowledge`, `agent`, `tool:get_order`. */
  parts: string[];
  isHandedOff: boolean;
  handoffReason: string | null;
  evidence: { kind: "answer" | "ask_back" | "decline"; reason: string } | null;
  toolCalls: number;
  foundChunkIds: string[];
  citations: Citation[];
  startedAt: string;
};

/** What people wrote after a question, in the same case, before the contact wrote again or after. */
export type TalkReply = { questionId: string; texts: string[]; names: string[]; lastAt: string };

/** What the AI had said (or wanted to say) from passages, and what a person said instead; `became` null: rejected without another text. */
export type TalkCorrection = { id: string; kind: "draft_rejected" | "draft_edited" | "took_over"; conversationId: string; names: string[]; citations: Citation[]; said: string; became: string | null; at: string };

export type AskedQuestion = { id: string; conversationId: string; caseId: string | null; askedAt: string; repliedAt: string | null };

/**
 * Reads conversations for the upkeep of the knowledge; given from above, since the knowledge knows no conversations.
 * Promises: in the order of time; the same page again as long as nothing is older than its end.
 */
export type TalkReader = {
  turns(tenantId: string, page: { after: { at: string; id: string }; limit: number }): Promise<TalkTurn[]>;
  /** Only those with something newer than `repliedAt`. */
  replies(tenantId: string, questions: readonly AskedQuestion[]): Promise<TalkReply[]>;
  corrections(tenantId: string, page: { after: { at: string; id: string }; limit: number }): Promise<TalkCorrection[]>;
};
