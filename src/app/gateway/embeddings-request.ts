import { z } from "zod";
import { invalid } from "./chat-request.ts";

/** What is taken of `POST /v1/embeddings`. */
export const embeddingsBody = z.strictObject({
  model: z.string().min(1).max(200), user: z.string().optional(), dimensions: z.int().min(1).max(100_000).optional(), encoding_format: z.enum(["float", "base64"]).optional(),
  input: z.union([z.string().min(1), z.array(z.string().min(1)).min(1).max(2_048)], "input: give a text or a list of texts; Baton takes no lists of tokens, since nothing could be hidden in them."),
});

export type EmbeddingsRequest = Omit<z.output<typeof embeddingsBody>, "input"> & { texts: readonly string[] };

/** Throws `gateway.invalid_request`, naming the place. */
export function readEmbeddingsRequest(given: unknown): EmbeddingsRequest {
  const read = embeddingsBody.safeParse(given);
  if (!read.success) throw invalid(read.error);
  const { input, ...rest } = read.data;
  return { ...rest, texts: typeof input === "string" ? [input] : input };
}
