import { z } from "zod";

const dimensions = z.int().min(8).max(8_192);
const prefixes = z.strictObject({ query: z.string().max(200).default(""), passage: z.string().max(200).default("") }).optional().describe("What the model wants in front of a text, such as `search_query: `.");

/** `embeddings` in `baton.yaml`: what finds passages by their meaning. `none`: they are found by their words alone. */
export const embeddingsSection = z.union([
  z.literal("none"),
  z.literal("hashed").describe("Without a model: by words and parts of words, so that misspelt ones are found."),
  z.strictObject({
    url: z.url({ protocol: /^https?$/ }).describe("An OpenAI-compatible server, up to and without /embeddings."),
    model: z.string().min(1).max(200),
    dimensions: dimensions.describe("Length of its vectors."),
    key: z.string().min(1).max(120).optional().describe("Name of the secret that holds its key."),
    handling: z.enum(["inside", "contract", "public", "outside"]).optional().describe("Where the texts end, as in models.yaml; outside is public. Without it by the address."),
    price: z.strictObject({
      prompt: z.number().nonnegative().max(100_000).transform((usd) => Math.round(usd * 1_000_000)).describe("USD per million tokens."),
      source: z.string().min(1).describe("Where the price was read: an address, or the contract."),
      readOn: z.iso.date().describe("When it was read."),
    }).optional(),
    prefixes,
  }),
  z.strictObject({
    folder: z.string().min(1).describe("A folder with model.onnx, tokenizer.json and config.json, absolute or from the workspace."),
    runtime: z.string().min(1).optional().describe("A folder in which onnxruntime-node is installed, when that is neither the workspace nor the installation."),
    threads: z.int().min(1).max(64).default(1),
    prefixes,
  }),
]).default("none");

export type EmbeddingsSettings = z.output<typeof embeddingsSection>;
