import { z } from "@hono/zod-openapi";

/** Shapes of the HTTP API about conversations; the console imports their types. Times are ISO 8601 UTC. */

/** Who may speak to the contact now: the AI, nobody while a person is awaited, or a human agent. */
export const holder = z.enum(["ai", "queue", "human"]).openapi("Holder");

export const citation = z
  .object({
    /** Number as shown in the text: [1], [2], ... */
    marker: z.number().int(),
    documentId: z.string(),
    title: z.string(),
    heading: z.string(),
    quote: z.string(),
  })
  .openapi("Citation");

export const messageView = z
  .object({
    id: z.string(),
    /** Position in the conversation, from 1 without gaps; also the id of its event in the stream. */
    seq: z.number().int(),
    conversationId: z.string(),
    caseId: z.string().nullable(),
    author: z.enum(["contact", "ai", "human", "system"]),
    authorName: z.string().nullable(),
    channel: z.string(),
    text: z.string(),
    citations: z.array(citation),
    turnId: z.string().nullable(),
    createdAt: z.string(),
  })
  .openapi("Message");

/** A message as staff see it. `sentBy`: the run that said it; null: a turn, a person, the contact. */
export const threadMessage = messageView
  .extend({ sentBy: z.object({ runId: z.string(), /** Null in old messages. */ workflow: z.string().nullable(), /** Of the task that said it; null: the run's end. */ pointer: z.string().nullable() }).nullable() })
  .openapi("ThreadMessage");

export const contactView = z
  .object({
    id: z.string(),
    name: z.string().nullable(),
    email: z.string().nullable(),
    isVerified: z.boolean(),
    externalId: z.string().nullable(),
  })
  .openapi("Contact");

export const conversationSummary = z
  .object({
    id: z.string(),
    contact: contactView,
    holder,
    assigneeName: z.string().nullable(),
    caseStatus: z.enum(["open", "resolved"]).nullable(),
    subject: z.string().nullable(),
    lastMessage: z.object({ author: messageView.shape.author, text: z.string(), createdAt: z.string() }).nullable(),
    messageCount: z.number().int(),
    createdAt: z.string(),
    updatedAt: z.string(),
  })
  .openapi("ConversationSummary");

const caseView = z
  .object({
    id: z.string(),
    subject: z.string().nullable(),
    intent: z.string().nullable(),
    status: z.enum(["open", "resolved"]),
    openedAt: z.string(),
    resolvedAt: z.string().nullable(),
  })
  .openapi("Case");

export const handoffView = z
  .object({
    id: z.string(),
    conversationId: z.string(),
    caseId: z.string().nullable(),
    contactName: z.string().nullable(),
    /** waiting in the queue, held by a person, returned to the AI, or closed with the case. */
    status: z.enum(["waiting", "held", "returned", "closed"]),
    /** Dotted code, as `contact.asked`, `evidence.missing`, `policy.denied`, `tool.failed`, `risk.flagged`, `agent.took_over`. */
    reason: z.string(),
    summary: z.object({
      headline: z.string(),
      intent: z.string().nullable(),
      sentiment: z.enum(["negative", "neutral", "positive"]).nullable(),
      language: z.string().nullable(),
      openQuestion: z.string().nullable(),
      verifiedFacts: z.array(z.string()),
      suggestedNextStep: z.string().nullable(),
    }),
    /** What the AI did before it handed off, in order. */
    tried: z.array(z.object({ what: z.string(), result: z.string(), at: z.string() })),
    requestedAt: z.string(),
    takenAt: z.string().nullable(),
    endedAt: z.string().nullable(),
    assigneeName: z.string().nullable(),
    /** 1 is next; null unless waiting. */
    position: z.number().int().nullable(),
  })
  .openapi("Handoff");

/** What the AI would answer, for a person to send, change or reject. `draft`: sent as it is by one key; `suggest`: for a person's own reply. */
export const draftView = z
  .object({
    id: z.string(),
    conversationId: z.string(),
    rung: z.enum(["suggest", "draft"]),
    status: z.enum(["open", "accepted", "edited", "rejected", "stale"]),
    /** Empty where there are only calls to propose. */
    text: z.string(),
    citations: z.array(citation),
    intent: z.string().nullable(),
    /** What the AI would have done besides, for a person to do. */
    calls: z.array(z.object({ tool: z.string(), arguments: z.record(z.string(), z.unknown()), describedAs: z.string() })),
    /** The contact has written since; a new one is being made. */
    isStale: z.boolean(),
    turnId: z.string(),
    createdAt: z.string(),
    decidedByName: z.string().nullable(),
    /** Why it was rejected. */
    reason: z.string().nullable(),
    /** The message it became. */
    messageId: z.string().nullable(),
  })
  .openapi("Draft");

export const conversationView = conversationSummary
  .extend({ cases: z.array(caseView), handoff: handoffView.nullable(), isMine: z.boolean(), /** The one that waits for a decision. */ draft: draftView.nullable() })
  .openapi("Conversation");

const stageName = z
  .enum(["receive", "identify", "authorize", "redact", "understand", "decide", "act", "compose", "verify", "deliver", "record"])
  .openapi("StageName");

const stageView = z
  .object({
    stage: stageName,
    /** Start in microseconds after the turn's first stage began. */
    offsetUs: z.number().int(),
    durationUs: z.number().int(),
    result: z.enum(["ok", "skipped", "refused", "failed"]),
    reason: z.string(),
    model: z.string().nullable(),
    costMicroUsd: z.number().int().nullable(),
    promptTokens: z.number().int().nullable(),
    completionTokens: z.number().int().nullable(),
    /** Small facts of the stage (intent, scores, passages' ids, tool names); no message texts. */
    detail: z.record(z.string(), z.unknown()),
  })
  .openapi("Stage");

const toolCallView = z
  .object({
    id: z.string(),
    tool: z.string(),
    risk: z.enum(["read", "write", "money", "irreversible"]),
    arguments: z.record(z.string(), z.unknown()),
    /** `started`: allowed and under way, or cut off by a crash and about to be finished. */
    status: z.enum(["waiting", "started", "ok", "not_found", "refused", "denied", "failed"]),
    reason: z.string().nullable(),
    output: z.unknown().nullable(),
    durationUs: z.number().int(),
    createdAt: z.string(),
  })
  .openapi("ToolCall");

export const turnSummary = z
  .object({
    id: z.string(),
    conversationId: z.string(),
    caseId: z.string().nullable(),
    status: z.enum(["running", "replied", "handed_off", "silent", "failed"]),
    intent: z.string().nullable(),
    decision: z.string().nullable(),
    reason: z.string().nullable(),
    model: z.string().nullable(),
    costMicroUsd: z.number().int(),
    durationUs: z.number().int().nullable(),
    messageIds: z.array(z.string()),
    replyMessageId: z.string().nullable(),
    startedAt: z.string(),
  })
  .openapi("TurnSummary");

export const turnView = turnSummary.extend({ stages: z.array(stageView), toolCalls: z.array(toolCallView) }).openapi("Turn");

/** Business records of the contact (orders in the shop), read by the workspace's `contactPanel` tool. */
export const recordPanel = z
  .object({ title: z.string(), columns: z.array(z.string()), rows: z.array(z.record(z.string(), z.unknown())), notice: z.string().nullable() })
  .openapi("RecordPanel");

export type Holder = z.infer<typeof holder>;
export type Citation = z.infer<typeof citation>;
export type MessageView = z.infer<typeof messageView>;
export type ThreadMessage = z.infer<typeof threadMessage>;
export type ContactView = z.infer<typeof contactView>;
export type ConversationSummary = z.infer<typeof conversationSummary>;
export type ConversationView = z.infer<typeof conversationView>;
export type CaseView = z.infer<typeof caseView>;
export type HandoffView = z.infer<typeof handoffView>;
export type DraftView = z.infer<typeof draftView>;
export type StageName = z.infer<typeof stageName>;
export type StageView = z.infer<typeof stageView>;
type StageAlways = "stage" | "offsetUs" | "durationUs" | "reason";
/** A stage as a turn's row keeps it: what says nothing (null, "ok", no detail) is left out, so that most rows need no compression. */
export type StoredStage = Pick<StageView, StageAlways> & Partial<Omit<StageView, StageAlways>>;
export type ToolCallView = z.infer<typeof toolCallView>;
export type TurnSummary = z.infer<typeof turnSummary>;
export type TurnView = z.infer<typeof turnView>;
export type RecordPanel = z.infer<typeof recordPanel>;
