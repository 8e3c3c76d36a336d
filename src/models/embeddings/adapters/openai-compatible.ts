import { z } from "zod";
import { AppError } from "../../../lib/app-error.ts";
import { modelCancelled, modelInvalidAnswer } from "../../models.errors.ts";
import { modelErrorFrom } from "../../provider-failure.ts";
import { normalise, type Embedder } from "../embedder.ts";
import { unmetered, type Embedded, type EmbedMeter } from "../meter-requests.ts";
import { retried, type EmbedderRetry } from "../retried.ts";

/** `baseUrl` ends before `/embeddings`. A missing `apiKey` sends none. */
export type OpenAiEmbedderOptions = {
  modelId: string;
  baseUrl: string;
  apiKey?: string;
  dimensions: number;
  handling: Embedder["handling"];
  /** What some models want in front of a text, as `search_query: ` for nomic-embed-text. */
  prefixes?: { query: string; passage: string };
  retry?: EmbedderRetry;
  /** Counts each request; without it none is. */
  meter?: EmbedMeter;
};

/** Texts and characters of one request, and what is read of one text. */
const MOST_TEXTS = 64;
const MOST_CHARACTERS = 120_000;
const LONGEST_TEXT = 24_000;
const LONGEST_ANSWER_BYTES = 64 * 1_024 * 1_024;

const answer = z.object({ data: z.array(z.object({ index: z.int().nonnegative(), embedding: z.array(z.number()) })), usage: z.object({ prompt_tokens: z.unknown() }).nullish().catch(null) });

/**
 * OpenAI and every server that speaks its `/v1/embeddings`: Ollama, llama.cpp, vLLM, text-embeddings-inference.
 *
 * Texts go in batches of at most 64, one after the other. A request that fails for a while is repeated (see `retried`).
 * Limits: reads the first 24,000 characters of a text; a server may read less. A blank text is sent as a full stop, since servers refuse it.
 * Errors: those of `modelErrorFrom`; `models.invalid_answer` when a vector has another length than `dimensions`, or is no number.
 */
export function createOpenAiEmbedder(options: OpenAiEmbedderOptions): Embedder {
  const again = retried(options.retry);
  const meter = options.meter ?? unmetered;
  return {
    id: `openai-compatible/${options.modelId}`,
    dimensions: options.dimensions,
    handling: options.handling,
    async embed(texts, kind, signal, context) {
      const vectors: Float32Array[] = [];
      const prefix = options.prefixes?.[kind] ?? "";
      for (const batch of batchesOf(texts.map((text) => prefix + (text.trim() === "" ? "." : text.slice(0, LONGEST_TEXT))))) vectors.push(...(await again((inner) => meter(context, batch, inner, () => request(options, batch, inner)), signal)));
      return vectors;
    },
  };
}

function* batchesOf(texts: readonly string[]): Generator<string[]> {
  let batch: string[] = [];
  let characters = 0;
  for (const text of texts) {
    if (batch.length > 0 && (batch.length >= MOST_TEXTS || characters + text.length > MOST_CHARACTERS)) {
      yield batch;
      batch = [];
      characters = 0;
    }
    batch.push(text);
    characters += text.length;
  }
  if (batch.length > 0) yield batch;
}

async function request(options: OpenAiEmbedderOptions, texts: readonly string[], signal: AbortSignal): Promise<Embedded> {
  const details = { provider: "openai-compatible", modelId: options.modelId };
  try {
    const response = await fetch(`${options.baseUrl.replace(/\/+$/, "")}/embeddings`, {
      method: "POST", redirect: "manual", signal,
      headers: { "content-type": "application/json", accept: "application/json", ...(options.apiKey === undefined ? {} : { authorization: `Bearer ${options.apiKey}` }) },
      body: JSON.stringify({ model: options.modelId, input: texts, encoding_format: "float" }),
    });
    const body = await readText(response, details);
    if (!response.ok) throw modelErrorFrom({ status: response.status, body, message: "", headers: Object.fromEntries(response.headers) }, details);
    return readVectors(body, texts.length, options.dimensions, details);
  } catch (thrown) {
    if (thrown instanceof AppError) throw thrown;
    if (signal.aborted) throw modelCancelled({ details });
    throw modelErrorFrom({ status: null, body: thrown, message: thrown instanceof Error ? thrown.message : "", headers: {} }, details);
  }
}

async function readText(response: Response, details: Record<string, unknown>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > LONGEST_ANSWER_BYTES) throw modelInvalidAnswer({ message: "The embedding model's server answered more than any list of vectors.", details });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function readVectors(body: string, count: number, dimensions: number, details: Record<string, unknown>): Embedded {
  const parsed = answer.safeParse(parseJson(body));
  if (!parsed.success || parsed.data.data.length !== count) throw modelInvalidAnswer({ message: "The embedding model's server answered something that is no list of vectors; check the base URL.", details });
  const vectors: (Float32Array | undefined)[] = Array.from({ length: count });
  for (const { index, embedding } of parsed.data.data) {
    if (embedding.length !== dimensions) throw modelInvalidAnswer({ message: `The embedding model's vectors have ${embedding.length} dimensions, not ${dimensions}; correct the setting.`, details });
    vectors[index] = normalise(Float32Array.from(embedding));
  }
  const all = vectors.map((vector) => {
    if (vector === undefined) throw modelInvalidAnswer({ message: "The embedding model's server left a text out.", details });
    return vector;
  });
  return { vectors: all, promptTokens: parsed.data.usage?.prompt_tokens };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
