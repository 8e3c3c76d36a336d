import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parse } from "yaml";
import { bare, compatible, fileOf, openModels, twoModels } from "../../../test/open-models.ts";
import { type ScriptedAnswer, startScriptedModel } from "../../../test/scripted-model.ts";
import { composeModels } from "../compose-models.ts";
import { modelsFile } from "../inventory/models-file.ts";
import { errorOf, noContext, requestOf } from "../model.contract.ts";
import type { ModelPart, ModelRequest } from "../model.ts";
import { modelCannotAnswer, modelMisconfigured } from "../models.errors.ts";
import { readAnswer } from "../read-answer.ts";

async function partsUntilError(stream: AsyncIterable<ModelPart>): Promise<{ parts: ModelPart[]; code: string }> {
  const parts: ModelPart[] = [];
  const error = await errorOf((async () => {
    for await (const part of stream) parts.push(part);
  })());
  return { parts, code: error.code };
}

describe("fallback", () => {
  const faults: [string, ScriptedAnswer][] = [
    ["429 with a long Retry-After", { fault: "status", status: 429, headers: { "retry-after": "60" } }],
    ["a key without money", { fault: "status", status: 429, code: "insufficient_quota" }],
    ["a wrong key", { fault: "status", status: 401 }],
    ["a page", { fault: "html" }],
    ["an unknown model", { fault: "status", status: 404 }],
  ];
  for (const [what, fault] of faults) {
    test(`${what} before the first part goes on to the next model, and the answer says who gave it`, async () => {
      await using opened = await openModels(twoModels(), (request) => (request.model === "first" ? fault : [{ text: "From the second." }]));
      const answer = await opened.ask();
      assert.equal(answer.text, "From the second.");
      assert.deepEqual([answer.served.name, answer.served.modelId], ["second", "second"]);
      assert.deepEqual(opened.asked(), ["first", "second"]);
    });
  }

  test("a model that keeps failing is asked three times, then the next one", async () => {
    await using opened = await openModels(twoModels(), (request) => (request.model === "first" ? { fault: "status", status: 500 } : [{ text: "Yes." }]));
    assert.equal((await opened.ask()).text, "Yes.");
    assert.deepEqual(opened.asked(), ["first", "first", "first", "second"]);
  });

  test("after the first part nobody else is asked: the error goes to the caller, and no text comes twice", async () => {
    await using opened = await openModels(twoModels(), () => ({ fault: "half_stream", parts: [{ text: "It is" }], ending: "reset" }));
    const { parts, code } = await partsUntilError(opened.model.stream(requestOf()));
    assert.deepEqual(parts, [{ kind: "text", text: "It is" }]);
    assert.equal(code, "models.unavailable");
    assert.deepEqual(opened.asked(), ["first"]);
  });

  test("when all fail, the last error is told with everyone who was tried", async () => {
    await using opened = await openModels(twoModels(), (request) => ({ fault: "status", status: request.model === "first" ? 401 : 404 }));
    const error = await errorOf(opened.ask());
    assert.equal(error.code, "models.rejected");
    assert.deepEqual(error.details["tried"], [{ name: "first", code: "models.unauthorized" }, { name: "second", code: "models.rejected" }]);
  });

  test("a cancelled call asks nobody else", async () => {
    await using opened = await openModels(twoModels(), () => ({ fault: "hang" }));
    assert.equal((await errorOf(opened.ask({ signal: AbortSignal.timeout(50) }))).code, "models.cancelled");
    assert.deepEqual(opened.asked(), ["first"]);
  });

  test("a provider that finds the prompt too long is followed by a larger context only", async () => {
    const file = fileOf([compatible("small", { contextTokens: 8_000 }), compatible("same", { contextTokens: 8_000 }), compatible("large", { contextTokens: 100_000 })], { default: ["small", "same", "large"] });
    await using opened = await openModels(file, (request) => (request.model === "small" ? { fault: "status", status: 400, code: "context_length_exceeded" } : [{ text: "Yes." }]));
    await opened.ask();
    assert.deepEqual(opened.asked(), ["small", "large"]);
  });

  test("a secret that is missing leaves that model out, and is read again at the next call", async () => {
    const server = await startScriptedModel(() => [{ text: "Yes." }]);
    await using _ = server;
    let secret: string | null = null;
    const file = modelsFile.parse(parse(fileOf([compatible("first", { key: "k" }), compatible("second")], { default: ["first", "second"] }).replaceAll("SERVER", server.url)));
    const readKey = async () => secret ?? Promise.reject(modelMisconfigured());
    const { model } = composeModels({ ...bare(), file, opening: { readKey, builtIn: null } });
    assert.ok(model);
    assert.equal((await readAnswer(model, requestOf())).served.name, "second");
    secret = "sk-now";
    assert.equal((await readAnswer(model, requestOf())).served.name, "first");
    assert.equal(server.requests.at(-1)?.headers["authorization"], "Bearer sk-now");
  });
});

describe("which model is asked", () => {
  test("a route by name, a model by name, a rule, the default, in this order", async () => {
    const file = fileOf([compatible("cheap"), compatible("dear")], { default: ["dear"], simple: ["cheap", "dear"], rules: [{ when: { intent: "greeting" }, use: "simple" }, { when: { longerThan: 2_000 }, use: "dear" }] });
    await using opened = await openModels(file, () => [{ text: "Yes." }]);
    const servedBy = async (context: Partial<typeof noContext> & { route?: string; traits?: { intent: string } }) => (await opened.ask({ context: { ...noContext, ...context } })).served.name;
    assert.equal(await servedBy({ route: "cheap" }), "cheap");
    assert.equal(await servedBy({ route: "simple", traits: { intent: "other" } }), "cheap");
    assert.equal(await servedBy({ traits: { intent: "greeting" } }), "cheap");
    assert.equal(await servedBy({ traits: { intent: "refund" } }), "dear");
    assert.equal((await errorOf(opened.ask({ context: { ...noContext, route: "gone" } }))).code, "models.unknown");
  });

  test("a prompt over the context goes to a larger window before anything is sent, and to nobody when there is none", async () => {
    const file = fileOf([compatible("small", { contextTokens: 1_000 }), compatible("large", { contextTokens: 50_000 })], { default: ["small", "large"] });
    await using opened = await openModels(file, () => [{ text: "Yes." }]);
    const long = (words: number) => ({ messages: [{ role: "user" as const, text: "word ".repeat(words) }] });
    assert.equal((await opened.ask(long(100))).served.name, "small");
    assert.equal((await opened.ask(long(5_000))).served.name, "large");
    const error = await errorOf(opened.ask(long(100_000)));
    assert.equal(error.code, "models.prompt_too_long");
    assert.equal(opened.server.requests.length, 2);
  });

  test("a model without the ability is passed over, and when none has it the call is refused", async () => {
    const file = fileOf([compatible("blind"), compatible("seeing", { abilities: ["text", "images"] })], { default: ["blind", "seeing"] });
    await using opened = await openModels(file, () => [{ text: "A cat." }]);
    const messages = [{ role: "user" as const, text: "What is this?", images: [{ mediaType: "image/png", bytes: new Uint8Array([1, 2, 3]) }] }];
    assert.equal((await opened.ask({ messages })).served.name, "seeing");
    const tool = { name: "find", description: "Finds.", inputSchema: { type: "object" } };
    assert.equal((await errorOf(opened.ask({ messages, tools: [tool] }))).code, "models.none_fits");
  });

  test("the built-in answerer answers what it can, and the next model the rest", async () => {
    const file = fileOf([{ name: "articles", provider: "built-in" }, compatible("second")], { default: ["articles", "second"] });
    async function* builtIn(request: ModelRequest): AsyncGenerator<ModelPart> {
      if (!request.messages.at(-1)?.text.includes("return")) throw modelCannotAnswer();
      yield { kind: "text", text: "Within 30 days." };
      yield { kind: "finish", reason: "stop", usage: { promptTokens: 1, completionTokens: 1, isEstimated: true } };
    }
    await using opened = await openModels(file, () => [{ text: "From a model." }], { builtIn });
    const returned = await opened.ask({ messages: [{ role: "user", text: "When may I return it?" }] });
    assert.deepEqual([returned.text, returned.served.costMicroUsd], ["Within 30 days.", 0]);
    assert.equal((await opened.ask({ messages: [{ role: "user", text: "Why?" }] })).text, "From a model.");
  });

  test("of equal models the one with less to do for its weight is asked", async () => {
    const file = fileOf([compatible("one"), compatible("two")], { default: [{ balance: { one: 1, two: 3 } }] });
    await using opened = await openModels(file, () => [{ waitMs: 600 }, { text: "Yes." }]);
    await Promise.all(Array.from({ length: 16 }, () => opened.ask()));
    const shares = opened.asked().filter((name) => name === "two").length;
    assert.ok(shares >= 11 && shares <= 13, `${shares} of 16 went to the model of weight 3`);
  });
});

describe("hedge", () => {
  const hedged = twoModels({ models: ["first", "second"], hedge: { firstMs: 60 } });

  test("a second model is asked beside a slow one, the first to answer wins and the other is cancelled", async () => {
    await using opened = await openModels(hedged, (request) => (request.model === "first" ? [{ waitMs: 3_000 }, { text: "Late." }] : [{ text: "Soon." }]));
    assert.equal((await opened.ask()).text, "Soon.");
    assert.deepEqual(opened.asked(), ["first", "second"]);
    for (let waited = 0; opened.server.abandoned() === 0; waited += 10) {
      assert.ok(waited < 2_000, "the loser's connection stays open");
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  });

  test("a quick one is alone", async () => {
    await using opened = await openModels(hedged, () => [{ text: "Soon." }]);
    await opened.ask();
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.deepEqual(opened.asked(), ["first"]);
  });

  test("a slow first answer still counts when the second fails", async () => {
    await using opened = await openModels(hedged, (request) => (request.model === "first" ? [{ waitMs: 200 }, { text: "Late." }] : { fault: "status", status: 401 }));
    assert.equal((await opened.ask()).text, "Late.");
  });
});
