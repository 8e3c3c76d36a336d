import assert from "node:assert/strict";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import OpenAI, { APIError, APIUserAbortError } from "openai";
import pg from "pg";
import { startScriptedModel, type ScriptedModelServer, type ScriptedRules } from "../../../test/scripted-model.ts";
import { startTestApp, until, type TestApp } from "../../../test/start-test-app.ts";
import { createKey } from "../../identity/authenticate.ts";

const PIXEL = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const ORDER = { type: "function" as const, function: { name: "find_order", description: "Finds an order.", parameters: { type: "object", properties: { email: { type: "string" } }, required: ["email"] } } };
const FORM = { type: "json_schema" as const, json_schema: { name: "city", strict: true, schema: { type: "object", properties: { city: { type: "string" } }, required: ["city"], additionalProperties: false } } };

describe("the gateway, driven by OpenAI's own client", () => {
  let app: TestApp;
  let server: ScriptedModelServer;
  let embeddings: Server;
  let embedded: unknown[];
  let sql: pg.Client;
  let folder: string;
  let key: string;
  let client: OpenAI;
  let rules: ScriptedRules = () => [{ text: "not scripted" }];

  before(async () => {
    server = await startScriptedModel((request) => rules(request));
    embedded = [];
    embeddings = createServer((request, response) => {
      let text = "";
      request.on("data", (part) => (text += String(part)));
      request.on("end", () => {
        embedded.push(JSON.parse(text));
        response.writeHead(200, { "content-type": "application/json" });
        response.end(JSON.stringify({ object: "list", model: "m", data: [{ object: "embedding", index: 0, embedding: Buffer.from(new Float32Array([0.5, -0.25]).buffer).toString("base64") }], usage: { prompt_tokens: 5, total_tokens: 5 } }));
      });
    });
    await new Promise<void>((resolve) => embeddings.listen(0, "127.0.0.1", resolve));
    const address = embeddings.address();
    folder = await mkdtemp(join(tmpdir(), "baton-gateway-"));
    await cp("examples/shop", folder, { recursive: true });
    const price = "price: { prompt: 2, completion: 10, source: our contract, readOn: 2026-11-01 }";
    const full = "abilities: [text, tools, json, images, stream]";
    await writeFile(join(folder, "models.yaml"), [
      "models:",
      `  - { name: house, provider: openai-compatible, url: "${server.url}", ${full} }`,
      `  - { name: cloud, provider: openai, model: gpt-x, url: "${server.url}", ${price}, timeouts: { firstPartMs: 2000, idleMs: 500, totalMs: 5000 } }`,
      `  - { name: claude, provider: anthropic, model: claude-x, url: "${server.url}", ${price} }`,
      `  - { name: paid, provider: openai, model: gpt-x, url: "${server.url}", ${price} }`, `  - { name: paid-claude, provider: anthropic, model: claude-x, url: "${server.url}", ${price} }`,
      `  - { name: vectors, provider: openai-compatible, url: "http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}", handling: contract, abilities: [embeddings] }`,
      "routes:", "  default: [house]", "  careful: [cloud, claude]",
      "budgets:", "  - { name: small, scope: user, window: month, hard: 0.06 }",
    ].join("\n"));
    app = await startTestApp({ env: { BATON_WORKSPACE: folder, OPENAI_API_KEY: "sk-env", ANTHROPIC_API_KEY: "sk-ant" } });
    sql = new pg.Client({ connectionString: app.databaseUrl });
    await sql.connect();
    key = await createKey(app.running.app.identity, "shop", "shop app", ["gateway", "vouch"]);
    client = new OpenAI({ baseURL: `${app.url}/v1`, apiKey: key, maxRetries: 0 });
  });
  after(async () => {
    await sql.end();
    await app[Symbol.asyncDispose]();
    await server.close();
    embeddings.close();
    await rm(folder, { recursive: true, force: true });
  });

  const ask = (model: string, content: string, more: Partial<OpenAI.ChatCompletionCreateParamsNonStreaming> = {}) => client.chat.completions.create({ model, messages: [{ role: "user", content }], ...more });
  const errorOf = async (work: Promise<unknown>): Promise<APIError> => {
    const thrown: unknown = await work.then(() => assert.fail("no error"), (error: unknown) => error);
    assert.ok(thrown instanceof APIError, String(thrown));
    return thrown;
  };
  async function streamed(model: string, content: string, more: Partial<OpenAI.ChatCompletionCreateParamsStreaming> = {}) {
    const chunks: OpenAI.ChatCompletionChunk[] = [];
    for await (const chunk of await client.chat.completions.create({ model, messages: [{ role: "user", content }], ...more, stream: true })) chunks.push(chunk);
    const deltas = chunks.flatMap((chunk) => chunk.choices.map((choice) => choice.delta));
    return { chunks, text: deltas.map((delta) => delta.content ?? "").join(""), args: deltas.flatMap((delta) => (delta.tool_calls ?? []).map((call) => call.function?.arguments ?? "")).join("") };
  }

  test("an answer, whole and streamed, from a model of the same wire and from one of another", async () => {
    rules = () => [{ text: "Hello " }, { text: "there." }, { usage: { promptTokens: 12, completionTokens: 4 } }];
    for (const model of ["baton/auto", "house", "cloud", "claude", "careful"]) {
      const whole = await ask(model, "Hi");
      assert.equal(whole.choices[0]?.message.content, "Hello there.", model);
      assert.equal(whole.choices[0]?.finish_reason, "stop");
      assert.equal(whole.usage?.completion_tokens, 4);
      const made = await streamed(model, "Hi", { stream_options: { include_usage: true } });
      assert.equal(made.text, "Hello there.", model);
      assert.deepEqual(made.chunks.at(-1)?.usage?.total_tokens, 16);
      assert.ok((await streamed(model, "Hi")).chunks.every((chunk) => chunk.choices.length > 0), "figures come only when asked for");
    }
  });

  test("personal values never reach a provider, and come back in the answer, across the borders of a stream's parts and in arguments", async () => {
    for (const model of ["cloud", "claude"]) {
      rules = (request) => {
        assert.doesNotMatch(request.raw, /jo@acme\.example/);
        assert.match(request.raw, /\[EMAIL_1\]/);
        return [{ text: "I write to [EM" }, { text: "AIL_1" }, { text: "] now; [see below" }];
      };
      assert.equal((await ask(model, "My mail is jo@acme.example")).choices[0]?.message.content, "I write to jo@acme.example now; [see below", model);
      assert.equal((await streamed(model, "My mail is jo@acme.example")).text, "I write to jo@acme.example now; [see below", model);
      rules = () => [{ toolCall: { name: "find_order", arguments: { email: "[EMAIL_1]" } } }];
      const call = (await ask(model, "Orders of jo@acme.example?", { tools: [ORDER] })).choices[0];
      assert.equal(call?.finish_reason, "tool_calls");
      assert.equal(call?.message.tool_calls?.[0]?.type === "function" ? call.message.tool_calls[0].function.arguments : "", "{\"email\":\"jo@acme.example\"}");
      assert.equal((await streamed(model, "Orders of jo@acme.example?", { tools: [ORDER] })).args, "{\"email\":\"jo@acme.example\"}");
    }
    rules = (request) => [{ text: String(request.raw.includes("jo@acme.example")) }];
    assert.equal((await ask("house", "My mail is jo@acme.example")).choices[0]?.message.content, "true", "in the house it goes as it is");
  });

  test("a conversation with tools goes on, with tool_choice, stop and seed", async () => {
    for (const model of ["house", "claude"]) {
      rules = () => [{ text: "It is on its way." }];
      await ask(model, "", {
        messages: [{ role: "system", content: "Be brief." }, { role: "user", content: "Where is it?" }, { role: "assistant", content: null, tool_calls: [{ id: "c1", type: "function", function: { name: "find_order", arguments: "{\"email\":\"a\"}" } }] }, { role: "tool", tool_call_id: "c1", content: "shipped" }],
        tools: [ORDER], tool_choice: { type: "function", function: { name: "find_order" } }, stop: ["END"], seed: 7,
      });
      const sent = server.requests.at(-1);
      assert.deepEqual(sent?.toolNames, ["find_order"]);
      assert.match(sent?.raw ?? "", /shipped/);
      if (model === "house") assert.deepEqual([sent?.body["seed"], sent?.body["stop"], sent?.body["model"]], [7, ["END"], "house"]);
    }
  });

  test("structured output by schema, which every model is held to", async () => {
    rules = (request) => (request.toolNames.length > 0 ? [{ toolCall: { name: request.toolNames[0] ?? "", arguments: { city: "Oslo" } } }] : [{ text: "{\"city\":\"Oslo\"}" }]);
    for (const model of ["cloud", "claude"]) assert.deepEqual(JSON.parse((await ask(model, "Capital of Norway?", { response_format: FORM })).choices[0]?.message.content ?? ""), { city: "Oslo" }, model);
    const slow = await errorOf(ask("claude", "x", { response_format: { type: "json_schema", json_schema: { name: "slow", schema: { type: "object", properties: { a: { type: "string", pattern: "(?=a+)+$" } } } } } }));
    assert.deepEqual([slow.status, slow.param], [400, "response_format"]);
  });

  test("pictures go to the house; outside only when the client vouches that nothing in the request is personal", async () => {
    rules = (request) => [{ text: `${request.messages.flatMap((message) => message.images).length} picture` }];
    const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: "user", content: [{ type: "text", text: "What is it?" }, { type: "image_url", image_url: { url: PIXEL } }] }];
    assert.equal((await client.chat.completions.create({ model: "house", messages })).choices[0]?.message.content, "1 picture");
    assert.equal((await errorOf(client.chat.completions.create({ model: "cloud", messages }))).status, 403);
    for (const model of ["cloud", "claude"]) assert.equal((await client.chat.completions.create({ model, messages }, { headers: { "x-baton-data": "none" } })).choices[0]?.message.content, "1 picture");
  });

  test("a client that leaves closes the provider's connection, and what came is on record as cancelled", async () => {
    for (const model of ["house", "claude"]) {
      rules = () => ({ fault: "endless" });
      const left = server.abandoned();
      const stream = await client.chat.completions.create({ model, messages: [{ role: "user", content: "Go on" }], stream: true });
      let parts = 0;
      for await (const _ of stream) if ((parts += 1) === 3) break;
      await until(() => server.abandoned() > left);
      const leaving = new AbortController();
      rules = () => ({ fault: "hang" });
      const waiting = client.chat.completions.create({ model, messages: [{ role: "user", content: "Go on" }] }, { signal: leaving.signal });
      setTimeout(() => leaving.abort(), 100);
      await assert.rejects(waiting, APIUserAbortError);
      await until(() => server.abandoned() > left + 1);
    }
    await until(async () => Number((await sql.query("select count(*) as n from model_use where outcome = 'cancelled'")).rows[0]?.n) >= 4);
  });

  test("every fault of a provider has its name; before the first part the next model answers instead", async () => {
    const faults: [Parameters<typeof setFault>[0], number, string][] = [
      [{ fault: "status", status: 401 }, 502, "models.unauthorized"], [{ fault: "status", status: 429, headers: { "retry-after": "60" } }, 429, "rate_limit_exceeded"], [{ fault: "html" }, 502, "models.invalid_answer"],
      [{ fault: "status", status: 400, message: "The picture is broken." }, 400, "models.rejected"], [{ fault: "status", status: 429, code: "insufficient_quota" }, 502, "models.out_of_credit"], [{ fault: "hang" }, 504, "models.timeout"],
    ];
    function setFault(fault: Exclude<Awaited<ReturnType<ScriptedRules>>, readonly unknown[]>) {
      rules = (request) => (request.wire === "openai" ? fault : [{ text: "From the second." }]);
    }
    for (const [fault, status, code] of faults) {
      setFault(fault);
      if (fault.fault !== "hang") {
        const error = await errorOf(ask("cloud", "Hi"));
        assert.deepEqual([error.status, error.code], [status, code], JSON.stringify(fault));
      }
      assert.equal((await ask("careful", "Hi")).choices[0]?.message.content, "From the second.", JSON.stringify(fault));
      assert.equal((await streamed("careful", "Hi")).text, "From the second.");
    }
  });

  test("a stream that breaks off, or holds what is none, ends in an error and never as if it were whole", async () => {
    const faults: [Exclude<Awaited<ReturnType<ScriptedRules>>, readonly unknown[]>, string][] = [
      [{ fault: "half_stream", parts: [{ text: "It is" }], ending: "reset" }, "models.unavailable"], [{ fault: "half_stream", parts: [{ text: "It is" }], ending: "end" }, "models.unavailable"],
      [{ fault: "stream_error", parts: [{ text: "It is" }], code: "server_error", message: "sorry" }, "models.unavailable"], [{ fault: "invalid_json", parts: [{ text: "It is" }] }, "models.invalid_answer"],
    ];
    for (const model of ["house", "claude"]) {
      for (const [fault, code] of faults) {
        rules = () => fault;
        assert.equal((await errorOf(streamed(model, "Hi"))).code, code, `${model} ${JSON.stringify(fault)}`);
      }
    }
  });

  test("what is not taken is refused by name, and wrong keys, models and addresses have OpenAI's errors", async () => {
    rules = () => [{ text: "Yes." }];
    const refused: [Partial<OpenAI.ChatCompletionCreateParamsNonStreaming>, string][] = [[{ n: 2 }, "n"], [{ store: true }, "store"], [{ logprobs: true }, "logprobs"], [{ modalities: ["audio"] }, "modalities"]];
    for (const [more, param] of refused) {
      const error = await errorOf(ask("house", "Hi", more));
      assert.deepEqual([error.status, error.param, error.type], [400, param, "invalid_request_error"]);
    }
    assert.equal((await errorOf(ask("claude", "Hi", { presence_penalty: 1 }))).param, "presence_penalty");
    assert.equal((await ask("house", "Hi", { presence_penalty: 1 })).choices[0]?.message.content, "Yes.");
    assert.deepEqual([(await errorOf(ask("gpt-nothing", "Hi"))).status, (await errorOf(ask("gpt-nothing", "Hi"))).code], [404, "model_not_found"]);
    const stranger = new OpenAI({ baseURL: `${app.url}/v1`, apiKey: "bk.shop.key_1.wrong", maxRetries: 0 });
    const unknown = await errorOf(stranger.models.list());
    assert.deepEqual([unknown.status, unknown.code], [401, "invalid_api_key"]);
    assert.equal((await errorOf(client.images.generate({ prompt: "x" }))).status, 404);
    assert.equal((await app.request("/v1/chat/completions", { method: "POST", headers: { authorization: `Bearer ${key}`, "content-type": "application/json" }, body: "{" })).status, 400);
    const elsewhere = await app.request("/api/conversations", { headers: { authorization: `Bearer ${key}` } });
    assert.equal(elsewhere.status, 403, "a key for the gateway opens nothing else");
  });

  test("each call is paid by its user, and a user's budget refuses the next one; both stand in the ledger or on record", async () => {
    rules = () => [{ text: "Yes." }, { usage: { promptTokens: 1_000, completionTokens: 1_000 } }];
    const { data, request_id: requestId } = await client.chat.completions.create({ model: "paid", messages: [{ role: "user", content: "Hi" }], user: "jane", max_tokens: 2_000 }).withResponse();
    assert.equal(data.choices[0]?.message.content, "Yes.");
    let errors = 0;
    for (let turn = 0; turn < 5; turn += 1) {
      const outcome = await client.chat.completions.create({ model: turn % 2 === 0 ? "paid-claude" : "paid", messages: [{ role: "user", content: "Hi" }], user: "jane", max_tokens: 2_000 }).then(() => null, (error: unknown) => error);
      if (outcome instanceof APIError && outcome.code === "insufficient_quota" && outcome.status === 429) errors += 1;
    }
    assert.ok(errors >= 1, "the budget of 0.06 USD has room for five calls of 0.012 at most");
    await until(async () => (await sql.query("select 1 from ledger_entry where kind = 'gateway.answered' and subject_id = $1", [requestId])).rowCount === 1);
    await until(async () => Number((await sql.query("select coalesce(sum(micro_usd), 0) as sum from model_use where user_id = 'jane' and api_key_id is not null")).rows[0]?.sum) >= 12_000);
    const spent = Number((await sql.query("select sum(micro_usd) as sum from model_use where user_id = 'jane'")).rows[0]?.sum);
    assert.ok(spent <= 60_000, String(spent));
  });

  test("Responses, whole and as events, with tools and a form", async () => {
    rules = () => [{ text: "Hello " }, { text: "there." }];
    for (const model of ["house", "claude"]) {
      assert.equal((await client.responses.create({ model, input: "Hi", instructions: "Be brief." })).output_text, "Hello there.");
      const events: string[] = [];
      let text = "";
      for await (const event of await client.responses.create({ model, input: [{ role: "user", content: [{ type: "input_text", text: "Hi" }] }], stream: true })) {
        events.push(event.type);
        if (event.type === "response.output_text.delta") text += event.delta;
        if (event.type === "response.completed") assert.equal(event.response.status, "completed");
      }
      assert.equal(text, "Hello there.");
      assert.deepEqual([events[0], events.at(-1)], ["response.created", "response.completed"]);
    }
    const final = await client.responses.stream({ model: "claude", input: "Hi" }).finalResponse();
    assert.equal(final.output_text, "Hello there.");
    rules = (request) => (request.messages.some((message) => message.role === "tool") || request.raw.includes("tool_result") ? [{ text: "It is shipped." }] : [{ toolCall: { name: "find_order", arguments: { email: "[EMAIL_1]" } } }]);
    const tools = [{ type: "function" as const, name: "find_order", description: "x", parameters: ORDER.function.parameters, strict: false }];
    const first = await client.responses.create({ model: "claude", input: "Where is the order of jo@acme.example?", tools });
    const call = first.output[0];
    assert.ok(call?.type === "function_call");
    assert.equal(call.arguments, "{\"email\":\"jo@acme.example\"}");
    assert.equal((await client.responses.create({ model: "claude", tools, input: [{ role: "user", content: "Where?" }, call, { type: "function_call_output", call_id: call.call_id, output: "shipped" }] })).output_text, "It is shipped.");
    assert.equal((await errorOf(client.responses.create({ model: "claude", input: "Hi", previous_response_id: "resp_1" }))).param, "previous_response_id");
  });

  test("embeddings: the text is hidden before it leaves, and the vector comes back as the client wants it", async () => {
    const made = await client.embeddings.create({ model: "vectors", input: "Write to jo@acme.example" });
    assert.deepEqual(made.data[0]?.embedding, [0.5, -0.25]);
    assert.match(JSON.stringify(embedded), /\[EMAIL_1\]/);
    assert.doesNotMatch(JSON.stringify(embedded), /jo@acme/);
    assert.equal((await errorOf(client.embeddings.create({ model: "house", input: "x" }))).status, 404);
  });

  test("the list names routes, models and what is Baton's own", async () => {
    const names: string[] = [];
    for await (const model of client.models.list()) names.push(model.id);
    for (const name of ["baton/auto", "baton/support", "careful", "house", "cloud", "vectors"]) assert.ok(names.includes(name), name);
    assert.equal((await client.models.retrieve("house")).id, "house");
    assert.equal((await client.models.retrieve("baton/auto")).object, "model");
  });

  test("answers from the articles carry citations; what a model invents is not said", async () => {
    const question = "How long do I have to return something?";
    rules = () => [{ text: "You can return unused items within 30 days of delivery [1]." }];
    const whole = await ask("baton/support", question);
    const message = whole.choices[0]?.message;
    assert.match(message?.content ?? "", /30 days/);
    const [place] = message?.annotations ?? [];
    assert.equal(message?.content?.slice(place?.url_citation.start_index, place?.url_citation.end_index), "[1]");
    assert.match(place?.url_citation.url ?? "", /^baton:\/\/documents\/doc_/);
    rules = () => [{ text: "You have 900 days and get a pony [1]." }];
    assert.doesNotMatch((await ask("baton/support", question)).choices[0]?.message.content ?? "", /pony|900/);
    rules = () => ({ fault: "status", status: 401 });
    assert.match((await streamed("baton/support", question)).text, /30 days/);
    const beside = await client.chat.completions.create({ model: "cloud", messages: [{ role: "user", content: question }] }, { headers: { "x-baton-knowledge": "on" } });
    assert.match(beside.choices[0]?.message.content ?? "", /30 days/);
    const response = await client.responses.create({ model: "baton/support", input: question });
    assert.match(response.output_text, /30 days/);
    const filtered = (filter: string) => client.chat.completions.create({ model: "baton/support", messages: [{ role: "user", content: question }] }, { headers: { "x-baton-filter": filter } });
    assert.match((await filtered('{"brands":["no-such-brand"]}')).choices[0]?.message.content ?? "", /found nothing/);
    await assert.rejects(filtered('{"colour":"red"}'), (thrown: unknown) => thrown instanceof APIError && thrown.status === 400 && /x-baton-filter/.test(thrown.message));
  });
});

test("without any model the gateway still answers from the articles, and says what is missing for the rest", async () => {
  await using app = await startTestApp();
  const client = new OpenAI({ baseURL: `${app.url}/v1`, apiKey: await createKey(app.running.app.identity, "shop", "shop app"), maxRetries: 0 });
  const made = await client.chat.completions.create({ model: "baton/support", messages: [{ role: "user", content: "How long do I have to return something?" }] });
  assert.match(made.choices[0]?.message.content ?? "", /30 days/);
  assert.ok((made.choices[0]?.message.annotations?.length ?? 0) > 0);
  const thrown: unknown = await client.chat.completions.create({ model: "baton/auto", messages: [{ role: "user", content: "Hi" }] }).then(() => null, (error: unknown) => error);
  assert.ok(thrown instanceof APIError && thrown.status === 404 && /baton\/support/.test(thrown.message));
});
