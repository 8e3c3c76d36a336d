import { z } from "zod";

/**
 * `knowledge` of `baton.yaml`: how passages are found. `reranker`: what puts them into their last order, `words` (built in) or `model` (the
 * workspace's model judges them; a question then takes a call and its time). `filterBy`: what narrows the searches of a turn.
 */
export const knowledgeSection = z.strictObject({
  reranker: z.enum(["words", "model"]).default("words"),
  filterBy: z.strictObject({
    language: z.boolean().default(false).describe("Only articles in the language of the message, and those whose language nobody knows."),
    brand: z.record(z.string().min(1).max(60), z.string().min(1).max(120)).default({}).describe("By channel: only articles of this brand, and those of none."),
  }).prefault({}),
});
export type KnowledgeSettings = z.output<typeof knowledgeSection>;
