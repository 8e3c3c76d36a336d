import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { test } from "node:test";
import { createAiSdkModel } from "../../models/adapters/ai-sdk.ts";
import { startScriptedModel, type ScriptedAnswer } from "../../../test/scripted-model.ts";
import type { EarlierMessage } from "../build-query.ts";
import { queryIn, rewriteQuery } from "./rewrite-query.ts";

const earlier: EarlierMessage[] = [{ author: "contact", text: "Do you deliver to Norway?" }, { author: "ai", text: "Yes, we do." }, { author: "system", text: "The case was closed." }];
const question = "and how long does it take?";

async function rewrittenBy(answer: ScriptedAnswer, said: readonly EarlierMessage[] = earlier) {
  await using server = await startScriptedModel(() => answer);
  const model = createAiSdkModel({ wire: "openai-compatible", modelId: "scripted", baseUrl: server.url, handling: "inside", priceMicroUsdPerMillion: null });
  const context = { tenantId: "t", purpose: "rewrite" as const, dataClasses: [], audiences: [], cache: "off" as const };
  const given = await rewriteQuery(model, { question, earlier: said, context, signal: AbortSignal.timeout(5_000) });
  return { query: given === null ? null : queryIn({ text: given.answer.text, finishReason: given.answer.reason }), requests: server.requests };
}

test("a question that points back is asked in the model's words, which sees the talk but not the system's lines", async () => {
  const { query, requests } = await rewrittenBy([{ text: "How long does delivery to Norway take?" }]);
  strictEqual(query, "How long does delivery to Norway take?");
  const sent = requests[0]?.raw ?? "";
  ok(sent.includes("Do you deliver to Norway?") && sent.includes("and how long does it take?") && !sent.includes("The case was closed."));
});

test("without anything said before the model is not asked", async () => {
  const { query, requests } = await rewrittenBy([{ text: "never" }], []);
  deepStrictEqual([query, requests.length], [null, 0]);
});

test("an answer that is no query is not taken", async () => {
  strictEqual((await rewrittenBy([{ text: "Sure! Here is the query:\nDelivery to Norway" }])).query, null);
  strictEqual((await rewrittenBy([{ text: "x".repeat(400) }])).query, null);
  strictEqual((await rewrittenBy([{ text: "Delivery" }, { end: "length" }])).query, null);
});
