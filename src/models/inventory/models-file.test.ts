import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "yaml";
import { z } from "zod";
import { bare, compatible, fileOf, openModels } from "../../../test/open-models.ts";
import { composeModels } from "../compose-models.ts";
import { startScriptedModel } from "../../../test/scripted-model.ts";
import { errorOf, noContext, requestOf } from "../model.contract.ts";
import { readAnswer } from "../read-answer.ts";
import { modelsFile, routesOf } from "./models-file.ts";

const wrongs: [string, string, RegExp][] = [
  ["a route without its model", fileOf([compatible("a", { url: "http://x.test/v1" })], { default: ["b"] }), /no model "b"/],
  ["no default route", fileOf([compatible("a", { url: "http://x.test/v1" })], { other: ["a"] }), /no route `default`/],
  ["two models of one name", fileOf([compatible("a", { url: "http://x.test/v1" }), compatible("a", { url: "http://x.test/v1" })], { default: ["a"] }), /two models of the name "a"/],
  ["a rule for nothing", fileOf([compatible("a", { url: "http://x.test/v1" })], { default: ["a"], rules: [{ when: { intent: "x" }, use: "gone" }] }), /no model and no route "gone"/],
  ["a price without its source", fileOf([compatible("a", { url: "http://x.test/v1", price: { prompt: 1, completion: 2, readOn: "2026-11-01" } })], { default: ["a"] }), /source/],
  ["Azure without an address", fileOf([{ name: "a", provider: "azure", key: "k" }], { default: ["a"] }), /Azure needs the address/],
  ["Amazon without a region", fileOf([{ name: "a", provider: "bedrock", key: "k" }], { default: ["a"] }), /Bedrock needs a region/],
  ["a compatible server without an address", fileOf([{ name: "a", provider: "openai-compatible" }], { default: ["a"] }), /needs its address/],
  ["a password in an address", fileOf([compatible("a", { url: "http://u:p@x.test/v1" })], { default: ["a"] }), /must not hold a password/],
  ["an unknown provider", fileOf([{ name: "a", provider: "acme" }], { default: ["a"] }), /provider/],
];
for (const [what, file, expected] of wrongs) {
  test(`${what} is refused and named`, () => {
    const read = modelsFile.safeParse(parse(file));
    assert.ok(!read.success);
    assert.match(z.prettifyError(read.error), expected);
  });
}

test("an entry without a key is named with what to do", async () => {
  const error = await errorOf(openModels(fileOf([{ name: "a", provider: "mistral" }], { default: ["a"] }), () => []));
  assert.equal(error.code, "models.misconfigured");
  assert.match(error.message, /model "a".*needs a `key`/);
});

test("without the file there is the model of the settings, and without a setting there is none", () => {
  const compose = (settings: Parameters<typeof composeModels>[0]["settings"]) => composeModels({ ...bare(), settings });
  assert.equal(compose({}).model, null);
  const { model } = compose({ openaiApiKey: "k" });
  assert.deepEqual([model?.id, model?.provider, model?.handling], ["gpt-6.1-terra", "openai", "contract"]);
});

test("the model of the settings stands in the inventory as one of the file does, and a rule or a caller may name it", async () => {
  await using server = await startScriptedModel(() => [{ text: "Yes." }]);
  const { inventory, candidates, routes, model } = composeModels({ ...bare(), settings: { modelUrl: server.url, modelName: "llama3.1:8b", modelApiKey: "sk-own" } });
  const opened = inventory.get("llama3.1:8b");
  assert.deepEqual([opened?.wire, opened?.provider, opened?.modelId, opened?.baseUrl, opened?.handling, await opened?.key()], ["openai-compatible", "openai-compatible", "llama3.1:8b", server.url, "inside", "sk-own"]);
  assert.deepEqual([[...candidates.keys()], routes.get("default")?.models], [["llama3.1:8b"], ["llama3.1:8b"]]);
  if (model === null) return assert.fail("no model");
  const answer = await readAnswer(model, requestOf({ context: { ...noContext, route: "llama3.1:8b" } }));
  assert.deepEqual([answer.text, answer.served.name, answer.served.costMicroUsd, answer.served.reason], ["Yes.", "llama3.1:8b", 0, "asked for llama3.1:8b"]);
  assert.equal(server.requests[0]?.headers["authorization"], "Bearer sk-own");
});

test("a server at a private address is free only where it is said to be in the house, or is Ollama", () => {
  const priceOf = (entry: object) => composeModels({ ...bare(), file: modelsFile.parse({ models: [{ name: "a", ...entry }], routes: { default: ["a"] } }) }).inventory.get("a");
  const proxy = priceOf({ provider: "openai-compatible", url: "http://10.0.0.7:4000/v1" });
  assert.deepEqual([proxy?.handling, proxy?.price], ["inside", null]);
  assert.equal(priceOf({ provider: "openai-compatible", url: "http://10.0.0.7:4000/v1", handling: "inside" })?.price?.prompt, 0);
  assert.equal(priceOf({ provider: "ollama" })?.price?.prompt, 0);
});

test("a route and a purpose may declare a cache, a misspelt one is refused", () => {
  const file = (more: object) => modelsFile.safeParse({ models: [{ name: "a", provider: "ollama" }], routes: { default: { models: ["a"], cache: "exact" } }, ...more });
  assert.equal(routesOf(file({}).data?.routes ?? {}).get("default")?.cache, "exact");
  assert.equal(file({ cache: { purposes: { understand: "semantic" } } }).data?.cache.purposes.understand, "semantic");
  assert.ok(!file({ cache: { purposes: { answers: "exact" } } }).success);
  assert.ok(!file({ cache: { purposes: { reply: "near" } } }).success);
});
