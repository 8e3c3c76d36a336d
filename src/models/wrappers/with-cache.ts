import type { AnswerCache, CachedAnswer, CacheKey, QuestionVector } from "../cache/answer-cache.ts";
import { cacheKey } from "../cache/cache-key.ts";
import type { Embedder } from "../embeddings/embedder.ts";
import type { CacheSettings } from "../inventory/models-file.ts";
import type { Model, ModelPart, ModelRequest } from "../model.ts";

export type CacheDeps = {
  cache: AnswerCache;
  settings: Pick<CacheSettings, "similarity" | "personal">;
  /** Null: only the very same question is found. One outside of the house gets no question. */
  embedder: Embedder | null;
  /** An answer out of the cache: for the record of calls. */
  onHit(request: ModelRequest, answer: CachedAnswer, kind: "exact" | "semantic"): void;
  /** The cache itself failed; the model is asked as without it. */
  onFault(error: unknown): void;
};

/**
 * The same model, which gives an answer again to the same question under the same rights, for callers who say that this may be
 * (`context.cache`). `semantic` also takes a question that means nearly the same. See `cacheKey` for what is kept apart.
 *
 * Shapes: a kept answer is one text and a finish with its figures at no cost. Cut answers and calls of tools are not kept.
 */
export function withCache(model: Model, deps: CacheDeps): Model {
  return { ...model, stream: (request) => {
    const key = cacheKey(request, deps.settings.personal);
    return key === null ? model.stream(request) : cached(model, deps, key, request);
  } };
}

type Found = { answer: CachedAnswer; kind: "exact" | "semantic" };

async function* cached(model: Model, deps: CacheDeps, key: CacheKey, request: ModelRequest): AsyncGenerator<ModelPart> {
  const { tenantId } = request.context;
  const looked = await look(deps, key, request);
  if (looked.found !== null) {
    const { answer, kind } = looked.found;
    deps.onHit(request, answer, kind);
    yield { kind: "text", text: answer.text };
    yield { kind: "finish", reason: "stop", usage: answer.usage, served: { ...answer.served, costMicroUsd: 0, cached: kind } };
    return;
  }
  let text = "";
  for await (const part of model.stream(request)) {
    if (part.kind === "text") text += part.text;
    // Kept before the reader hears of the end, so that a reader who leaves then has lost nothing.
    if (part.kind === "finish" && part.reason === "stop" && text.trim() !== "") {
      const served = part.served ?? { modelId: model.id, provider: model.provider, costMicroUsd: null };
      await deps.cache.keep(tenantId, key, { text, usage: part.usage, served }, looked.question).catch(deps.onFault);
    }
    yield part;
  }
}

async function look(deps: CacheDeps, key: CacheKey, request: ModelRequest): Promise<{ found: Found | null; question: QuestionVector | null }> {
  const { tenantId, cache } = request.context;
  try {
    const exact = await deps.cache.find(tenantId, key);
    if (exact !== null) return { found: { answer: exact, kind: "exact" }, question: null };
    const question = cache === "semantic" ? await embed(deps, request) : null;
    const near = question === null ? null : await deps.cache.findNear(tenantId, key, question, deps.settings.similarity);
    return { found: near === null ? null : { answer: near, kind: "semantic" }, question };
  } catch (error) {
    deps.onFault(error);
    return { found: null, question: null };
  }
}

async function embed({ embedder }: CacheDeps, request: ModelRequest): Promise<QuestionVector | null> {
  const question = request.messages.at(-1);
  if (embedder === null || embedder.handling !== "inside" || question === undefined) return null;
  const [vector] = await embedder.embed([question.text], "query", request.signal);
  return vector === undefined ? null : { embedder: embedder.id, vector };
}
