import { isRecord } from "../../lib/is-record.ts";
import { refusalError } from "../../models/budgets/wrap-budget.ts";
import { worstCost } from "../../models/budgets/worst-case.ts";
import type { CallContext } from "../../models/call-context.ts";
import { estimateTokens } from "../../models/estimate-tokens.ts";
import { forbiddenClasses } from "../../models/inventory/data-rules.ts";
import type { OpenedModel } from "../../models/inventory/open-model.ts";
import type { ModelHandling, ModelPrice, ModelUsage } from "../../models/model.ts";
import { modelInvalidAnswer, modelUnknown } from "../../models/models.errors.ts";
import { costMicroUsd, NO_CHARGE } from "../../models/prices.ts";
import { modelErrorFrom } from "../../models/provider-failure.ts";
import { journal } from "./answer-chat.ts";
import { readEmbeddingsRequest, type EmbeddingsRequest } from "./embeddings-request.ts";
import { contextOf, type GatewayCall, type GatewayDeps } from "./gateway-call.ts";
import { hideChat } from "./hide-chat.ts";
import { OWN_EMBEDDER } from "./list-models.ts";
import { readUsage } from "./read-usage.ts";
import { headOf, JSON_TYPE, writeJson } from "./write-answer.ts";

/** Whoever makes the vectors, and what for. `make` gives the body of the answer. */
type Maker = { name: string; modelId: string; provider: string; handling: ModelHandling; price: ModelPrice | null; make(texts: readonly string[], signal: AbortSignal): Promise<{ answer: Record<string, unknown>; usage: ModelUsage | null }> };

/** `POST /v1/embeddings`: by a model of the inventory that makes vectors, or the workspace's own. What may not leave the house is hidden first. */
export async function answerEmbeddings(deps: GatewayDeps, call: GatewayCall, given: unknown): Promise<void> {
  const asked = readEmbeddingsRequest(given);
  const context = contextOf(call, "embeddings", asked.model, asked.user);
  const maker = makerOf(deps, asked);
  const isHidden = forbiddenClasses(deps.models.dataRules, context.dataClasses, maker.handling).length > 0;
  const texts = isHidden ? hidden(deps, asked.texts) : asked.texts;
  const { answer, usage, microUsd } = await budgeted(deps, context, maker, texts, call.signal);
  writeJson(call.response, 200, headOf(JSON_TYPE, call.requestId, maker.name), answer);
  journal(deps, call, { context }, { usage, firstPartMs: null, served: { name: maker.name, modelId: maker.modelId, provider: maker.provider, costMicroUsd: microUsd } });
}

function hidden(deps: GatewayDeps, texts: readonly string[]): string[] {
  const { messages } = hideChat(deps.turns.redactor, texts.map((content) => ({ content })));
  return messages.map((message) => (isRecord(message) && typeof message["content"] === "string" ? message["content"] : ""));
}

async function budgeted(deps: GatewayDeps, context: CallContext, maker: Maker, texts: readonly string[], signal: AbortSignal) {
  const counted = texts.reduce((sum, text) => sum + estimateTokens(text), 0);
  const asked = { promptTokens: Math.ceil(counted * 1.5), maxOutputTokens: 0 };
  const reservation = await deps.budgets.reserve(context, { model: maker.modelId, name: maker.name, provider: maker.provider, ...asked, microUsd: worstCost(maker.price, asked) });
  if (reservation.kind === "refused") throw refusalError(reservation);
  try {
    const made = await maker.make(texts, signal);
    const usage = made.usage ?? { promptTokens: counted, completionTokens: 0, isEstimated: true };
    const microUsd = costMicroUsd(maker.price, usage);
    deps.budgets.settle(reservation.id, { usage, microUsd, outcome: "ok" });
    return { answer: made.answer, usage, microUsd };
  } catch (thrown) {
    deps.budgets.release(reservation.id, { outcome: signal.aborted ? "cancelled" : "failed" });
    throw thrown;
  }
}

function makerOf(deps: GatewayDeps, asked: EmbeddingsRequest): Maker {
  const { embedder } = deps.turns.knowledge;
  if (asked.model === OWN_EMBEDDER && embedder) {
    const make: Maker["make"] = async (texts, signal) => {
      const vectors = await embedder.embed(texts, "query", signal);
      const tokens = texts.reduce((sum, text) => sum + estimateTokens(text), 0);
      return { answer: { object: "list", model: embedder.id, data: vectors.map((vector, index) => ({ object: "embedding", index, embedding: asked.encoding_format === "base64" ? base64Of(vector) : [...vector] })), usage: { prompt_tokens: tokens, total_tokens: tokens } }, usage: null };
    };
    return { name: OWN_EMBEDDER, modelId: embedder.id, provider: "embedder", handling: embedder.handling, price: embedder.handling === "inside" ? NO_CHARGE : null, make };
  }
  const opened = deps.models.inventory.get(asked.model);
  if (opened === undefined || !opened.abilities.has("embeddings")) throw modelUnknown({ message: `There is no embedding model "${asked.model}" here: GET /v1/models names those there are.`, details: { name: asked.model } });
  return { name: opened.name, modelId: opened.modelId, provider: opened.adapter.provider, handling: opened.handling, price: opened.price, make: (texts, signal) => ask(deps, opened, asked, texts, signal) };
}

async function ask(deps: GatewayDeps, opened: OpenedModel, asked: EmbeddingsRequest, texts: readonly string[], signal: AbortSignal) {
  const details = { provider: opened.provider, modelId: opened.modelId };
  const body = { model: opened.modelId, input: texts, ...(asked.dimensions === undefined ? {} : { dimensions: asked.dimensions }), ...(asked.encoding_format === undefined ? {} : { encoding_format: asked.encoding_format }) };
  const { head } = await deps.door.post(opened, "/embeddings", JSON.stringify(body), signal);
  const parts: Buffer[] = [];
  for await (const part of head) if (Buffer.isBuffer(part)) parts.push(part);
  const text = Buffer.concat(parts).toString("utf8");
  const status = head.statusCode ?? 0;
  if (status === 401 || status === 403) deps.door.forgetKey(opened);
  if (status !== 200) throw modelErrorFrom({ status, body: text, message: `HTTP ${status}`, headers: Object.fromEntries(Object.entries(head.headers).map(([name, value]) => [name, String(value)])) }, details);
  let answer: unknown = null;
  try {
    answer = JSON.parse(text);
  } catch (error) {
    throw modelInvalidAnswer({ details, cause: error });
  }
  if (!isRecord(answer) || !Array.isArray(answer["data"])) throw modelInvalidAnswer({ details });
  return { answer, usage: readUsage(answer["usage"]) };
}

/** Little-endian, as every platform we run on has it. */
function base64Of(vector: Float32Array): string {
  return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString("base64");
}
