import assert from "node:assert/strict";
import { test } from "node:test";
import { AppError } from "../lib/app-error.ts";
import { bare } from "../../test/open-models.ts";
import { DEFAULT_ANTHROPIC_MODEL, DEFAULT_OPENAI_MODEL, type ModelConfig } from "./choose-model.ts";
import { composeModels } from "./compose-models.ts";
import { costMicroUsd, findPrice, NO_CHARGE, PRICE_LIST } from "./prices.ts";

const chooseModel = (settings: ModelConfig) => composeModels({ ...bare(), settings }).model;

test("without any setting there is no model", () => {
  assert.equal(chooseModel({}), null);
  assert.equal(chooseModel({ modelName: "gpt-6.1-terra" }), null);
});

test("a key alone chooses the provider's default model, under contract and with a known price", () => {
  for (const [config, provider, id] of [[{ openaiApiKey: "k" }, "openai", DEFAULT_OPENAI_MODEL], [{ anthropicApiKey: "k" }, "anthropic", DEFAULT_ANTHROPIC_MODEL]] as const) {
    const model = chooseModel(config);
    assert.deepEqual([model?.provider, model?.id, model?.handling], [provider, id, "contract"]);
    assert.ok(model?.priceMicroUsdPerMillion);
  }
});

test("with two keys the model's name decides", () => {
  const keys = { openaiApiKey: "k", anthropicApiKey: "k" };
  assert.equal(chooseModel({ ...keys, modelName: "claude-sonnet-5-5" })?.provider, "anthropic");
  assert.equal(chooseModel({ ...keys, modelName: "gpt-6-luna" })?.provider, "openai");
  assert.equal(chooseModel(keys)?.provider, "openai");
});

test("a model URL comes before keys and is inside only when its address is loopback or private", () => {
  const handlingOf = (modelUrl: string) => chooseModel({ modelUrl, modelName: "m", openaiApiKey: "k" })?.handling;
  for (const url of ["http://localhost:11434/v1", "http://127.0.0.1:8080/v1/", "http://[::1]:1/v1", "http://10.1.2.3/v1", "http://192.168.0.9/v1", "http://172.31.0.1/v1", "http://[fd00::7]/v1", "http://0x7f.1/v1", "http://[::ffff:127.0.0.1]/v1"]) assert.equal(handlingOf(url), "inside", url);
  for (const url of ["https://api.example.com/v1", "http://127.0.0.1.example.com/v1", "http://172.32.0.1/v1", "http://8.8.8.8/v1", "http://ollama:11434/v1", "http://169.254.169.254/v1", "http://localhost.example.com/v1", "http://[::ffff:8.8.8.8]/v1"]) assert.equal(handlingOf(url), "public", url);
});

test("a setting overrules the address, and a provider's key is a contract even behind a local address", () => {
  assert.equal(chooseModel({ modelUrl: "http://ollama:11434/v1", modelName: "m", modelHandling: "inside" })?.handling, "inside");
  assert.equal(chooseModel({ openaiApiKey: "k", openaiBaseUrl: "http://127.0.0.1:4000/v1" })?.handling, "contract");
});

test("a model inside costs nothing, and one outside without a known price has a null cost", () => {
  const usage = { promptTokens: 1_000, completionTokens: 100, isEstimated: false };
  const costOf = (modelUrl: string) => costMicroUsd(chooseModel({ modelUrl, modelName: "m" })?.priceMicroUsdPerMillion ?? null, usage);
  assert.equal(costOf("http://localhost:11434/v1"), 0);
  assert.equal(costOf("https://api.example.com/v1"), null);
});

test("incomplete settings are models.misconfigured and name no key", () => {
  for (const config of [{ modelUrl: "http://localhost:1/v1" }, { modelUrl: "localhost:1", modelName: "m" }, { modelUrl: "http://u:topsecret@localhost/v1", modelName: "m" }, { openaiApiKey: "k", openaiBaseUrl: "nonsense" }])
    assert.throws(() => chooseModel(config), (thrown) => thrown instanceof AppError && thrown.code === "models.misconfigured" && !thrown.message.includes("topsecret"));
});

test("a cost follows the price list, its long-prompt tier and its cache rates, rounded up", () => {
  const haiku = findPrice("anthropic", "claude-haiku-5-5");
  const terra = findPrice("openai", "gpt-6.1-terra-2026-10-26");
  const cost = (price: typeof haiku, promptTokens: number, completionTokens: number, cache = {}) => costMicroUsd(price, { promptTokens, completionTokens, isEstimated: false, ...cache });
  assert.equal(cost(haiku, 100_000, 1_000), 10_500);
  assert.equal(cost(haiku, 100_001, 1_000), 52_501);
  assert.equal(cost(haiku, 1, 0), 1);
  assert.equal(cost(terra, 10_000, 0, { cacheReadTokens: 8_000, cacheWriteTokens: 1_000 }), 1_000 + 400 + 1_250);
  assert.equal(cost({ prompt: 1_000_000, completion: 0 }, 100, 0, { cacheReadTokens: 100 }), 100, "an unknown cache price counts as an uncached prompt");
  assert.equal(cost(null, 1, 1), null);
  assert.equal(cost(NO_CHARGE, 1, 1), 0);
});

test("every price has a date and a source, and an unknown model has none", () => {
  for (const row of PRICE_LIST) assert.match(`${row.readOn} ${row.source}`, /^2026-\d\d-\d\d https:\/\//);
  assert.equal(findPrice("openai", "gpt-nine"), null);
  assert.equal(findPrice("anthropic", "gpt-6.1-terra"), null);
});
