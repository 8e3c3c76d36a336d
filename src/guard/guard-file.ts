import { z } from "zod";

const words = z.array(z.string().trim().min(2).max(80)).min(1).max(200);
const named = z.strictObject({ name: z.string().regex(/^[a-z][a-z0-9_-]*$/), words });

/** `guard` in `baton.yaml`: who judges replies, and what none may say. */
export const guardSection = z.strictObject({
  judge: z.enum(["built-in", "local-model", "language-model"]).default("built-in").describe("Who decides whether a reply rests on what was shown: rules alone, rules and the embedding model in the house, or rules and a language model."),
  route: z.string().min(1).max(120).optional().describe("Which route or model of models.yaml a language model is asked by."),
  replies: z.strictObject({
    neverPromise: z.array(named).max(100).default([]).describe("What no reply may promise in its own words: the words that name it, as `refund` or `money back`."),
    neverSpeakOf: z.array(named).max(100).default([]).describe("What no reply may speak of at all."),
    tone: z.strictObject({
      words: z.array(z.string().trim().min(2).max(80)).max(200).default([]).describe("Words no reply uses."),
      emoji: z.boolean().default(true).describe("Whether a reply may hold emoji."),
      exclamationMarks: z.int().min(0).max(20).optional().describe("The most exclamation marks of a reply."),
      capitals: z.boolean().default(true).describe("Whether a reply may hold several words in capital letters in a row."),
    }).prefault({}),
  }).prefault({}),
}).prefault({});

export type GuardSettings = z.output<typeof guardSection>;
export type ReplyRules = GuardSettings["replies"];
