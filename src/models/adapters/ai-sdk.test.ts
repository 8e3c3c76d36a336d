import assert from "node:assert/strict";
import { test } from "node:test";
import { startScriptedModel } from "../../../test/scripted-model.ts";
import { describeModelContract, requestOf } from "../model.contract.ts";
import { readAnswer } from "../read-answer.ts";
import { createAiSdkModel } from "./ai-sdk.ts";

const shared = { apiKey: "sk-scripted-secret-0123456789", handling: "contract" as const, priceMicroUsdPerMillion: null };

describeModelContract("OpenAI", (baseUrl) => createAiSdkModel({ ...shared, wire: "openai", modelId: "gpt-6.1-terra", baseUrl }));
describeModelContract("Anthropic", (baseUrl) => createAiSdkModel({ ...shared, wire: "anthropic", modelId: "claude-haiku-5-5", baseUrl }));
describeModelContract("OpenAI-compatible", (baseUrl) => createAiSdkModel({ ...shared, wire: "openai-compatible", modelId: "qwen3:4b", baseUrl, hasJson: true }));
describeModelContract("Google", (baseUrl) => createAiSdkModel({ ...shared, wire: "google", modelId: "gemini-2.5-flash", baseUrl }));
describeModelContract("Mistral", (baseUrl) => createAiSdkModel({ ...shared, wire: "mistral", modelId: "mistral-small-latest", baseUrl: `${baseUrl}/mistral` }));
describeModelContract("Azure OpenAI", (baseUrl) => createAiSdkModel({ ...shared, wire: "azure", modelId: "our-deployment", baseUrl: `${baseUrl}/azure` }));
describeModelContract("Amazon Bedrock", (baseUrl) => createAiSdkModel({ ...shared, wire: "bedrock", modelId: "anthropic.claude-haiku-4-5-20251001-v1:0", region: "eu-central-1", baseUrl }));
describeModelContract("Ollama", (baseUrl) => createAiSdkModel({ wire: "openai-compatible", modelId: "llama3.2", baseUrl, handling: "inside", priceMicroUsdPerMillion: null, hasJson: true }));

test("a thinking model is told not to think, and an older or unknown one is told nothing", async () => {
  await using server = await startScriptedModel(() => [{ text: "Yes." }]);
  const sentBy = async (wire: "openai" | "anthropic" | "openai-compatible", modelId: string) => {
    await readAnswer(createAiSdkModel({ ...shared, wire, modelId, baseUrl: server.url }), requestOf());
    const body = server.requests.at(-1)?.body;
    return body?.["reasoning_effort"] ?? body?.["thinking"];
  };
  assert.equal(await sentBy("openai", "gpt-6.1-terra"), "none");
  assert.equal(await sentBy("openai", "gpt-4.1-mini"), undefined);
  assert.deepEqual(await sentBy("anthropic", "claude-haiku-5-5"), { type: "disabled" });
  assert.equal(await sentBy("openai-compatible", "qwen3:4b"), undefined);
});

test("a model without a key sends none", async () => {
  await using server = await startScriptedModel(() => [{ text: "Yes." }]);
  const model = createAiSdkModel({ wire: "openai-compatible", modelId: "qwen3:4b", baseUrl: server.url, handling: "inside", priceMicroUsdPerMillion: null });
  assert.equal((await readAnswer(model, requestOf())).text, "Yes.");
  assert.equal(server.requests[0]?.headers["authorization"], undefined);
});
