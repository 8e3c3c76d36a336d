import { isRecord } from "../../lib/is-record.ts";
import { worstCase } from "../../models/budgets/worst-case.ts";
import type { CallContext } from "../../models/call-context.ts";
import { estimateTokens } from "../../models/estimate-tokens.ts";
import { forbiddenClasses } from "../../models/inventory/data-rules.ts";
import type { OpenedModel } from "../../models/inventory/open-model.ts";
import type { Embedder } from "../../models/embeddings/embedder.ts";
import type { ModelRequest, ModelUsage } from "../../models/model.ts";
import { modelInvalidAnswer, modelUnknown } from "../../models/models.errors.ts";
import type { Candidate } from "../../models/route/candidate.ts";
import { journal } from "./answer-chat.ts";
import { readEmbeddingsRequest, type EmbeddingsRequest } from "./embeddings-request.ts";
import { hideTexts } from "./forward/hide-chat.ts";
import { expectAnswer, readAll } from "./forward/read-provider.ts";
import { readEmbeddingUsage } from "./forward/read-usage.ts";
import { throughGate } from "./forward/through-gate.ts";
import { contextOf, type GatewayCall, type GatewayDeps } from "./gateway-call.ts";
import { OWN_EMBEDDER } from "./list-models.ts";
import { headOf, JSON_TYPE, writeJson } from "./write-answer.ts";

/** Vectors in OpenAI's form, and what they cost. */
type Made = { answer: unknown; usage: ModelUsage; microUsd: number | null };

/** Whoever makes the vectors. `provider`: as it stands in the ledger. */
type Maker = { name: string; modelId: string; provider: string; make(context: CallContext, signal: AbortSignal): Promise<Made> };

/** A vector of 4,096 numbers, each written with up to 30 characters; and what stands around them. */
const MAX_BYTES_PER_TEXT = 128 * 1024;
const MAX_BYTES_AROUND = 64 * 1024;

/** `POST /v1/embeddings`: by a model of the inventory that makes vectors, or the workspace's own. What may not leave the house is hidden first. */
export async function answerEmbeddings(deps: GatewayDeps, call: GatewayCall, given: unknown): Promise<void> {
  const asked = readEmbeddingsRequest(given);
  const context = contextOf(call, "embeddings", asked.model, asked.user);
  const maker = makerOf(deps, asked);
  const { answer, usage, microUsd } = await maker.make(context, call.signal);
  writeJson(call.response, 200, headOf(JSON_TYPE, call.requestId, maker.name), answer);
  journal(deps, call, { context }, { usage, firstPartMs: null, served: { name: maker.name, modelId: maker.modelId, provider: maker.provider, costMicroUsd: microUsd } });
}

function makerOf(deps: GatewayDeps, asked: EmbeddingsRequest): Maker {
  const { embedder } = deps.turns.knowledge;
  if (asked.model === OWN_EMBEDDER && embedder) return { name: OWN_EMBEDDER, modelId: embedder.id, provider: "embedder", make: (context, signal) => askEmbedder(embedder, asked, context, signal) };
  const opened = deps.models.inventory.get(asked.model);
  const candidate = deps.models.candidates.get(asked.model);
  if (opened === undefined || candidate === undefined || !opened.abilities.has("embeddings")) throw modelUnknown({ message: `There is no embedding model "${asked.model}" here: GET /v1/models names those there are.`, details: { name: asked.model } });
  return { name: opened.name, modelId: opened.modelId, provider: opened.adapter.provider, make: (context, signal) => askProvider(deps, { candidate, opened }, asked, context, signal) };
}

/** The workspace's own keeps to budgets by itself, and its requests are written down with what they cost. */
/** It hides, reserves and writes down by itself, request by request. */
async function askEmbedder(embedder: Embedder, asked: EmbeddingsRequest, context: CallContext, signal: AbortSignal): Promise<Made> {
  const vectors = await embedder.embed(asked.texts, "query", signal, context);
  const tokens = asked.texts.reduce((sum, text) => sum + estimateTokens(text), 0);
  const data = vectors.map((vector, index) => ({ object: "embedding", index, embedding: asked.encoding_format === "base64" ? base64Of(vector) : [...vector] }));
  return { answer: { object: "list", model: embedder.id, data, usage: { prompt_tokens: tokens, total_tokens: tokens } }, usage: { promptTokens: tokens, completionTokens: 0, isEstimated: true }, microUsd: embedder.handling === "inside" ? 0 : null };
}

async function askProvider(deps: GatewayDeps, { candidate, opened }: { candidate: Candidate; opened: OpenedModel }, asked: EmbeddingsRequest, context: CallContext, signal: AbortSignal): Promise<Made> {
  const isHidden = forbiddenClasses(deps.models.dataRules, context.dataClasses, opened.handling).length > 0;
  const texts = isHidden ? hideTexts(deps.turns.redactor, asked.texts) : asked.texts;
  const request: ModelRequest = { context, signal, messages: texts.map((text) => ({ role: "user", text })), tools: [], maxOutputTokens: 0, temperature: 0 };
  const body = { model: opened.modelId, input: texts, ...(asked.dimensions === undefined ? {} : { dimensions: asked.dimensions }), ...(asked.encoding_format === undefined ? {} : { encoding_format: asked.encoding_format }) };
  const bytes = Buffer.from(JSON.stringify(body));
  let answer: Buffer = bytes;
  const gated = { request, candidate, opened, ask: worstCase(candidate.model, request), hasUnseen: false, mayRepeat: () => true };
  const { usage, microUsd } = await throughGate(deps, gated, async ({ limits, details, begin }) => {
    const given = await deps.door.post(opened, "/embeddings", bytes, limits.signal);
    await expectAnswer(deps.door, opened, given, /^application\/json/i, details);
    const onPart = () => {
      begin();
      limits.move();
    };
    answer = await readAll(given.head, MAX_BYTES_AROUND + texts.length * MAX_BYTES_PER_TEXT, onPart, details);
    return readEmbeddingUsage(figuresOf(answer, texts.length, details), { provider: opened.provider, request });
  });
  return { answer, usage, microUsd };
}

/** Throws `models.invalid_answer` for what is not one vector a text. */
function figuresOf(bytes: Buffer, texts: number, details: Record<string, unknown>): unknown {
  let answer: unknown = null;
  try {
    answer = JSON.parse(bytes.toString("utf8"));
  } catch (error) {
    throw modelInvalidAnswer({ details, cause: error });
  }
  if (!isRecord(answer) || !Array.isArray(answer["data"]) || answer["data"].length !== texts) throw modelInvalidAnswer({ details });
  return answer["usage"];
}

/** Little-endian, as every platform we run on has it. */
function base64Of(vector: Float32Array): string {
  return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString("base64");
}
