import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleepFor } from "node:timers/promises";
import { type ScriptedAnswer, startScriptedModel } from "../../../test/scripted-model.ts";
import { createAiSdkModel } from "../adapters/index.ts";
import { errorOf, requestOf } from "../model.contract.ts";
import { readAnswer } from "../read-answer.ts";
import { DEFAULT_RETRY, type RetrySettings, withRetry } from "./with-retry.ts";

async function openRetried(answers: ScriptedAnswer[], settings: Partial<RetrySettings> = {}) {
  const server = await startScriptedModel(({ number }) => answers[number - 1] ?? answers.at(-1) ?? []);
  const waits: number[] = [];
  const sleep = (ms: number, signal: AbortSignal) => {
    signal.throwIfAborted();
    waits.push(ms);
    return Promise.resolve();
  };
  const plain = createAiSdkModel({ wire: "openai-compatible", modelId: "m", baseUrl: server.url, handling: "inside", priceMicroUsdPerMillion: null });
  const model = withRetry(plain, { ...DEFAULT_RETRY, ...settings }, { sleep, random: () => 0.5 });
  return { server, waits, model, ask: (signal = new AbortController().signal) => readAnswer(model, requestOf({ signal })), [Symbol.asyncDispose]: server.close };
}

test("a call that fails before its first part is asked again, with growing waits", async () => {
  await using retried = await openRetried([{ fault: "status", status: 500 }, { fault: "status", status: 529 }, [{ text: "Yes." }]]);
  assert.equal((await retried.ask()).text, "Yes.");
  assert.equal(retried.server.requests.length, 3);
  assert.deepEqual(retried.waits, [125, 250]);
});

test("a call that fails after its first part is not asked again", async () => {
  await using retried = await openRetried([{ fault: "half_stream", parts: [{ text: "It" }], ending: "end" }]);
  assert.equal((await errorOf(retried.ask())).code, "models.unavailable");
  assert.equal(retried.server.requests.length, 1);
});

test("an error that a repeat would not mend is not asked again", async () => {
  await using retried = await openRetried([{ fault: "status", status: 401 }]);
  assert.equal((await errorOf(retried.ask())).code, "models.unauthorized");
  assert.equal(retried.server.requests.length, 1);
});

test("a short Retry-After is waited for, a long one goes to the caller", async () => {
  await using short = await openRetried([{ fault: "status", status: 429, headers: { "retry-after": "2" } }, [{ text: "Yes." }]]);
  await short.ask();
  assert.deepEqual(short.waits, [2_000]);
  await using long = await openRetried([{ fault: "status", status: 429, headers: { "retry-after": "60" } }]);
  assert.equal((await errorOf(long.ask())).details["retryAfterMs"], 60_000);
  assert.equal(long.server.requests.length, 1);
});

test("a call cancelled while it waits ends as models.cancelled", async () => {
  const closing = new AbortController();
  await using server = await startScriptedModel(() => {
    setTimeout(() => closing.abort(), 20);
    return { fault: "status", status: 500 };
  });
  const plain = createAiSdkModel({ wire: "openai-compatible", modelId: "m", baseUrl: server.url, handling: "inside", priceMicroUsdPerMillion: null });
  const model = withRetry(plain, { ...DEFAULT_RETRY, baseDelayMs: 60_000, maxDelayMs: 60_000 });
  assert.equal((await errorOf(readAnswer(model, requestOf({ signal: closing.signal })))).code, "models.cancelled");
});

test("a dead provider is left alone for the cool-down, then tried once, then used again", async () => {
  const answers: ScriptedAnswer[] = [...Array.from({ length: 4 }, () => ({ fault: "status", status: 500 }) as const), [{ text: "Yes." }]];
  await using retried = await openRetried(answers, { maxAttempts: 1, breaker: { failuresToOpen: 3, coolDownMs: 150 } });
  for (let i = 0; i < 3; i += 1) await errorOf(retried.ask());
  const failFast = await errorOf(retried.ask());
  assert.deepEqual([failFast.code, failFast.details["isFailingFast"]], ["models.unavailable", true]);
  assert.equal(retried.server.requests.length, 3);
  await sleepFor(160);
  await errorOf(retried.ask());
  assert.equal(retried.server.requests.length, 4, "the trial failed, so it is left alone again");
  await errorOf(retried.ask());
  assert.equal(retried.server.requests.length, 4);
  await sleepFor(160);
  assert.equal((await retried.ask()).text, "Yes.");
  assert.equal((await retried.ask()).text, "Yes.");
});

test("while one call tries a provider again, the others still fail fast, and an abandoned trial frees the place", async () => {
  const breaker = { failuresToOpen: 1, coolDownMs: 50 };
  await using retried = await openRetried([{ fault: "status", status: 500 }, [{ text: "Y" }, { waitMs: 5_000 }], [{ text: "Yes." }]], { maxAttempts: 1, breaker });
  await errorOf(retried.ask());
  await sleepFor(60);
  for await (const part of retried.model.stream(requestOf())) {
    assert.equal(part.kind, "text");
    assert.equal((await errorOf(retried.ask())).details["isFailingFast"], true);
    break;
  }
  assert.equal((await retried.ask()).text, "Yes.");
});

test("a trial that is called off before it has answered leaves the provider alone again", async () => {
  await using retried = await openRetried([{ fault: "status", status: 500 }, [{ waitMs: 5_000 }], [{ text: "Yes." }]], { maxAttempts: 1, breaker: { failuresToOpen: 1, coolDownMs: 100 } });
  await errorOf(retried.ask());
  await sleepFor(110);
  const closing = new AbortController();
  setTimeout(() => closing.abort(), 30);
  assert.equal((await errorOf(retried.ask(closing.signal))).code, "models.cancelled");
  assert.equal((await errorOf(retried.ask())).details["isFailingFast"], true);
  await sleepFor(110);
  assert.equal((await retried.ask()).text, "Yes.");
});
