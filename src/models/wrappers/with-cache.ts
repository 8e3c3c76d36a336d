import type { AnswerCache, CachedAnswer, CacheKey, QuestionVector } from "../cache/answer-cache.ts";
import { cacheKey } from "../cache/cache-key.ts";
import type { Embedder } from "../embeddings/embedder.ts";
import type { CacheMode } from "../call-context.ts";
import type { CacheSettings, Provider } from "../inventory/models-file.ts";
import type { Model, ModelPart, ModelRequest } from "../model.ts";
import { servedBy } from "../read-answer.ts";

export type CacheDeps = {
  cache: AnswerCache;
  settings: Pick<CacheSettings, "similarity" | "personal">;
  /** Whether this request may be answered out of the cache. */
  modeOf(request: ModelRequest): CacheMode;
  /** Null: only the very same question is found. One outside of the house gets no question. */
  embedder: Embedder | null;
  /** An answer out of the cache: for the record of calls. */
  onHit(request: ModelRequest, answer: CachedAnswer, kind: "exact" | "semantic"): void;
  /** The cache itself failed; the model is asked as without it. */
  onFault(error: unknown): void;
};

/**
 * The same model, which gives an answer again to the same question under the same rights, where that is declared (`modeOf`).
 * `semantic` also takes a question that means nearly the same, but not where tools are offered: what one question wants done is
 * not what another wants. See `cacheKey` for what is kept apart.
 *
 * Shapes: a kept answer is one text and a finish with its figures at no cost. Cut answers, calls of tools and what the built-in
 *   answerer says are not kept: it costs nothing, and goes by articles that may change.
 */
export function withCache(model: Model, deps: CacheDeps): Model {
  return { ...model, stream: (request) => {
    const mode = deps.modeOf(request);
    const key = mode === "off" ? null : cacheKey(request, deps.settings.personal);
    return key === null ? model.stream(request) : cached(model, deps, { ...key, isSemantic: mode === "semantic" && request.tools.length === 0 }, request);
  } };
}

const BUILT_IN: Provider = "built-in";

type Found = { answer: CachedAnswer; kind: "exact" | "semantic" };

async function* cached(model: Model, deps: CacheDeps, { isSemantic, ...key }: CacheKey & { isSemantic: boolean }, request: ModelRequest): AsyncGenerator<ModelPart> {
  const { tenantId } = request.context;
  const looked = await look(deps, key, isSemantic, request);
  if (looked.found !== null) {
    const { answer, kind } = looked.found;
    deps.onHit(request, answer, kind);
    yield { kind: "text", text: answer.text };
    yield { kind: "finish", reason: "stop", usage: answer.usage, served: { ...answer.served, costMicroUsd: 0, cached: kind, reason: `out of the cache (${kind})` } };
    return;
  }
  let text = "";
  let isAnswer = true;
  for await (const part of model.stream(request)) {
    if (part.kind === "text") text += part.text;
    if (part.kind === "tool_call") isAnswer = false;
    // Kept before the reader hears of the end, so that a reader who leaves then has lost nothing.
    if (part.kind === "finish" && part.reason === "stop" && isAnswer && text.trim() !== "") {
      const served = part.served ?? servedBy(model, part.usage);
      if (served.provider !== BUILT_IN) await deps.cache.keep(tenantId, key, { text, usage: part.usage, served }, looked.question).catch(deps.onFault);
    }
    yield part;
  }
}

async function look(deps: CacheDeps, key: CacheKey, isSemantic: boolean, request: ModelRequest): Promise<{ found: Found | null; question: QuestionVector | null }> {
  const { tenantId } = request.context;
  try {
    const exact = await deps.cache.find(tenantId, key);
    if (exact !== null) return { found: { answer: exact, kind: "exact" }, question: null };
    const question = isSemantic ? await embed(deps, request) : null;
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
  const [vector] = await embedder.embed([question.text], "query", request.signal, request.context);
  return vector === undefined ? null : { embedder: embedder.id, vector };
}
