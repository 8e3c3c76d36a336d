import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { cpuNowMs } from "../../test/cpu-now.ts";
import { compatible, fileOf, openModels, personal, twoModels } from "../../test/open-models.ts";
import type { ScriptedAnswer } from "../../test/scripted-model.ts";
import { errorOf, noContext } from "./model.contract.ts";
import type { HidePersonal } from "./wrappers/with-hiding.ts";

describe("data rules", () => {
  const contact = { messages: [{ role: "system" as const, text: "You help." }, { role: "user" as const, text: "I am jo@example.com, where is my order?" }] };
  const outside = (name: string) => compatible(name, { handling: "contract" });

  test("personal data goes out as placeholders only, which are put back in the stream and in the arguments of tools", async () => {
    await using opened = await openModels(fileOf([outside("out")], { default: ["out"] }), (request) => {
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
    await using inside = await openModels(fileOf([compatible("in")], { default: ["in"] }), () => [{ text: "Yes." }]);
    await inside.ask({ ...contact, context: personal });
    assert.match(inside.server.requests[0]?.raw ?? "", /jo@example\.com/);
    await using allowed = await openModels(fileOf([outside("out")], { default: ["out"] }, { dataRules: { personal: ["inside", "contract"] } }), () => [{ text: "Yes." }]);
    await allowed.ask({ ...contact, context: personal });
    assert.match(allowed.server.requests[0]?.raw ?? "", /jo@example\.com/);
    const error = await errorOf(allowed.ask({ ...contact, messages: [{ role: "user", text: "My card", images: [{ mediaType: "image/png", bytes: new Uint8Array([1]) }] }], context: { ...noContext, dataClasses: ["payment"] } }));
    assert.equal(error.code, "models.data_not_allowed", "a picture cannot be redacted");
  });

  test("without a redactor the call is refused before anything is sent, or goes to a model that may have it", async () => {
    await using refused = await openModels(fileOf([outside("out")], { default: ["out"] }), () => [{ text: "Yes." }], { hide: null });
    const error = await errorOf(refused.ask({ ...contact, context: personal }));
    assert.deepEqual([error.code, error.status, error.details["dataClasses"]], ["models.data_not_allowed", 403, ["personal"]]);
    assert.equal(refused.server.requests.length, 0);
    await using routed = await openModels(fileOf([outside("out"), compatible("in")], { default: ["out", "in"] }), () => [{ text: "Yes." }], { hide: null });
    assert.equal((await routed.ask({ ...contact, context: personal })).served.name, "in");
  });

  test("a redactor that fails closes the way", async () => {
    const broken: HidePersonal = () => Promise.reject(new Error("the redactor is broken"));
    await using opened = await openModels(fileOf([outside("out")], { default: ["out"] }), () => [{ text: "Yes." }], { hide: broken });
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
      await using opened = await openModels(fileOf([compatible("m", { abilities })], { default: ["m"] }), (request) => say(request.number === 1 ? "furious" : "angry"));
      const answer = await opened.ask({ answerSchema });
      assert.deepEqual(JSON.parse(answer.text), { mood: "angry" });
      assert.equal(opened.server.requests.length, 2);
      assert.match(opened.server.requests[1]?.raw ?? "", /cannot be used/);
      assert.equal(answer.usage.promptTokens, opened.server.requests.reduce((sum, request) => sum + Math.ceil(request.raw.length / 4), 0), "both are on the bill");
    });
  }

  for (const abilities of [["text", "json"], ["text", "tools"], ["text"]]) {
    test(`an answer whose schema is no object comes from a model with ${abilities.join(" and ")}`, async () => {
      const say: ScriptedAnswer = abilities.includes("json") ? [{ text: '{"value": ["red", "blue"]}' }] : abilities.includes("tools") ? [{ toolCall: { name: "answer", arguments: { value: ["red", "blue"] } } }] : [{ text: '["red", "blue"]' }];
      await using opened = await openModels(fileOf([compatible("m", { abilities })], { default: ["m"] }), () => say);
      assert.deepEqual(JSON.parse((await opened.ask({ answerSchema: { type: "array", items: { type: "string" } } })).text), ["red", "blue"]);
    });
  }

  test("an answer of half a fence and white space is looked through in no time", async () => {
    const odd = `\`\`\`json${" ".repeat(100_000)}x`;
    await using opened = await openModels(fileOf([compatible("m", { abilities: ["text"] })], { default: ["m"] }), () => [{ text: odd }]);
    const startedMs = cpuNowMs();
    assert.equal((await errorOf(opened.ask({ answerSchema, maxOutputTokens: 10_000 }))).code, "models.answer_unfit");
    assert.ok(cpuNowMs() - startedMs < 1_500, String(cpuNowMs() - startedMs));
  });

  test("a second answer that does not fit is models.answer_unfit with what both used", async () => {
    await using opened = await openModels(fileOf([compatible("m", { abilities: ["text"] })], { default: ["m"] }), () => [{ text: "calm" }, { usage: { promptTokens: 10, completionTokens: 1 } }]);
    const error = await errorOf(opened.ask({ answerSchema }));
    assert.deepEqual([error.code, error.details["reason"]], ["models.answer_unfit", "it is not JSON"]);
    assert.deepEqual(error.details["usage"], { promptTokens: 20, completionTokens: 2, isEstimated: false });
  });
});

describe("what was learned of routes", () => {
  test("is asked for the first model; one without grades still stands in when the others fail", async () => {
    const file = fileOf(["big", "small", "new"].map((name) => compatible(name)), { default: ["new", "big", "small"] });
    await using opened = await openModels(file, ({ model }) => (model === "new" ? [{ text: "Yes." }] : { fault: "status", status: 401 }), { chooseLearned: () => ({ names: ["small", "big"], reason: "router 1" }) });
    const answer = await opened.ask();
    assert.deepEqual([opened.asked(), answer.served.name], [["small", "big", "new"], "new"]);
  });
});

describe("limits and outcomes", () => {
  test("more calls than places wait, and the order stays", async () => {
    let under = 0;
    let most = 0;
    await using opened = await openModels(fileOf([compatible("m", { concurrency: 2 })], { default: ["m"] }), async () => {
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
    await using opened = await openModels(fileOf([compatible("one"), compatible("two")], { default: [{ balance: { one: 1, two: 1 } }] }, { concurrency: { "openai-compatible": 3 } }), async () => {
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
      await using opened = await openModels(fileOf([compatible("m", { timeouts: { firstPartMs: 1_000, idleMs: 150, totalMs: 5_000 } })], { default: ["m"] }), () => answer);
      const error = await errorOf(opened.ask());
      assert.equal(error.code, code);
      assert.equal(opened.spans[0]?.attributes["error.type"], code);
    });
  }

  test("figures that cannot be are counted instead, and a model without a price has no cost", async () => {
    await using opened = await openModels(fileOf([compatible("m", { handling: "public" })], { default: ["m"] }), () => [{ text: "It is on its way." }, { usage: { promptTokens: -5, completionTokens: 0 } }]);
    const answer = await opened.ask();
    assert.ok(answer.usage.isEstimated && answer.usage.promptTokens > 0);
    assert.equal(answer.served.costMicroUsd, null);
  });

  test("a stated price makes the cost", async () => {
    const price = { prompt: 2, completion: 10, source: "our contract", readOn: "2026-11-01" };
    await using opened = await openModels(fileOf([compatible("m", { price })], { default: ["m"] }), () => [{ text: "Yes." }, { usage: { promptTokens: 1_000, completionTokens: 100 } }]);
    assert.equal((await opened.ask()).served.costMicroUsd, 3_000);
  });

  test("a call is told as OpenTelemetry names it, without a word of prompt or answer", async () => {
    await using opened = await openModels(twoModels(), () => [{ text: "Yes, surely." }, { usage: { promptTokens: 31, completionTokens: 7 } }]);
    await opened.ask();
    const [span] = opened.spans;
    assert.ok(span && span.firstPartUs !== null && span.durationUs >= span.firstPartUs);
    const wanted = { "gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai-compatible", "gen_ai.response.model": "first", "gen_ai.usage.input_tokens": 31, "gen_ai.usage.output_tokens": 7, "gen_ai.response.finish_reasons": "stop" };
    for (const [name, value] of Object.entries(wanted)) assert.equal(span.attributes[name], value, name);
    assert.doesNotMatch(JSON.stringify(span), /surely|order 7/i);
  });
});
