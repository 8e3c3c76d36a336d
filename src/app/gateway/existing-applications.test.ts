import assert from "node:assert/strict";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import OpenAI from "openai";
import { zodResponseFormat, zodTextFormat } from "openai/helpers/zod";
import { z } from "zod";
import { startScriptedModel, type ScriptedModelServer, type ScriptedRules } from "../../../test/scripted-model.ts";
import { startTestApp, type TestApp } from "../../../test/start-test-app.ts";
import { createKey } from "../../identity/authenticate.ts";

const PIXEL = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const city = z.object({ city: z.string() });

describe("what applications do with OpenAI's own client, beyond single calls", () => {
  let app: TestApp;
  let server: ScriptedModelServer;
  let folder: string;
  let client: OpenAI;
  let rules: ScriptedRules = () => [{ text: "not scripted" }];

  before(async () => {
    server = await startScriptedModel((request) => rules(request));
    folder = await mkdtemp(join(tmpdir(), "baton-gateway-"));
    await cp("examples/shop", folder, { recursive: true });
    const full = "abilities: [text, tools, json, images, stream]";
    await writeFile(join(folder, "models.yaml"), [
      "models:", `  - { name: house, provider: openai-compatible, url: "${server.url}", ${full} }`, `  - { name: cloud, provider: openai, model: gpt-x, url: "${server.url}" }`, `  - { name: claude, provider: anthropic, model: claude-x, url: "${server.url}" }`,
      "routes:", "  default: [house]",
    ].join("\n"));
    app = await startTestApp({ env: { BATON_WORKSPACE: folder, OPENAI_API_KEY: "sk-env", ANTHROPIC_API_KEY: "sk-ant" } });
    client = new OpenAI({ baseURL: `${app.url}/v1`, apiKey: await createKey(app.running.app.identity, "shop", "shop app", ["gateway"]), maxRetries: 0 });
  });
  after(async () => {
    await app[Symbol.asyncDispose]();
    await server.close();
    await rm(folder, { recursive: true, force: true });
  });

  test("the client's loop over tools runs to its end, whole and streamed", async () => {
    for (const model of ["house", "cloud", "claude"]) {
      for (const stream of [false, true] as const) {
        rules = (request) => (/shipped to Oslo/.test(request.raw) ? [{ text: "It was shipped to Oslo." }] : [{ toolCall: { name: "find_order", arguments: { email: "jo@acme.example" } } }]);
        const asked: unknown[] = [];
        const tools = [{ type: "function" as const, function: { name: "find_order", description: "Finds an order.", parameters: { type: "object", properties: { email: { type: "string" } } }, parse: JSON.parse, function: (given: object) => `shipped to Oslo ${asked.push(given)}` } }];
        const messages = [{ role: "user" as const, content: "Where is the order of jo@acme.example?" }];
        const runner = stream ? client.chat.completions.runTools({ model, messages, tools, stream }) : client.chat.completions.runTools({ model, messages, tools });
        assert.equal(await runner.finalContent(), "It was shipped to Oslo.", model);
        assert.deepEqual(asked, [{ email: "jo@acme.example" }]);
      }
    }
  });

  test("answers by a schema of zod are parsed, of chats and of responses", async () => {
    rules = (request) => (request.toolNames.length > 0 ? [{ toolCall: { name: request.toolNames[0] ?? "", arguments: { city: "Oslo" } } }] : [{ text: "{\"city\":\"Oslo\"}" }]);
    for (const model of ["house", "claude"]) {
      const messages = [{ role: "user" as const, content: "Capital of Norway?" }];
      assert.deepEqual((await client.chat.completions.parse({ model, messages, response_format: zodResponseFormat(city, "city") })).choices[0]?.message.parsed, { city: "Oslo" });
      const streamed = await client.chat.completions.stream({ model, messages, response_format: zodResponseFormat(city, "city") }).finalChatCompletion();
      assert.deepEqual(streamed.choices[0]?.message.parsed, { city: "Oslo" });
      assert.deepEqual((await client.responses.parse({ model, input: "Capital of Norway?", text: { format: zodTextFormat(city, "city") } })).output_parsed, { city: "Oslo" });
    }
  });

  test("a picture goes to the house by Responses too, and a limit that was reached is told", async () => {
    rules = (request) => [{ text: `${request.messages.flatMap((message) => message.images).length} picture` }, { end: "length" }];
    const made = await client.responses.create({ model: "house", input: [{ role: "user", content: [{ type: "input_text", text: "What is it?" }, { type: "input_image", image_url: PIXEL, detail: "auto" }] }] });
    assert.deepEqual([made.output_text, made.status, made.incomplete_details?.reason], ["1 picture", "incomplete", "max_output_tokens"]);
  });

  test("what an answer gave may be sent back as it came, and nothing personal in it leaves", async () => {
    rules = () => [{ text: "I wrote to [EMAIL_1]." }];
    for (const model of ["cloud", "claude"]) {
      const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: "user", content: "My mail is jo@acme.example", name: "jo" }];
      const first = (await client.chat.completions.create({ model, messages })).choices[0]?.message ?? assert.fail("no message");
      assert.equal(first.content, "I wrote to jo@acme.example.");
      const kept = { ...first, annotations: [], audio: null, reasoning_content: "The customer is jo@acme.example.", x_note: "jo@acme.example" };
      const declined = { role: "assistant" as const, content: [{ type: "refusal" as const, refusal: "I may not call jo@acme.example." }] };
      await client.chat.completions.create({ model, modalities: ["text"], messages: [...messages, kept, declined, { role: "user", content: "Again." }] });
      assert.match(server.requests.at(-1)?.raw ?? "", /I may not call \[EMAIL_1\]/);
      const response = await client.responses.create({ model, input: "My mail is jo@acme.example", stream: false });
      await client.responses.create({ model, input: [{ role: "user", content: "My mail is jo@acme.example" }, ...response.output.flatMap((item) => (item.type === "message" ? [item] : [])), { type: "message", role: "assistant", id: "msg_1", status: "completed", content: [{ type: "refusal", refusal: "Not jo@acme.example." }] }, { role: "user", content: "Again." }] });
      assert.match(server.requests.at(-1)?.raw ?? "", /Not \[EMAIL_1\]/);
    }
    for (const { raw } of server.requests.slice(-8)) assert.doesNotMatch(raw, /jo@acme/);
  });

  test("one call at a time, where that was asked for, of every model", async () => {
    rules = () => [{ toolCall: { name: "find_order", arguments: { email: "a" } } }, { toolCall: { name: "find_order", arguments: { email: "b" } } }];
    const parameters = { type: "object", properties: { email: { type: "string" } } };
    const tools = [{ type: "function" as const, function: { name: "find_order", parameters } }];
    for (const stream of [false, true]) {
      const asked = { model: "claude", messages: [{ role: "user" as const, content: "Both?" }], tools };
      const calls = async (more: object) => (stream ? await client.chat.completions.stream({ ...asked, ...more }).finalChatCompletion() : await client.chat.completions.create({ ...asked, ...more, stream: false })).choices[0]?.message.tool_calls?.length;
      assert.deepEqual([await calls({}), await calls({ parallel_tool_calls: false })], [2, 1]);
    }
    const response = await client.responses.create({ model: "house", input: "Both?", parallel_tool_calls: false, tools: [{ type: "function", name: "find_order", parameters, strict: false }] });
    assert.deepEqual(response.output.map(({ type }) => type), ["function_call"]);
    rules = () => [{ text: "Yes." }];
    await client.chat.completions.create({ model: "cloud", messages: [{ role: "user", content: "Both?" }], tools, parallel_tool_calls: false });
    assert.equal(server.requests.at(-1)?.body["parallel_tool_calls"], false, "a provider that knows it is told");
  });

  test("a client that repeats by itself comes through a provider's short limit", async () => {
    let refusals = 0;
    rules = () => ((refusals += 1) <= 3 ? { fault: "status", status: 429, headers: { "retry-after": "1" } } : [{ text: "Yes." }]);
    const patient = client.withOptions({ maxRetries: 2 });
    assert.equal((await patient.chat.completions.create({ model: "cloud", messages: [{ role: "user", content: "Hi" }] })).choices[0]?.message.content, "Yes.");
  });
});
