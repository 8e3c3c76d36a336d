import { z } from "zod";
import { chunkMarkdown, DEFAULT_CHUNK_LIMITS, type Chunk, type ChunkLimits } from "../chunk-markdown.ts";
import { refusal, type Refusal } from "./parsed-document.ts";
import { readingThreads } from "./reading-threads.ts";

/** UTF-16 units up to which a text is cut where it is, in a few milliseconds: a thread would cost more. */
const CUT_HERE = 40_000;
/** One document is not more than this; far fewer stand in any book. */
const MOST_CHUNKS = 50_000;
const MAX_MS = 120_000;

const chunk = z.object({ ordinal: z.number(), headingPath: z.array(z.string()), lead: z.string(), text: z.string(), startOffset: z.number(), endOffset: z.number() });
const cutAnswer = z.discriminatedUnion("kind", [z.object({ kind: z.literal("ok"), chunks: z.array(chunk) }), refusal]);

/**
 * The chunks of a text as `chunkMarkdown` cuts them; a long one is cut in a thread, so that nobody waits for it.
 * What takes too long or gives too many is refused. Replay: pure, as long as no time limit is hit.
 */
export async function cutDocument({ title, body }: { title: string; body: string }, limits: ChunkLimits = DEFAULT_CHUNK_LIMITS): Promise<{ kind: "ok"; chunks: Chunk[] } | Refusal> {
  if (body.length <= CUT_HERE) return { kind: "ok", chunks: chunkMarkdown(title, body, limits) };
  return readingThreads.run({ kind: "cut", title, body, limits, most: MOST_CHUNKS }, cutAnswer, { maxMs: MAX_MS });
}
