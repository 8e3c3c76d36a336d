import { z } from "zod";

const count = z.number().int();

/** For whom a search is tried. `contact`: by the AI, on the web; `role`: a colleague at the desk; `audiences`: whoever holds these. */
export const searchAs = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("contact"), isVerified: z.boolean() }),
  z.strictObject({ kind: z.literal("role"), role: z.enum(["admin", "agent"]) }),
  z.strictObject({ kind: z.literal("audiences"), audiences: z.array(z.string().min(1).max(120)).max(50) }),
]);
export type SearchAs = z.output<typeof searchAs>;

/** `score`: BM25 for words, cosine for meaning. */
const part = z.object({ rank: count, score: z.number() }).nullable();

/**
 * One chunk that was found. `place`: among the outcome, from 1; null: left out. `why`: why it is left out, in words. `matched`: words of it
 * that were asked for. `fusedRank`, `fusedScore`: before the reranker; `score`: after.
 */
const searchHitView = z.object({
  chunkId: z.string(), documentId: z.string(), title: z.string(), heading: z.string(), text: z.string(), startOffset: count, lexical: part, vector: part, fusedRank: count, fusedScore: z.number(), score: z.number(), place: count.nullable(), why: z.string().nullable(), matched: z.array(z.string()),
});
export type SearchHitView = z.output<typeof searchHitView>;

export const searchTestView = z
  .object({
    audiences: z.array(z.string()).describe("What policy lets the asker see; none: nothing is searched."), knowledgeVersion: count, model: z.string().nullable().describe("Whose vectors were searched; null: by words alone."), reranker: z.string().nullable(),
    parts: z.array(z.object({ text: z.string(), weight: z.number(), hits: count })), hits: z.array(searchHitView),
    decision: z.object({ kind: z.enum(["answer", "ask_back", "decline"]), reason: z.string(), confidence: z.number(), needed: z.number(), options: z.array(z.string()), answer: z.string().nullable() }),
  })
  .openapi("KnowledgeSearchTest");
export type SearchTestView = z.output<typeof searchTestView>;
