import assert from "node:assert/strict";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, request as httpRequest, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import OpenAI, { APIError } from "openai";
import pg from "pg";
import { startScriptedModel, type ScriptedModelServer, type ScriptedRules } from "../../../test/scripted-model.ts";
import { startTestApp, until, type TestApp } from "../../../test/start-test-app.ts";
import { createKey } from "../../identity/authenticate.ts";
import { isRecord } from "../../lib/is-record.ts";

type Asked = { path: string; body: Record<string, unknown>; text: string };
type Answer = (response: ServerResponse, asked: Asked) => void | Promise<void>;

const EVENTS = { "content-type": "text/event-stream" };
const chunk = (delta: object, finish: string | null = null) => `data: ${JSON.stringify({ id: "c", object: "chat.completion.chunk", created: 1, model: "m", choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
const OPENING = `: keep-alive\n\n${chunk({ role: "assistant", content: "" })}`;
const ENDING = `${chunk({}, "stop")}data: {"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":3,"total_tokens":10}}\n\ndata: [DONE]\n\n`;
const WHOLE = { id: "c", object: "chat.completion", created: 1, model: "m", choices: [{ index: 0, message: { role: "assistant", content: "Yes." }, finish_reason: "stop" }], usage: { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 } };
const well: Answer = (response, { body }) => {
  if (body["stream"] === true) response.writeHead(200, EVENTS).end(OPENING + chunk({ content: "Yes." }) + ENDING);
  else response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(WHOLE));
};

describe("providers that do not keep to what they should, behind the gateway", () => {
  let app: TestApp;
  let provider: Server;
  let claude: ScriptedModelServer;
  let sql: pg.Client;
  let folder: string;
  let client: OpenAI;
  let key: string;
  let answer: Answer = well;
  let second: Answer = well;
  let claudes: ScriptedRules = () => [{ text: "From Claude." }];
  const asked: Asked[] = [];

  before(async () => {
    provider = createServer((request, response) => void take(request, response).catch(() => response.destroy()));
    const take = async (request: IncomingMessage, response: ServerResponse) => {
      let text = "";
      for await (const part of request) text += String(part);
      const body: unknown = JSON.parse(text);
      const one = { path: request.url ?? "", body: isRecord(body) ? body : {}, text };
      asked.push(one);
      await (one.path.startsWith("/second") ? second : answer)(response, one);
    };
    await new Promise<void>((resolve) => provider.listen(0, "127.0.0.1", resolve));
    const address = provider.address();
    const url = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
    claude = await startScriptedModel((request) => claudes(request));
    folder = await mkdtemp(join(tmpdir(), "baton-gateway-"));
    await cp("examples/shop", folder, { recursive: true });
    const rest = "abilities: [text, tools, json, images, stream], price: { prompt: 2, completion: 10, source: our contract, readOn: 2026-11-01 }, timeouts: { firstPartMs: 600, idleMs: 400, totalMs: 8000 }";
    await writeFile(join(folder, "models.yaml"), [
      "models:",
      `  - { name: first, provider: openai-compatible, url: "${url}", handling: contract, ${rest} }`, `  - { name: second, provider: openai-compatible, url: "${url}/second", handling: contract, ${rest} }`,
      `  - { name: cloud, provider: openai, model: gpt-x, url: "${url}/cloud", ${rest} }`, `  - { name: claude, provider: anthropic, model: claude-x, url: "${claude.url}", ${rest} }`,
      `  - { name: vectors, provider: openai-compatible, url: "${url}/vectors", handling: contract, abilities: [embeddings], concurrency: 1, price: { prompt: 2, completion: 0, source: our contract, readOn: 2026-11-01 }, timeouts: { firstPartMs: 400, idleMs: 400, totalMs: 2000 } }`,
      "routes:", "  default: [first]", "  pair: [first, second]", "  mixed: [first, claude, second]", "budgets:", "  - { name: all, scope: tenant, window: month, hard: 1000 }",
    ].join("\n"));
    app = await startTestApp({ env: { BATON_WORKSPACE: folder, OPENAI_API_KEY: "sk-env", ANTHROPIC_API_KEY: "sk-ant" } });
    sql = new pg.Client({ connectionString: app.databaseUrl });
    await sql.connect();
    key = await createKey(app.running.app.identity, "shop", "shop app", ["gateway"]);
    client = new OpenAI({ baseURL: `${app.url}/v1`, apiKey: key, maxRetries: 0 });
  });
  after(async () => {
    await sql.end();
    await app[Symbol.asyncDispose]();
    provider.closeAllConnections();
    provider.close();
    await claude.close();
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(() => {
    [answer, second, claudes] = [well, well, () => [{ text: "From Claude." }]];
    return ask("first").then(() => void (asked.length = 0));
  });

  const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: "user", content: "Hi" }];
  const ask = (model: string, more: Partial<OpenAI.ChatCompletionCreateParamsNonStreaming> = {}) => client.chat.completions.create({ model, messages, ...more });
  const errorOf = async (work: Promise<unknown>): Promise<APIError> => {
    const thrown: unknown = await work.then(() => assert.fail("no error"), (error: unknown) => error);
    assert.ok(thrown instanceof APIError, String(thrown));
    return thrown;
  };
  async function streamed(model: string, more: object = {}, as = client): Promise<string> {
    let text = "";
    for await (const part of await as.chat.completions.create({ model, messages, ...more, stream: true })) text += part.choices[0]?.delta.content ?? "";
    return text;
  }
  /** Calls are told apart by their user. */
  const rows = async (user: string, count: number): Promise<{ outcome: string; prompt: number; completion: number; estimated: boolean; cost: number }[]> => {
    const read = async () => (await sql.query("select outcome, prompt_tokens::int as prompt, completion_tokens::int as completion, is_estimated as estimated, micro_usd::int as cost from model_use where user_id = $1 order by at, id", [user])).rows;
    await until(async () => (await read()).length >= count);
    return read();
  };

  test("a call that ends without figures is charged as the whole answer, where one may have been made unseen", async () => {
    const faults: [string, number, Answer][] = [
      ["gateway timeout", 3, (response) => void response.writeHead(504).end("late")], ["no JSON", 1, (response) => void response.writeHead(200, { "content-type": "application/json" }).end("{\"choices\":[")],
      ["half", 3, (response) => { response.writeHead(200, { "content-type": "application/json", "content-length": 500 }).write("{\"cho"); setTimeout(() => response.destroy(), 20); }],
    ];
    for (const [user, tries, fault] of faults) {
      // What goes well in between keeps the model from being left alone.
      answer = well;
      await ask("first");
      answer = fault;
      await errorOf(ask("first", { user, max_tokens: 50 }));
      const found = await rows(user, tries);
      assert.deepEqual(found.map((row) => [row.outcome, row.completion, row.estimated]), Array.from({ length: tries }, () => ["failed", 50, true]), user);
    }
    answer = (response) => void response.writeHead(400, { "content-type": "application/json" }).end("{\"error\":{\"message\":\"no\"}}");
    await errorOf(ask("first", { user: "refused" }));
    assert.deepEqual((await rows("refused", 1)).map((row) => row.cost), [0]);
  });

  test("thinking is counted, also of whoever leaves while it goes on, by whatever name it comes", async () => {
    for (const member of ["reasoning_content", "reasoning"]) {
      answer = (response) => void response.writeHead(200, EVENTS).write(OPENING + chunk({ [member]: "think ".repeat(100) }).repeat(5));
      for await (const _ of await client.chat.completions.create({ model: "first", messages, user: member, max_tokens: 4_000, stream: true })) break;
      const [row] = await rows(member, 1);
      assert.deepEqual([row?.outcome, row?.estimated], ["cancelled", true]);
      assert.ok((row?.completion ?? 0) >= 1_000 && (row?.completion ?? 0) < 1_100, `${member} ${row?.completion}`);
    }
  });

  test("figures that came before the end of a broken stream are what is charged", async () => {
    answer = (response) => {
      response.writeHead(200, EVENTS).write(`${OPENING}${chunk({ content: "Yes." })}data: {"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":3}}\n\n`);
      setTimeout(() => response.destroy(), 20);
    };
    await errorOf(streamed("first", { user: "told" }));
    assert.deepEqual((await rows("told", 1)).map((row) => [row.outcome, row.prompt, row.completion, row.estimated]), [["failed", 7, 3, false]]);
  });

  test("figures that cannot be meant are not believed", async () => {
    answer = (response) => void response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ ...WHOLE, usage: { prompt_tokens: 7, completion_tokens: 9e15 } }));
    await ask("first", { user: "liar" });
    answer = (response) => void response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ ...WHOLE, usage: { prompt_tokens: 7, total_tokens: 7 } }));
    await ask("first", { user: "liar" });
    assert.deepEqual((await rows("liar", 2)).map((row) => [row.completion < 100 && row.completion > 0, row.estimated]), [[true, true], [true, true]]);
  });

  test("one limit goes on, by the name that the provider knows, and one class of service", async () => {
    for (const given of [{ max_tokens: 100_000, max_completion_tokens: 20 }, { max_completion_tokens: 20 }, { max_tokens: 20 }]) {
      await ask("first", given);
      assert.deepEqual([asked.at(-1)?.body["max_tokens"], asked.at(-1)?.body["max_completion_tokens"]], [20, undefined]);
      await ask("cloud", given);
      assert.deepEqual([asked.at(-1)?.body["max_tokens"], asked.at(-1)?.body["max_completion_tokens"], asked.at(-1)?.body["service_tier"]], [undefined, 20, "default"]);
    }
    for (const tier of ["priority", "flex"] as const) assert.equal((await errorOf(ask("cloud", { service_tier: tier }))).param, "service_tier");
    await ask("cloud", { service_tier: "auto" });
    assert.equal(asked.at(-1)?.body["service_tier"], "default");
    await ask("first", { service_tier: "default" });
    assert.equal(asked.at(-1)?.body["service_tier"], undefined, "other servers do not know it");
  });

  test("every request that a provider gets was reserved by itself, also over a connection that breaks", async () => {
    await ask("first");
    asked.length = 0;
    answer = (response) => void setTimeout(() => response.destroy(), 50);
    await errorOf(ask("first", { user: "reset", max_tokens: 10 }));
    assert.equal((await rows("reset", asked.length)).length, asked.length);
    assert.equal(asked.length, 3);
  });

  test("before the first word the next model answers, whatever else had come", async () => {
    const breaks: Answer = (response) => {
      response.writeHead(200, EVENTS).write(OPENING);
      setTimeout(() => response.destroy(), 20);
    };
    const says = (event: string): Answer => (response) => void response.writeHead(200, EVENTS).end(OPENING + event);
    const silent: Answer = (response) => {
      const ping = setInterval(() => response.write(": ping\n\n"), 50);
      response.writeHead(200, EVENTS).write(OPENING);
      response.on("close", () => clearInterval(ping));
    };
    for (const fault of [breaks, says("data: {\"error\":{\"message\":\"overloaded\",\"code\":503}}\n\n"), says("data: {\n\n"), silent]) {
      answer = well;
      await ask("first");
      answer = fault;
      assert.equal(await streamed("pair"), "Yes.");
      assert.match(asked.at(-1)?.path ?? "", /^\/second/);
    }
  });

  test("after a model of another wire has failed too, the rest of the route is asked", async () => {
    answer = (response) => void response.writeHead(401).end("{}");
    claudes = () => ({ fault: "status", status: 401 });
    assert.equal((await ask("mixed")).choices[0]?.message.content, "Yes.");
    assert.equal(await streamed("mixed"), "Yes.");
  });

  test("a stream that goes on beyond the limit asked for is ended", async () => {
    answer = (response) => {
      const more = setInterval(() => response.write(chunk({ content: "and so on ".repeat(100) }).repeat(20)), 5);
      response.writeHead(200, EVENTS);
      response.on("close", () => clearInterval(more));
    };
    const from = performance.now();
    assert.equal((await errorOf(streamed("first", { max_tokens: 10 }))).code, "models.invalid_answer");
    assert.ok(performance.now() - from < 4_000);
  });

  test("a client that reads slowly gets all of it: the provider waits, and is not taken for idle", async () => {
    const event = chunk({ content: "x".repeat(60_000) });
    answer = async (response) => {
      response.writeHead(200, EVENTS);
      for (let sent = 0; sent < 250; sent += 1) if (!response.write(event)) await new Promise((resolve) => response.once("drain", resolve));
      response.end(ENDING);
    };
    const body = JSON.stringify({ model: "first", messages, stream: true, max_tokens: 1_000_000 });
    const read = await new Promise<number>((resolve, reject) => {
      const asking = httpRequest(`${app.url}/v1/chat/completions`, { method: "POST", headers: { authorization: `Bearer ${key}`, "content-type": "application/json", "content-length": body.length } }, (response) => {
        let size = 0;
        response.on("error", reject);
        response.on("data", (part: Buffer) => {
          if (size === 0) {
            response.pause();
            sleep(1_500).then(() => response.resume(), reject);
          }
          size += part.length;
        });
        response.on("end", () => resolve(size));
      });
      asking.on("error", reject);
      asking.end(body);
    });
    assert.ok(read > 250 * 60_000, String(read));
  });

  test("embeddings keep to places and times, and what was sent is paid for", async () => {
    const made = { object: "list", model: "m", data: [{ object: "embedding", index: 0, embedding: [0.5] }], usage: { prompt_tokens: 5, total_tokens: 5 } };
    const vectors = (user: string) => client.embeddings.create({ model: "vectors", input: "Hello", user, encoding_format: "float" });
    let [running, most] = [0, 0];
    answer = async (response) => {
      most = Math.max(most, (running += 1));
      await sleep(30);
      running -= 1;
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(made));
    };
    await Promise.all(Array.from({ length: 4 }, () => vectors("places")));
    assert.equal(most, 1);
    assert.deepEqual((await rows("places", 4)).map((row) => [row.prompt, row.completion, row.cost]), Array.from({ length: 4 }, () => [5, 0, 10]));
    answer = () => {};
    assert.equal((await errorOf(vectors("hangs"))).code, "models.timeout");
    assert.deepEqual((await rows("hangs", 3)).map((row) => [row.outcome, row.cost > 0, row.estimated]), Array.from({ length: 3 }, () => ["timeout", true, true]));
    answer = (response) => void response.writeHead(200, { "content-type": "application/json" }).end(`{"data":[${"0,".repeat(400_000)}0]}`);
    assert.equal((await errorOf(vectors("large"))).code, "models.invalid_answer");
    assert.ok((await rows("large", 1)).every((row) => row.cost > 0));
    answer = (response) => void response.writeHead(400, { "content-type": "application/json" }).end("{\"error\":{\"message\":\"no\"}}");
    await errorOf(vectors("no"));
    assert.deepEqual((await rows("no", 1)).map((row) => row.cost), [0]);
  });

  test("only a key that may vouch switches the hiding off", async () => {
    const error = await errorOf(client.chat.completions.create({ model: "first", messages }, { headers: { "x-baton-data": "none" } }));
    assert.deepEqual([error.status, error.code], [403, "insufficient_permissions"]);
    for (const scopes of [["gateway", "vouch"] as const, null]) {
      const vouching = new OpenAI({ baseURL: `${app.url}/v1`, apiKey: await createKey(app.running.app.identity, "shop", "vouching", scopes), maxRetries: 0, defaultHeaders: { "x-baton-data": "none" } });
      await vouching.chat.completions.create({ model: "first", messages: [{ role: "user", content: "To jo@acme.example" }] });
      assert.match(asked.at(-1)?.text ?? "", /jo@acme\.example/);
    }
  });

  test("thinking comes back with its values, and goes up again without them; so do words to stop at", async () => {
    answer = (response) => void response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ ...WHOLE, choices: [{ index: 0, message: { role: "assistant", content: "To [EMAIL_1].", reasoning: "It is [EMAIL_1]." }, finish_reason: "stop" }] }));
    const mine: OpenAI.ChatCompletionMessageParam = { role: "user", content: "I am jo@acme.example" };
    const message = (await client.chat.completions.create({ model: "first", messages: [mine] })).choices[0]?.message ?? assert.fail("no message");
    assert.equal("reasoning" in message ? message.reasoning : "", "It is jo@acme.example.");
    await client.chat.completions.create({ model: "first", messages: [mine, { ...message }, mine], stop: ["jo@acme.example", "END"] });
    const { text, body } = asked.at(-1) ?? assert.fail("nothing asked");
    assert.doesNotMatch(text, /jo@acme/);
    assert.match(text, /It is \[EMAIL_1\]/);
    assert.deepEqual(body["stop"], ["[EMAIL_1]", "END"]);
  });

  test("an address that is none is a model that is not there", async () => {
    assert.equal((await app.request("/v1/models/%ZZ", { headers: { authorization: `Bearer ${key}` } })).status, 404);
  });
});
