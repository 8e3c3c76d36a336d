import { z } from "zod";

/** How well one intent is told from the others. Shares 0..1; null where nothing was counted. */
const intentFigures = z.object({ name: z.string(), examples: z.number().int(), precision: z.number().nullable(), recall: z.number().nullable() });

/**
 * What cross-validation says: every example is read by a classifier that did not see it. `accuracy`: share of the examples of
 * intents that were read as their own; `noneRecall`: share of those that fit none which were read as none; `calibrationError`: how
 * far confidence and truth lie apart on average (ECE). `confusion`: how often examples of `intent` were read as `readAs`; "out_of_scope" is none of them.
 */
export const intentReport = z.object({
  examples: z.number().int(), accuracy: z.number(), noneRecall: z.number().nullable(), calibrationError: z.number(),
  intents: z.array(intentFigures),
  confusion: z.array(z.object({ intent: z.string(), readAs: z.string(), count: z.number().int() })),
  mistaken: z.array(z.object({ text: z.string(), intent: z.string(), readAs: z.string(), confidence: z.number() })),
});
export type IntentReport = z.output<typeof intentReport>;

export const intentSummary = intentReport.pick({ examples: true, accuracy: true, noneRecall: true, calibrationError: true });
export type IntentSummary = z.output<typeof intentSummary>;

/** `readAs` null: none of the intents. `state`: `waiting` until the next training. */
export const correctionView = z.object({ id: z.string(), text: z.string(), intent: z.string(), readAs: z.string().nullable(), messageId: z.string().nullable(), by: z.string(), at: z.string(), state: z.enum(["waiting", "learned"]) });
export type CorrectionView = z.output<typeof correctionView>;

/** `id` as `training_3`. */
export const trainingView = z.object({ id: z.string(), learned: z.number().int(), before: intentSummary, after: intentSummary, by: z.string(), at: z.string(), undoneBy: z.string().nullable(), undoneAt: z.string().nullable() });
export type TrainingView = z.output<typeof trainingView>;

/** `by`: who reads, cheapest first. `intents`: the workspace's, with what they mean. */
export const understandingView = z.object({
  by: z.array(z.string()), intents: z.array(z.object({ name: z.string(), description: z.string() })), report: intentReport,
  corrections: z.array(correctionView), trainings: z.array(trainingView).describe("Newest first."),
});
export type UnderstandingView = z.output<typeof understandingView>;

const confident = z.object({ name: z.string(), confidence: z.number() });

/** A message whose intent was not sure, newest first. */
export const unsureMessage = z.object({ messageId: z.string(), conversationId: z.string(), turnId: z.string(), text: z.string(), intents: z.array(confident), at: z.string() });
export type UnsureMessage = z.output<typeof unsureMessage>;

export const readingView = z.object({
  intents: z.array(confident), language: z.string(), sentiment: z.object({ label: z.enum(["negative", "neutral", "positive"]), score: z.number() }), frustration: z.number(), urgency: z.number(),
  risks: z.array(z.string()), entities: z.array(z.object({ kind: z.string(), value: z.string(), normal: z.string().nullable() })), by: z.array(z.string()),
});
export type ReadingView = z.output<typeof readingView>;
