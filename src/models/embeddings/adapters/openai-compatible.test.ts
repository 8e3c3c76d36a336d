import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import { createServer, type IncomingHttpHeaders } from "node:http";
import { text } from "node:stream/consumers";
import { after, test } from "node:test";
import { z } from "zod";
import type { Embedder } from "../embedder.ts";
import { describeEmbedderCancelling, describeEmbedderContract } from "../embedder.contract.ts";
import { noContext } from "../../model.contract.ts";
import { createHashedEmbedder } from "./hashed.ts";
import { createOpenAiEmbedder, type OpenAiEmbedderOptions } from "./openai-compatible.ts";

const body = z.strictObject({ model: z.string(), input: z.array(z.string()).min(1), encoding_format: z.literal("float") });
type Asked = z.output<typeof body> & { path: string; headers: IncomingHttpHeaders };
type Answer = { status?: number; headers?: Record<string, string>; body?: unknown; isSilent?: boolean };

const DIMENSIONS = 64;
const RETRY = { maxAttempts: 3, baseDelayMs: 1, maxDelayMs: 50, requestMs: 10_000 };

/** A server that speaks `/v1/embeddings` with hashed vectors, out of order; `script` answers otherwise as long as it gives something. */
async function startServer(script: (number: number, asked: Asked) => Answer | null = () => null) {
  const asked: Asked[] = [];
  const hashed = createHashedEmbedder({ dimensions: DIMENSIONS });
  const server = createServer((request, response) => {
    void (async () => {
      const read = { ...body.parse(JSON.parse(await text(request))), path: request.url ?? "", headers: request.headers };
      asked.push(read);
      const scripted = script(asked.length, read);
      if (scripted?.isSilent === true) return;
      const vectors = await hashed.embed(read.input, "passage", AbortSignal.timeout(1_000), noContext);
      const whole = { object: "list", model: read.model, data: vectors.map((vector, index) => ({ object: "embedding", index, embedding: Array.from(vector, (value) => value * 3) })).reverse(), usage: { prompt_tokens: 1, total_tokens: 1 } };
      const answer = scripted?.body ?? whole;
      response.writeHead(scripted?.status ?? 200, { "content-type": "application/json", ...scripted?.headers });
      response.end(typeof answer === "string" ? answer : JSON.stringify(answer));
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const open = (more: Partial<OpenAiEmbedderOptions> = {}): Embedder => createOpenAiEmbedder({ modelId: "small", baseUrl: `http://127.0.0.1:${address.port}/v1`, dimensions: DIMENSIONS, handling: "inside", retry: RETRY, ...more });
  return {
    asked, open,
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

const shared = await startServer();

after(() => shared[Symbol.asyncDispose]());
describeEmbedderContract("OpenAI-compatible", () => Promise.resolve(shared.open()));
describeEmbedderCancelling("OpenAI-compatible", () => Promise.resolve(shared.open()));

const soon = () => AbortSignal.timeout(10_000);

test("texts go in batches, with the key and the prefix of their kind, and a blank one as a full stop", async () => {
  await using server = await startServer();
  const embedder = server.open({ apiKey: "sk-1", prefixes: { query: "q: ", passage: "p: " } });
  await embedder.embed(Array.from({ length: 65 }, () => " "), "passage", soon(), noContext);
  await embedder.embed(["why"], "query", soon(), noContext);
  deepStrictEqual(server.asked.map(({ input }) => input.length), [64, 1, 1]);
  deepStrictEqual([server.asked[0]?.input[0], server.asked[2]?.input[0], server.asked[0]?.headers.authorization, server.asked[0]?.path], ["p: .", "q: why", "Bearer sk-1", "/v1/embeddings"]);
});

test("a busy or broken server is asked again, and Retry-After is waited for", async () => {
  await using server = await startServer((number) => (number === 1 ? { status: 503, body: "busy" } : number === 2 ? { status: 429, headers: { "retry-after-ms": "20" }, body: {} } : null));
  strictEqual((await server.open().embed(["a"], "query", soon(), noContext)).length, 1);
  strictEqual(server.asked.length, 3);
});

test("a server that stays broken, refuses the key or asks for a long wait is named, the last two at once", async () => {
  await using broken = await startServer(() => ({ status: 500, body: "<html>" }));
  await rejects(broken.open().embed(["a"], "query", soon(), noContext), { code: "models.unavailable" });
  strictEqual(broken.asked.length, RETRY.maxAttempts);
  await using closed = await startServer(() => ({ status: 401, body: { error: { message: "wrong key sk-secret-123456" } } }));
  await rejects(closed.open().embed(["a"], "query", soon(), noContext), (error: Error) => "code" in error && error.code === "models.unauthorized" && !JSON.stringify(error).includes("sk-secret-123456"));
  await using slow = await startServer(() => ({ status: 429, headers: { "retry-after": "3600" }, body: {} }));
  await rejects(slow.open().embed(["a"], "query", soon(), noContext), { code: "models.rate_limited" });
  deepStrictEqual([closed.asked.length, slow.asked.length], [1, 1]);
});

test("answers that are no list of vectors are refused with what to look at", async () => {
  const wrong = [{ data: [] }, "<html>hello</html>", { data: [{ index: 0, embedding: ["x"] }] }, { data: [{ index: 5, embedding: Array.from({ length: DIMENSIONS }, () => 0) }] }];
  for (const each of wrong) {
    await using server = await startServer(() => ({ body: each }));
    await rejects(server.open().embed(["a"], "query", soon(), noContext), { code: "models.invalid_answer" }, JSON.stringify(each).slice(0, 60));
  }
  await using server = await startServer();
  await rejects(server.open({ dimensions: 3 }).embed(["a"], "query", soon(), noContext), { code: "models.invalid_answer", message: "The embedding model's vectors have 64 dimensions, not 3; correct the setting." });
});

test("a redirect is not followed, nobody there is unavailable, and silence ends with the caller's patience", async () => {
  await using elsewhere = await startServer();
  await using server = await startServer(() => ({ status: 302, headers: { location: "http://127.0.0.1:1/" }, body: "" }));
  await rejects(server.open().embed(["a"], "query", soon(), noContext), { code: "models.invalid_answer" });
  await rejects(elsewhere.open({ baseUrl: "http://127.0.0.1:1/v1" }).embed(["a"], "query", soon(), noContext), { code: "models.unavailable" });
  await using silent = await startServer(() => ({ isSilent: true }));
  await rejects(silent.open().embed(["a"], "query", AbortSignal.timeout(50), noContext), { code: "models.cancelled" });
  await rejects(silent.open({ retry: { ...RETRY, maxAttempts: 2, requestMs: 50 } }).embed(["a"], "query", soon(), noContext), { code: "models.timeout" });
  ok(silent.asked.length >= 3);
});
