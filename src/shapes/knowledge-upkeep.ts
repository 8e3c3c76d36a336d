import { z } from "@hono/zod-openapi";

const count = z.number().int();
const time = z.string().describe("ISO 8601 UTC");

/** A question that was asked in vain; redacted. `why`: declined for want of evidence, handed off, or answered without evidence. */
export const gapQuestionView = z.object({ id: z.string(), text: z.string(), why: z.enum(["declined", "handed_off", "unanswered"]), conversationId: z.string(), askedAt: time, reply: z.string().nullable().describe("What a person then replied; redacted.") }).openapi("KnowledgeGapQuestion");

/** An article out of what people replied. `questionId`: whose reply it was made from. */
export const gapDraftView = z.object({ title: z.string(), body: z.string().describe("Markdown; redacted: what stands in square brackets has to be replaced."), writer: z.string().describe("A model's id, or `template`."), questionId: z.string() });

/** Questions of one meaning. `askedSince`: questions that came after it was published or dismissed. */
export const gapView = z.object({
  id: z.string(), subject: z.string(), status: z.enum(["open", "published", "dismissed"]), questions: count, people: count.describe("How many different contacts asked."), firstAt: time, lastAt: time, askedSince: count,
  examples: z.array(gapQuestionView), draft: gapDraftView.nullable().describe("Null until somebody has replied."), documentId: z.string().nullable().describe("The article that was published for it."),
  decidedBy: z.string().nullable(), decidedAt: time.nullable(), reason: z.string().nullable(),
}).openapi("KnowledgeGap");
export type GapView = z.output<typeof gapView>;

export const findingKind = z.enum(["contradiction", "outdated", "unused", "corrected"]);

const findingDocument = z.object({ id: z.string(), title: z.string(), path: z.string(), audience: z.array(z.string()) });

/** What somebody should look at in an article. `other`: what it contradicts. `weight` 0..1000: the heaviest first. */
export const findingView = z.object({
  id: z.string(), kind: findingKind, status: z.enum(["open", "dismissed"]), document: findingDocument, other: findingDocument.nullable(), passage: z.string().nullable(), otherPassage: z.string().nullable(),
  reason: z.string().describe("In words."), weight: count, firstAt: time, lastAt: time, decidedBy: z.string().nullable(), decidedAt: time.nullable(),
}).openapi("KnowledgeFinding");
export type FindingView = z.output<typeof findingView>;

/** What a person set right: what the AI had said from a passage, and what became of it; redacted. */
export const correctionView = z.object({ id: z.string(), kind: z.enum(["draft_rejected", "draft_edited", "contradicted"]), heading: z.string(), quote: z.string(), conversationId: z.string(), said: z.string(), became: z.string().nullable(), at: time }).openapi("KnowledgeCorrection");

export const healthView = z.object({
  state: z.enum(["waiting", "running", "failed"]), lastAt: time.nullable().describe("When the last look ended."), nextAt: time, error: z.string().nullable(),
  gaps: z.object({ open: count, people: count, drafted: count }), findings: z.object({ contradiction: count, outdated: count, unused: count, corrected: count }),
}).openapi("KnowledgeHealth");
export type CorrectionView = z.output<typeof correctionView>;
export type HealthView = z.output<typeof healthView>;
