import assert from "node:assert/strict";
import { test } from "node:test";
import { type ScriptedAnswer, startScriptedModel } from "../../../test/scripted-model.ts";
import { createAiSdkModel } from "../adapters/index.ts";
import { errorOf, requestOf } from "../model.contract.ts";
import type { Model } from "../model.ts";
import { readAnswer } from "../read-answer.ts";
import { withTimeout } from "./with-timeout.ts";

async function openLimited(answer: ScriptedAnswer) {
  const server = await startScriptedModel(() => answer);
  const plain = createAiSdkModel({ wire: "openai-compatible", modelId: "m", baseUrl: server.url, handling: "inside", priceMicroUsdPerMillion: null });
  const model = withTimeout(plain, { firstPartMs: 250, idleMs: 400, totalMs: 600 });
  return { server, ask: (signal = new AbortController().signal) => readAnswer(model, requestOf({ signal })), [Symbol.asyncDispose]: server.close };
}

test("a server that says nothing is models.timeout of the first part, and may be asked again", async () => {
  await using limited = await openLimited({ fault: "hang" });
  const error = await errorOf(limited.ask());
  assert.deepEqual([error.code, error.isRetryable, error.details["phase"]], ["models.timeout", true, "first_part"]);
});

test("an answer that goes on for too long is models.timeout of the whole, and its connection closes", async () => {
  await using limited = await openLimited([{ text: "It" }, { waitMs: 300 }, { text: " is" }, { waitMs: 5_000 }, { text: "." }]);
  assert.equal((await errorOf(limited.ask())).details["phase"], "total");
  await new Promise((resolve) => setTimeout(resolve, 30));
  assert.equal(limited.server.abandoned(), 1);
});

test("an answer that stops in the middle is models.timeout of the silence", async () => {
  await using limited = await openLimited([{ text: "It" }, { waitMs: 5_000 }, { text: " is" }]);
  assert.equal((await errorOf(limited.ask())).details["phase"], "idle");
});

test("an answer in time comes through, although it takes longer than the first part may", async () => {
  await using limited = await openLimited([{ text: "It" }, { waitMs: 300 }, { text: " is" }]);
  assert.equal((await limited.ask()).text, "It is");
});

test("the caller's own cancel stays a cancel", async () => {
  await using limited = await openLimited({ fault: "hang" });
  assert.equal((await errorOf(limited.ask(AbortSignal.timeout(20)))).code, "models.cancelled");
});

test("a model that ignores its signal is left behind", async () => {
  const deaf: Model = { id: "deaf", provider: "test", handling: "inside", priceMicroUsdPerMillion: null, stream: () => ({ [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => undefined) }) }) };
  assert.equal((await errorOf(readAnswer(withTimeout(deaf, { firstPartMs: 20, idleMs: 20, totalMs: 40 }), requestOf()))).code, "models.timeout");
});
