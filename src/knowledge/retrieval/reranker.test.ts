import { deepStrictEqual, strictEqual } from "node:assert";
import { test } from "node:test";
import type { Model, ModelPart, ModelRequest } from "../../models/model.ts";
import { modelUnavailable } from "../../models/models.errors.ts";
import type { Passage } from "../retrieve.ts";
import { createModelReranker } from "./model-reranker.ts";
import { lexicalReranker, type Reranker } from "./reranker.ts";

const log = { warn: () => {} };
const asked: ModelRequest[] = [];

/** A model that gives these words. */
function modelThat(answer: () => string): Model {
  return {
    id: "scripted", provider: "test", handling: "inside", priceMicroUsdPerMillion: null,
    async *stream(request): AsyncGenerator<ModelPart> {
      asked.push(request);
      yield { kind: "text", text: answer() };
      yield { kind: "finish", reason: "stop", usage: { promptTokens: 1, completionTokens: 1, isEstimated: false }, served: { modelId: "scripted", provider: "test", costMicroUsd: 0 } };
    },
  };
}

const passage = (id: string, text: string, score: number): Passage => ({ chunkId: id, documentId: `doc_${id}`, title: id, heading: "", text, score, startOffset: 0, updatedAtMs: null });
const PASSAGES = [passage("tents", "Tents are dried before they are packed.", 3), passage("norway", "Parcels to Norway take a week.", 2), passage("cards", "We take cards.", 1)];
const rerank = (reranker: Reranker, passages = PASSAGES) => reranker.rerank({ tenantId: "t", audiences: ["public"], call: { dataClasses: [] }, question: "How long do parcels to Norway take?", passages, signal: AbortSignal.timeout(5_000) });

const failing = createModelReranker({ model: modelThat(() => { throw modelUnavailable(); }), log });
const rerankers: Record<string, Reranker> = {
  words: lexicalReranker, model: createModelReranker({ model: modelThat(() => "2, 1, 2, 99"), log }), "a model that fails": failing, "a model that says something else": createModelReranker({ model: modelThat(() => "Norway, I think"), log }),
};
for (const [name, reranker] of Object.entries(rerankers)) {
  test(`${name}: gives the same passages, each once, with falling scores, and takes none and one`, async () => {
    const ranked = await rerank(reranker);
    deepStrictEqual(ranked.map(({ chunkId }) => chunkId).sort(), ["cards", "norway", "tents"]);
    deepStrictEqual(ranked.map(({ score }) => score), ranked.map(({ score }) => score).sort((left, right) => right - left));
    deepStrictEqual([await rerank(reranker, []), (await rerank(reranker, PASSAGES.slice(0, 1))).length], [[], 1]);
  });
}

test("a model's order goes before that of the words, and what it did not name stays behind", async () => {
  const words = (await rerank(lexicalReranker)).map(({ chunkId }) => chunkId);
  strictEqual(words[0], "norway");
  const ranked = await rerank(createModelReranker({ model: modelThat(() => "3"), log }));
  deepStrictEqual(ranked.map(({ chunkId }) => chunkId), [words[2], words[0], words[1]]);
  deepStrictEqual([asked.at(-1)?.context.purpose, asked.at(-1)?.context.dataClasses, asked.at(-1)?.context.audiences], ["search", [], ["public"]]);
});

test("a model that does not answer leaves the order of the words", async () => {
  deepStrictEqual((await rerank(failing)).map(({ chunkId }) => chunkId), (await rerank(lexicalReranker)).map(({ chunkId }) => chunkId));
});
