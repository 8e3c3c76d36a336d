import { z } from "zod";

/**
 * Answers of two models to one stored prompt, in an order that says nothing. `id` names the stored reply whose prompt it is; `talk`
 * what was said before it, oldest first. All of it without personal values.
 */
export const comparisonView = z.object({
  id: z.string(), prompt: z.string(), talk: z.array(z.object({ author: z.enum(["contact", "ai"]), text: z.string() })),
  answers: z.array(z.object({ model: z.string(), text: z.string() })),
});
export type ComparisonView = z.output<typeof comparisonView>;

/** What came of a run in which a model graded. `failures`: answers or judgements that did not come, by model and reason. `stopped`: why it ended early, as a budget that is used up. */
export const evaluationView = z.object({
  judge: z.string(), models: z.array(z.string()), prompts: z.number().int(), grades: z.number().int(), microUsd: z.number().nullable(),
  failures: z.array(z.object({ model: z.string(), reason: z.string(), count: z.number().int() })), stopped: z.string().nullable(),
});
export type EvaluationView = z.output<typeof evaluationView>;
