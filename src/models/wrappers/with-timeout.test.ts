import assert from "node:assert/strict";
import { test } from "node:test";
import { type ScriptedAnswer, startScriptedModel } from "../../../test/scripted-model.ts";
import { createAiSdkModel } from "../adapters/index.ts";
import { errorOf, requestOf } from "../model.contract.ts";
import type { Model } from "../model.ts";
import { readAnswer } from "../read-answer.ts";
import { withTimeout, type ModelTimeouts } from "./with-timeout.ts";

/** Only the limit under test is short: on a busy machine another one must not be first. */
const LONG: ModelTimeouts = { firstPartMs: 20_000, idleMs: 20_000, totalMs: 20_000 };

async function openLimited(answer: ScriptedAnswer, timeouts: Partial<ModelTimeouts>) {
  const server = await startScriptedModel(() => answer);
  const plain = createAiSdkModel({ wire: "openai-compatible", modelId: "m", baseUrl: server.url, handling: "inside", priceMicroUsdPerMillion: null });
  const model = withTimeout(plain, { ...LONG, ...timeouts });
  return { server, ask: (signal = new AbortController().signal) => readAnswer(model, requestOf({ signal })), [Symbol.asyncDispose]: server.close };
}

test("a server that says nothing is models.timeout of the first part, and may be asked again", async () => {
  await using limited = await openLimited({ fault: "hang" }, { firstPartMs: 250 });
  const error = await errorOf(limited.ask());
  assert.deepEqual([error.code, error.isRetryable, error.details["phase"]], ["models.timeout", true, "first_part"]);
});

test("an answer that goes on for too long is models.timeout of the whole, and its connection closes", async () => {
  await using limited = await openLimited([{ text: "It" }, { waitMs: 300 }, { text: " is" }, { waitMs: 5_000 }, { text: "." }], { totalMs: 600 });
  assert.equal((await errorOf(limited.ask())).details["phase"], "total");
  for (let waited = 0; limited.server.abandoned() === 0 && waited < 5_000; waited += 10) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.equal(limited.server.abandoned(), 1);
});

test("an answer that stops in the middle is models.timeout of the silence", async () => {
  await using limited = await openLimited([{ text: "It" }, { waitMs: 5_000 }, { text: " is" }], { idleMs: 400 });
  assert.equal((await errorOf(limited.ask())).details["phase"], "idle");
});

test("an answer in time comes through, although it takes longer than the first part may", async () => {
  await using limited = await openLimited([{ text: "It" }, { waitMs: 1_000 }, { text: " is" }], { firstPartMs: 900 });
  assert.equal((await limited.ask()).text, "It is");
});

test("the caller's own cancel stays a cancel", async () => {
  await using limited = await openLimited({ fault: "hang" }, {});
  assert.equal((await errorOf(limited.ask(AbortSignal.timeout(20)))).code, "models.cancelled");
});

test("a model that ignores its signal is left behind", async () => {
  const deaf: Model = { id: "deaf", provider: "test", handling: "inside", priceMicroUsdPerMillion: null, stream: () => ({ [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => undefined) }) }) };
  assert.equal((await errorOf(readAnswer(withTimeout(deaf, { firstPartMs: 20, idleMs: 20, totalMs: 40 }), requestOf()))).code, "models.timeout");
});
