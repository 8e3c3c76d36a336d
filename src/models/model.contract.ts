import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type ScriptedAnswer, type ScriptedModelServer, type ScriptedPart, type ScriptedRules, startScriptedModel } from "../../test/scripted-model.ts";
import { AppError } from "../lib/app-error.ts";
import type { CallContext } from "./call-context.ts";
import type { Model, ModelPart, ModelRequest, ModelTool } from "./model.ts";

const PIXEL = Uint8Array.from(Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=", "base64"));

const orderTool: ModelTool = { name: "find_order", description: "Finds an order.", inputSchema: { type: "object", properties: { number: { type: "string" } }, required: ["number"], additionalProperties: false } };

/** A call on nobody's behalf. */
export const noContext: CallContext = { tenantId: "t", purpose: "reply", dataClasses: [], audiences: [], cache: "off" };

export function requestOf(given: Partial<ModelRequest> = {}): ModelRequest {
  return { context: noContext, messages: [{ role: "system", text: "You help." }, { role: "user", text: "Where is order 7?" }], tools: [], maxOutputTokens: 200, temperature: 0, signal: new AbortController().signal, ...given };
}

async function readAll(stream: AsyncIterable<ModelPart>): Promise<ModelPart[]> {
  const parts: ModelPart[] = [];
  for await (const part of stream) parts.push(part);
  return parts;
}

export async function errorOf(work: Promise<unknown>): Promise<AppError> {
  try {
    await work;
  } catch (thrown) {
    assert.ok(thrown instanceof AppError, `not one of ours: ${String(thrown)}`);
    return thrown;
  }
  return assert.fail("nothing was thrown");
}

/** What every adapter of the port must keep. `open` makes the model under test on the scripted server's base URL. */
export function describeModelContract(name: string, open: (baseUrl: string) => Model): void {
  describe(`model contract: ${name}`, () => {
    let server: ScriptedModelServer;
    let script: ScriptedAnswer | ScriptedRules = [];
    let model: Model;
    before(async () => {
      server = await startScriptedModel((request) => (typeof script === "function" ? script(request) : script));
      model = open(server.url);
    });
    after(() => server.close());
    const ask = async (answer: ScriptedAnswer, given: Partial<ModelRequest> = {}) => {
      script = answer;
      return readAll(model.stream(requestOf(given)));
    };
    const fail = (answer: ScriptedAnswer) => errorOf(ask(answer));

    test("texts come in order and one finish ends them with the provider's figures", async () => {
      const parts = await ask([{ text: "It is " }, { text: "on its way." }, { usage: { promptTokens: 31, completionTokens: 7 } }]);
      assert.deepEqual(parts, [{ kind: "text", text: "It is " }, { kind: "text", text: "on its way." }, { kind: "finish", reason: "stop", usage: { promptTokens: 31, completionTokens: 7, isEstimated: false } }]);
    });

    test("tool calls come whole, in order, with parsed arguments", async () => {
      const parts = await ask([{ text: "Let me look." }, { toolCall: { name: "find_order", arguments: { number: "7" }, id: "a" } }, { toolCall: { name: "find_order", arguments: {}, id: "b" } }], { tools: [orderTool] });
      assert.deepEqual(parts.slice(0, 3), [
        { kind: "text", text: "Let me look." },
        { kind: "tool_call", call: { callId: "a", toolName: "find_order", arguments: { number: "7" } } },
        { kind: "tool_call", call: { callId: "b", toolName: "find_order", arguments: {} } },
      ]);
      assert.equal(parts[3]?.kind === "finish" && parts[3].reason, "tool_calls");
    });

    test("arguments that are not JSON arrive as the raw text, and an unknown tool arrives by its name", async () => {
      const parts = await ask([{ toolCall: { name: "no_such_tool", rawArguments: '{"number": ' } }], { tools: [orderTool] });
      const call = parts.find((part) => part.kind === "tool_call")?.call;
      assert.equal(call?.toolName, "no_such_tool");
      assert.equal(call?.arguments, '{"number": ');
    });

    test("the provider gets the messages, tools, limits and key as they were asked", async () => {
      await ask([{ text: "Yes." }], {
        messages: [
          { role: "system", text: "You help." },
          { role: "user", text: "Order 7?" },
          { role: "assistant", text: "", toolCalls: [{ callId: "a", toolName: "find_order", arguments: { number: "7" } }, { callId: "b", toolName: "find_order", arguments: "broken" }] },
          { role: "tool", callId: "a", toolName: "find_order", text: "shipped" },
          { role: "tool", callId: "b", toolName: "find_order", text: "not readable" },
        ],
        tools: [orderTool],
        idempotencyKey: "turn_1:model-1",
      });
      const sent = server.requests.at(-1);
      assert.deepEqual(sent?.messages.map((message) => [message.role, message.text, message.callId]), [["system", "You help.", null], ["user", "Order 7?", null], ["assistant", "", null], ["tool", "shipped", "a"], ["tool", "not readable", "b"]]);
      assert.deepEqual(sent?.messages[2]?.toolCalls, [{ id: "a", name: "find_order", arguments: { number: "7" } }, { id: "b", name: "find_order", arguments: { unreadable: "broken" } }]);
      assert.deepEqual(sent?.toolNames, ["find_order"]);
      assert.equal(sent?.maxOutputTokens, 200);
      assert.equal(sent?.headers["idempotency-key"], "turn_1:model-1");
      assert.equal(sent?.model, model.id);
    });

    test("images go along with the text of their message", async () => {
      await ask([{ text: "A cat." }], { messages: [{ role: "user", text: "What is this?", images: [{ mediaType: "image/png", bytes: PIXEL }] }] });
      const sent = server.requests.at(-1)?.messages[0];
      assert.equal(sent?.text, "What is this?");
      assert.deepEqual(sent?.images, [{ mediaType: "image/png", base64: Buffer.from(PIXEL).toString("base64") }]);
    });

    test("a tool that must be called, and stop texts, are asked for in the provider's words", async () => {
      await ask([{ toolCall: { name: "find_order", arguments: { number: "7" } } }], { tools: [orderTool], toolChoice: { tool: "find_order" }, stopSequences: ["END"] });
      const sent = server.requests.at(-1);
      assert.deepEqual(sent?.toolNames, ["find_order"]);
      const choice = JSON.stringify([sent.body["tool_choice"], sent.body["toolConfig"]]);
      assert.match(choice, /find_order|"any"/i);
      assert.match(sent.raw, /END/);
    });

    test("an answer by JSON Schema comes as texts that are one document", async () => {
      const answer = JSON.stringify({ mood: "calm" });
      const asTool: ScriptedPart = { toolCall: { name: "json", arguments: { mood: "calm" } } };
      // Some providers' libraries have the document given as the arguments of a tool.
      script = (request) => (request.toolNames.includes("json") ? [asTool] : [{ text: answer }]);
      const parts = await readAll(model.stream(requestOf({ answerSchema: { type: "object", properties: { mood: { type: "string" } }, required: ["mood"], additionalProperties: false } })));
      assert.deepEqual(JSON.parse(parts.map((part) => (part.kind === "text" ? part.text : "")).join("")), { mood: "calm" });
      assert.match(server.requests.at(-1)?.raw ?? "", /"mood"/);
    });

    test("an answer cut at the limit and an answer stopped by the provider are told apart", async () => {
      const reasonOf = async (answer: ScriptedPart[]) => (await ask(answer)).findLast((part) => part.kind === "finish")?.reason;
      assert.equal(await reasonOf([{ text: "On and" }, { end: "length" }]), "length");
      assert.equal(await reasonOf([{ text: "I can" }, { end: "content_filter" }]), "other");
      assert.equal(await reasonOf([{ toolCall: { name: "x" } }, { end: "stop" }]), "tool_calls");
    });

    test("missing figures are counted and marked as estimates", async () => {
      const parts = await ask([{ text: "It is on its way." }, { usage: null }]);
      const finish = parts.at(-1);
      assert.ok(finish?.kind === "finish" && finish.usage.isEstimated);
      assert.ok(finish.usage.promptTokens >= 6 && finish.usage.completionTokens >= 4);
    });

    const outcomes: [string, ScriptedAnswer, string, boolean, Record<string, unknown>?][] = [
      ["429 with Retry-After", { fault: "status", status: 429, headers: { "retry-after": "7" }, code: "rate_limit_error" }, "models.rate_limited", true, { retryAfterMs: 7_000, providerStatus: 429 }],
      ["429 without Retry-After", { fault: "status", status: 429 }, "models.rate_limited", true, { retryAfterMs: undefined }],
      ["500", { fault: "status", status: 500 }, "models.unavailable", true, { providerStatus: 500 }],
      ["503 as a page", { fault: "html", status: 503 }, "models.unavailable", true],
      ["a page instead of a stream", { fault: "html" }, "models.invalid_answer", false],
      ["a wrong key", { fault: "status", status: 401, code: "authentication_error" }, "models.unauthorized", false],
      ["a key without money", { fault: "status", status: 429, code: "insufficient_quota" }, "models.out_of_credit", false],
      ["an account without money", { fault: "status", status: 400, message: "Your credit balance is too low to access the API." }, "models.out_of_credit", false],
      ["a prompt over the context", { fault: "status", status: 400, code: "context_length_exceeded" }, "models.prompt_too_long", false],
      ["an unknown model", { fault: "status", status: 404, code: "not_found_error" }, "models.rejected", false],
      ["a redirect", { fault: "status", status: 307, headers: { location: "http://127.0.0.1:9/elsewhere" } }, "models.invalid_answer", false],
      ["half a stream, ended in order", { fault: "half_stream", parts: [{ text: "It is" }], ending: "end" }, "models.unavailable", true],
      ["half a stream, cut", { fault: "half_stream", parts: [{ text: "It is" }], ending: "reset" }, "models.unavailable", true],
      ["half a tool call", { fault: "half_stream", parts: [{ toolCall: { name: "find_order", rawArguments: '{"num' } }], ending: "end" }, "models.unavailable", true],
      ["a stream that never begins", { fault: "half_stream", parts: [], ending: "end" }, "models.unavailable", true],
      ["an event that is not JSON", { fault: "invalid_json", parts: [{ text: "It is" }] }, "models.invalid_answer", false],
      ["an overloaded model in the stream", { fault: "stream_error", parts: [{ text: "It is" }], code: "overloaded_error", message: "Overloaded" }, "models.unavailable", true],
      ["an answer without end", { fault: "endless" }, "models.invalid_answer", false],
    ];
    for (const [what, answer, code, isRetryable, details] of outcomes) {
      test(`${what} is ${code}`, async () => {
        const error = await fail(answer);
        assert.equal(error.code, code, String(error.cause));
        assert.equal(error.isRetryable, isRetryable);
        assert.equal(error.details["provider"], model.provider);
        for (const [key, value] of Object.entries(details ?? {})) assert.equal(error.details[key], value, key);
      });
    }

    test("an error after output carries what was used until then", async () => {
      const usage = (await fail({ fault: "half_stream", parts: [{ text: "It is on its way" }], ending: "reset" })).details["usage"];
      assert.ok(usage && typeof usage === "object" && "isEstimated" in usage && usage.isEstimated === true && "completionTokens" in usage && Number(usage.completionTokens) >= 4);
      assert.equal((await fail({ fault: "status", status: 500 })).details["usage"], undefined);
    });

    test("an error holds neither the request nor the key", async () => {
      const error = await fail({ fault: "status", status: 400, message: "Incorrect API key provided: sk-scripted-secret-0123456789." });
      const everything = JSON.stringify([error.message, error.details, error.cause instanceof Error ? [error.cause.message, Object.entries(error.cause)] : null]);
      assert.doesNotMatch(everything, /secret|order 7/i);
      assert.match(everything, /Incorrect API key provided/);
    });

    test("a server that is not there is models.unavailable", async () => {
      const gone = await startScriptedModel(() => []);
      await gone.close();
      const error = await errorOf(readAll(open(gone.url).stream(requestOf())));
      assert.equal(error.code, "models.unavailable");
      assert.equal(error.isRetryable, true);
    });

    test("an aborted call ends at once as models.cancelled and its connection closes", async () => {
      for (const answer of [{ fault: "hang" }, { fault: "hang", hasHeaders: true }, [{ text: "It" }, { waitMs: 5_000 }]] satisfies ScriptedAnswer[]) {
        const before = server.abandoned();
        const closing = new AbortController();
        setTimeout(() => closing.abort(), 30);
        script = answer;
        assert.equal((await errorOf(readAll(model.stream(requestOf({ signal: closing.signal }))))).code, "models.cancelled");
        await until(() => server.abandoned() > before);
      }
      assert.equal((await errorOf(ask([], { signal: AbortSignal.abort() }))).code, "models.cancelled");
    });

    test("leaving the loop closes the connection", async () => {
      const before = server.abandoned();
      script = [{ text: "It" }, { waitMs: 5_000 }, { text: " is" }];
      for await (const part of model.stream(requestOf())) {
        assert.equal(part.kind, "text");
        break;
      }
      await until(() => server.abandoned() > before);
    });
  });
}

async function until(isTrue: () => boolean): Promise<void> {
  for (let waitedMs = 0; !isTrue(); waitedMs += 5) {
    assert.ok(waitedMs < 2_000, "it did not come true in time");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
