import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parse, stringify } from "yaml";
import { z } from "zod";
import { type ScriptedAnswer, type ScriptedModelServer, type ScriptedRequest, startScriptedModel } from "../../test/scripted-model.ts";
import { createBuiltInRedactor } from "../guard/adapters/built-in-redactor.ts";
import { restoreDeep } from "../guard/redact-deep.ts";
import { createStreamRestorer, type Placeholder } from "../guard/redactor.ts";
import { createLog } from "../lib/log.ts";
import { composeModels, type Models } from "./compose-models.ts";
import { modelsFile } from "./inventory/models-file.ts";
import { errorOf, noContext, requestOf } from "./model.contract.ts";
import type { Model, ModelPart, ModelRequest } from "./model.ts";
import { modelCannotAnswer, modelMisconfigured } from "./models.errors.ts";
import { readAnswer } from "./read-answer.ts";
import { applyRules } from "./route/apply-rules.ts";
import type { HidePersonal } from "./wrappers/with-hiding.ts";
import type { ModelSpan } from "./wrappers/with-trace.ts";

const hide: HidePersonal = async (texts) => {
  const redactor = createBuiltInRedactor();
  let placeholders: readonly Placeholder[] = [];
  const hidden = texts.map((text) => {
    const made = redactor.redact({ text, known: placeholders, names: [] });
    placeholders = made.placeholders;
    return made.text;
  });
  const restorer = createStreamRestorer(placeholders);
  return { texts: hidden, restoring: { text: (chunk) => restorer.push(chunk), end: () => restorer.end(), value: (value) => restoreDeep(value, placeholders) } };
};

type Opened = AsyncDisposable & { models: Models; model: Model; server: ScriptedModelServer; spans: ModelSpan[]; asked(): string[]; ask(given?: Partial<ModelRequest>): ReturnType<typeof readAnswer> };

/** Models as a `models.yaml` declares them, all on one scripted server; `SERVER` in the file is its address. `rules` answer by the provider's model. */
async function open(file: string, rules: (request: ScriptedRequest) => ScriptedAnswer | Promise<ScriptedAnswer>, given: { hide?: HidePersonal | null; builtIn?: Model["stream"] } = {}): Promise<Opened> {
  await using cleanup = new AsyncDisposableStack();
  const server = cleanup.use(await startScriptedModel(rules));
  const spans: ModelSpan[] = [];
  const models = composeModels({
    file: modelsFile.parse(parse(file.replaceAll("SERVER", server.url))), settings: {}, budgets: null, cache: null, embedder: null, hide: given.hide === undefined ? hide : given.hide, applyRules, record: (span) => void spans.push(span),
    opening: { readKey: async () => "sk-secret", builtIn: given.builtIn ?? null }, log: createLog({ level: "error", isPretty: true }),
  });
  const { model } = models;
  if (model === null) return assert.fail("no model");
  cleanup.move();
  return { models, model, server, spans, asked: () => server.requests.map((request) => request.model), ask: (request = {}) => readAnswer(model, requestOf(request)), [Symbol.asyncDispose]: server.close };
}

const compatible = (name: string, more: Record<string, unknown> = {}) => ({ name, provider: "openai-compatible", url: "SERVER", ...more });
const fileOf = (models: object[], routes: Record<string, unknown>, more: Record<string, unknown> = {}) => stringify({ models, routes, ...more });
const twoModels = (route: unknown = ["first", "second"]) => fileOf([compatible("first"), compatible("second")], { default: route });
const personal = { ...noContext, dataClasses: ["personal" as const] };

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
      await using opened = await open(twoModels(), (request) => (request.model === "first" ? fault : [{ text: "From the second." }]));
      const answer = await opened.ask();
      assert.equal(answer.text, "From the second.");
      assert.deepEqual([answer.served.name, answer.served.modelId], ["second", "second"]);
      assert.deepEqual(opened.asked(), ["first", "second"]);
    });
  }

  test("a model that keeps failing is asked three times, then the next one", async () => {
    await using opened = await open(twoModels(), (request) => (request.model === "first" ? { fault: "status", status: 500 } : [{ text: "Yes." }]));
    assert.equal((await opened.ask()).text, "Yes.");
    assert.deepEqual(opened.asked(), ["first", "first", "first", "second"]);
  });

  test("after the first part nobody else is asked: the error goes to the caller, and no text comes twice", async () => {
    await using opened = await open(twoModels(), () => ({ fault: "half_stream", parts: [{ text: "It is" }], ending: "reset" }));
    const { parts, code } = await partsUntilError(opened.model.stream(requestOf()));
    assert.deepEqual(parts, [{ kind: "text", text: "It is" }]);
    assert.equal(code, "models.unavailable");
    assert.deepEqual(opened.asked(), ["first"]);
  });

  test("when all fail, the last error is told with everyone who was tried", async () => {
    await using opened = await open(twoModels(), (request) => ({ fault: "status", status: request.model === "first" ? 401 : 404 }));
    const error = await errorOf(opened.ask());
    assert.equal(error.code, "models.rejected");
    assert.deepEqual(error.details["tried"], [{ name: "first", code: "models.unauthorized" }, { name: "second", code: "models.rejected" }]);
  });

  test("a cancelled call asks nobody else", async () => {
    await using opened = await open(twoModels(), () => ({ fault: "hang" }));
    assert.equal((await errorOf(opened.ask({ signal: AbortSignal.timeout(50) }))).code, "models.cancelled");
    assert.deepEqual(opened.asked(), ["first"]);
  });

  test("a provider that finds the prompt too long is followed by a larger context only", async () => {
    const file = fileOf([compatible("small", { contextTokens: 8_000 }), compatible("same", { contextTokens: 8_000 }), compatible("large", { contextTokens: 100_000 })], { default: ["small", "same", "large"] });
    await using opened = await open(file, (request) => (request.model === "small" ? { fault: "status", status: 400, code: "context_length_exceeded" } : [{ text: "Yes." }]));
    await opened.ask();
    assert.deepEqual(opened.asked(), ["small", "large"]);
  });

  test("a secret that is missing leaves that model out, and is read again at the next call", async () => {
    const server = await startScriptedModel(() => [{ text: "Yes." }]);
    await using _ = server;
    let secret: string | null = null;
    const file = modelsFile.parse(parse(fileOf([compatible("first", { key: "k" }), compatible("second")], { default: ["first", "second"] }).replaceAll("SERVER", server.url)));
    const readKey = async () => secret ?? Promise.reject(modelMisconfigured());
    const { model } = composeModels({ file, settings: {}, budgets: null, cache: null, embedder: null, hide, applyRules, record: () => {}, opening: { readKey, builtIn: null }, log: createLog({ level: "error", isPretty: true }) });
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
    await using opened = await open(file, () => [{ text: "Yes." }]);
    const servedBy = async (context: Partial<typeof noContext> & { route?: string; traits?: { intent: string } }) => (await opened.ask({ context: { ...noContext, ...context } })).served.name;
    assert.equal(await servedBy({ route: "cheap" }), "cheap");
    assert.equal(await servedBy({ route: "simple", traits: { intent: "other" } }), "cheap");
    assert.equal(await servedBy({ traits: { intent: "greeting" } }), "cheap");
    assert.equal(await servedBy({ traits: { intent: "refund" } }), "dear");
    assert.equal((await errorOf(opened.ask({ context: { ...noContext, route: "gone" } }))).code, "models.unknown");
  });

  test("a prompt over the context goes to a larger window before anything is sent, and to nobody when there is none", async () => {
    const file = fileOf([compatible("small", { contextTokens: 1_000 }), compatible("large", { contextTokens: 50_000 })], { default: ["small", "large"] });
    await using opened = await open(file, () => [{ text: "Yes." }]);
    const long = (words: number) => ({ messages: [{ role: "user" as const, text: "word ".repeat(words) }] });
    assert.equal((await opened.ask(long(100))).served.name, "small");
    assert.equal((await opened.ask(long(5_000))).served.name, "large");
    const error = await errorOf(opened.ask(long(100_000)));
    assert.equal(error.code, "models.prompt_too_long");
    assert.equal(opened.server.requests.length, 2);
  });

  test("a model without the ability is passed over, and when none has it the call is refused", async () => {
    const file = fileOf([compatible("blind"), compatible("seeing", { abilities: ["text", "images"] })], { default: ["blind", "seeing"] });
    await using opened = await open(file, () => [{ text: "A cat." }]);
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
    await using opened = await open(file, () => [{ text: "From a model." }], { builtIn });
    const returned = await opened.ask({ messages: [{ role: "user", text: "When may I return it?" }] });
    assert.deepEqual([returned.text, returned.served.costMicroUsd], ["Within 30 days.", 0]);
    assert.equal((await opened.ask({ messages: [{ role: "user", text: "Why?" }] })).text, "From a model.");
  });

  test("of equal models the one with less to do for its weight is asked", async () => {
    const file = fileOf([compatible("one"), compatible("two")], { default: [{ balance: { one: 1, two: 3 } }] });
    await using opened = await open(file, () => [{ waitMs: 80 }, { text: "Yes." }]);
    await Promise.all(Array.from({ length: 16 }, () => opened.ask()));
    const shares = opened.asked().filter((name) => name === "two").length;
    assert.ok(shares >= 11 && shares <= 13, `${shares} of 16 went to the model of weight 3`);
  });
});

describe("hedge", () => {
  const hedged = twoModels({ models: ["first", "second"], hedge: { firstMs: 60 } });

  test("a second model is asked beside a slow one, the first to answer wins and the other is cancelled", async () => {
    await using opened = await open(hedged, (request) => (request.model === "first" ? [{ waitMs: 3_000 }, { text: "Late." }] : [{ text: "Soon." }]));
    assert.equal((await opened.ask()).text, "Soon.");
    assert.deepEqual(opened.asked(), ["first", "second"]);
    for (let waited = 0; opened.server.abandoned() === 0; waited += 10) {
      assert.ok(waited < 2_000, "the loser's connection stays open");
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  });

  test("a quick one is alone", async () => {
    await using opened = await open(hedged, () => [{ text: "Soon." }]);
    await opened.ask();
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.deepEqual(opened.asked(), ["first"]);
  });

  test("a slow first answer still counts when the second fails", async () => {
    await using opened = await open(hedged, (request) => (request.model === "first" ? [{ waitMs: 200 }, { text: "Late." }] : { fault: "status", status: 401 }));
    assert.equal((await opened.ask()).text, "Late.");
  });
});

describe("data rules", () => {
  const contact = { messages: [{ role: "system" as const, text: "You help." }, { role: "user" as const, text: "I am jo@example.com, where is my order?" }] };
  const outside = (name: string) => compatible(name, { handling: "contract" });

  test("personal data goes out as placeholders only, which are put back in the stream and in the arguments of tools", async () => {
    await using opened = await open(fileOf([outside("out")], { default: ["out"] }), (request) => {
      const token = /\[EMAIL_\d\]/.exec(request.raw)?.[0] ?? "none";
      return [{ text: `Hello ${token.slice(0, 4)}` }, { text: `${token.slice(4)}.` }, { toolCall: { name: "find", arguments: { email: token } } }];
    });
    const tool = { name: "find", description: "Finds.", inputSchema: { type: "object", properties: { email: { type: "string" } } } };
    const answer = await opened.ask({ ...contact, tools: [tool], context: personal });
    assert.doesNotMatch(opened.server.requests[0]?.raw ?? "", /jo@example/);
    assert.equal(answer.text, "Hello jo@example.com.");
    assert.deepEqual(answer.toolCalls[0]?.arguments, { email: "jo@example.com" });
  });

  test("a model inside, or one that the rules allow, gets it as it is", async () => {
    await using inside = await open(fileOf([compatible("in")], { default: ["in"] }), () => [{ text: "Yes." }]);
    await inside.ask({ ...contact, context: personal });
    assert.match(inside.server.requests[0]?.raw ?? "", /jo@example\.com/);
    await using allowed = await open(fileOf([outside("out")], { default: ["out"] }, { dataRules: { personal: ["inside", "contract"] } }), () => [{ text: "Yes." }]);
    await allowed.ask({ ...contact, context: personal });
    assert.match(allowed.server.requests[0]?.raw ?? "", /jo@example\.com/);
    const error = await errorOf(allowed.ask({ ...contact, messages: [{ role: "user", text: "My card", images: [{ mediaType: "image/png", bytes: new Uint8Array([1]) }] }], context: { ...noContext, dataClasses: ["payment"] } }));
    assert.equal(error.code, "models.data_not_allowed", "a picture cannot be redacted");
  });

  test("without a redactor the call is refused before anything is sent, or goes to a model that may have it", async () => {
    await using refused = await open(fileOf([outside("out")], { default: ["out"] }), () => [{ text: "Yes." }], { hide: null });
    const error = await errorOf(refused.ask({ ...contact, context: personal }));
    assert.deepEqual([error.code, error.status, error.details["dataClasses"]], ["models.data_not_allowed", 403, ["personal"]]);
    assert.equal(refused.server.requests.length, 0);
    await using routed = await open(fileOf([outside("out"), compatible("in")], { default: ["out", "in"] }), () => [{ text: "Yes." }], { hide: null });
    assert.equal((await routed.ask({ ...contact, context: personal })).served.name, "in");
  });

  test("a redactor that fails closes the way", async () => {
    const broken: HidePersonal = () => Promise.reject(new Error("the redactor is broken"));
    await using opened = await open(fileOf([outside("out")], { default: ["out"] }), () => [{ text: "Yes." }], { hide: broken });
    await assert.rejects(opened.ask({ ...contact, context: personal }), /redactor is broken/);
    assert.equal(opened.server.requests.length, 0);
  });
});

describe("structured answers", () => {
  const answerSchema = { type: "object", properties: { mood: { enum: ["calm", "angry"] } }, required: ["mood"], additionalProperties: false };
  const asTool = (mood: string): ScriptedAnswer => [{ toolCall: { name: "answer", arguments: { mood } } }];

  for (const [abilities, how] of [[["text", "json"], "by the provider"], [["text", "tools"], "by a tool"], [["text"], "by words"]] as const) {
    test(`an answer by schema comes ${how}, and one that does not fit is asked for once more`, async () => {
      const say = (mood: string): ScriptedAnswer => (how === "by a tool" ? asTool(mood) : [{ text: how === "by words" ? `\`\`\`json\n{"mood": "${mood}"}\n\`\`\`` : JSON.stringify({ mood }) }]);
      await using opened = await open(fileOf([compatible("m", { abilities })], { default: ["m"] }), (request) => say(request.number === 1 ? "furious" : "angry"));
      const answer = await opened.ask({ answerSchema });
      assert.deepEqual(JSON.parse(answer.text), { mood: "angry" });
      assert.equal(opened.server.requests.length, 2);
      assert.match(opened.server.requests[1]?.raw ?? "", /cannot be used/);
      assert.equal(answer.usage.promptTokens, opened.server.requests.reduce((sum, request) => sum + Math.ceil(request.raw.length / 4), 0), "both are on the bill");
    });
  }

  test("a second answer that does not fit is models.answer_unfit with what both used", async () => {
    await using opened = await open(fileOf([compatible("m", { abilities: ["text"] })], { default: ["m"] }), () => [{ text: "calm" }, { usage: { promptTokens: 10, completionTokens: 1 } }]);
    const error = await errorOf(opened.ask({ answerSchema }));
    assert.deepEqual([error.code, error.details["reason"]], ["models.answer_unfit", "it is not JSON"]);
    assert.deepEqual(error.details["usage"], { promptTokens: 20, completionTokens: 2, isEstimated: false });
  });
});

describe("limits and outcomes", () => {
  test("more calls than places wait, and the order stays", async () => {
    let under = 0;
    let most = 0;
    await using opened = await open(fileOf([compatible("m", { concurrency: 2 })], { default: ["m"] }), async () => {
      most = Math.max(most, (under += 1));
      await new Promise((resolve) => setTimeout(resolve, 20));
      under -= 1;
      return [{ text: "Yes." }];
    });
    await Promise.all(Array.from({ length: 10 }, () => opened.ask()));
    assert.equal(most, 2);
  });

  test("the places of a provider are shared by its models", async () => {
    let under = 0;
    let most = 0;
    await using opened = await open(fileOf([compatible("one"), compatible("two")], { default: [{ balance: { one: 1, two: 1 } }] }, { concurrency: { "openai-compatible": 3 } }), async () => {
      most = Math.max(most, (under += 1));
      await new Promise((resolve) => setTimeout(resolve, 20));
      under -= 1;
      return [{ text: "Yes." }];
    });
    await Promise.all(Array.from({ length: 12 }, () => opened.ask()));
    assert.equal(most, 3);
  });

  const outcomes: [string, ScriptedAnswer, string][] = [
    ["a stream that never ends", { fault: "endless" }, "models.invalid_answer"],
    ["an event that is not JSON", { fault: "invalid_json", parts: [{ text: "It" }] }, "models.invalid_answer"],
    ["half a stream", { fault: "half_stream", parts: [{ text: "It" }], ending: "end" }, "models.unavailable"],
    ["a server that falls silent", [{ text: "It" }, { waitMs: 5_000 }], "models.timeout"],
  ];
  for (const [what, answer, code] of outcomes) {
    test(`${what} is ${code}`, async () => {
      await using opened = await open(fileOf([compatible("m", { timeouts: { firstPartMs: 1_000, idleMs: 150, totalMs: 5_000 } })], { default: ["m"] }), () => answer);
      const error = await errorOf(opened.ask());
      assert.equal(error.code, code);
      assert.equal(opened.spans[0]?.attributes["error.type"], code);
    });
  }

  test("figures that cannot be are counted instead, and a model without a price has no cost", async () => {
    await using opened = await open(fileOf([compatible("m", { handling: "public" })], { default: ["m"] }), () => [{ text: "It is on its way." }, { usage: { promptTokens: -5, completionTokens: 0 } }]);
    const answer = await opened.ask();
    assert.ok(answer.usage.isEstimated && answer.usage.promptTokens > 0);
    assert.equal(answer.served.costMicroUsd, null);
  });

  test("a stated price makes the cost", async () => {
    const price = { prompt: 2, completion: 10, source: "our contract", readOn: "2026-11-01" };
    await using opened = await open(fileOf([compatible("m", { price })], { default: ["m"] }), () => [{ text: "Yes." }, { usage: { promptTokens: 1_000, completionTokens: 100 } }]);
    assert.equal((await opened.ask()).served.costMicroUsd, 3_000);
  });

  test("a call is told as OpenTelemetry names it, without a word of prompt or answer", async () => {
    await using opened = await open(twoModels(), () => [{ text: "Yes, surely." }, { usage: { promptTokens: 31, completionTokens: 7 } }]);
    await opened.ask();
    const [span] = opened.spans;
    assert.ok(span && span.firstPartUs !== null && span.durationUs >= span.firstPartUs);
    const wanted = { "gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai-compatible", "gen_ai.response.model": "first", "gen_ai.usage.input_tokens": 31, "gen_ai.usage.output_tokens": 7, "gen_ai.response.finish_reasons": "stop" };
    for (const [name, value] of Object.entries(wanted)) assert.equal(span.attributes[name], value, name);
    assert.doesNotMatch(JSON.stringify(span), /surely|order 7/i);
  });
});

describe("models.yaml", () => {
  const wrongs: [string, string, RegExp][] = [
    ["a route without its model", fileOf([compatible("a", { url: "http://x.test/v1" })], { default: ["b"] }), /no model "b"/],
    ["no default route", fileOf([compatible("a", { url: "http://x.test/v1" })], { other: ["a"] }), /no route `default`/],
    ["two models of one name", fileOf([compatible("a", { url: "http://x.test/v1" }), compatible("a", { url: "http://x.test/v1" })], { default: ["a"] }), /two models of the name "a"/],
    ["a rule for nothing", fileOf([compatible("a", { url: "http://x.test/v1" })], { default: ["a"], rules: [{ when: { intent: "x" }, use: "gone" }] }), /no model and no route "gone"/],
    ["a price without its source", fileOf([compatible("a", { url: "http://x.test/v1", price: { prompt: 1, completion: 2, readOn: "2026-11-01" } })], { default: ["a"] }), /source/],
    ["an unknown provider", fileOf([{ name: "a", provider: "acme" }], { default: ["a"] }), /provider/],
  ];
  for (const [what, file, expected] of wrongs) {
    test(`${what} is refused and named`, () => {
      const read = modelsFile.safeParse(parse(file));
      assert.ok(!read.success);
      assert.match(z.prettifyError(read.error), expected);
    });
  }

  test("an entry that lacks an address, a region or a key is named with what to write", async () => {
    for (const [entry, expected] of [[{ name: "a", provider: "azure", key: "k" }, /Azure needs the `url`/], [{ name: "a", provider: "bedrock", key: "k" }, /needs a `region`/], [{ name: "a", provider: "openai-compatible" }, /needs its `url`/], [{ name: "a", provider: "mistral" }, /needs a `key`/]] as const) {
      const error = await errorOf(open(fileOf([entry], { default: ["a"] }), () => []));
      assert.equal(error.code, "models.misconfigured");
      assert.match(error.message, expected);
      assert.match(error.message, /model "a"/);
    }
  });

  test("without the file there is the model of the settings, and without a setting there is none", () => {
    const compose = (settings: Parameters<typeof composeModels>[0]["settings"]) => composeModels({ file: null, settings, budgets: null, cache: null, embedder: null, hide, applyRules, record: () => {}, opening: { readKey: async () => "k", builtIn: null }, log: createLog({ level: "error", isPretty: true }) });
    assert.equal(compose({}).model, null);
    const { model } = compose({ openaiApiKey: "k" });
    assert.deepEqual([model?.id, model?.provider, model?.handling], ["gpt-6.1-terra", "openai", "contract"]);
  });
});
