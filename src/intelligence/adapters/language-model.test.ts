import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert";
import { test } from "node:test";
import { startScriptedModel, type ScriptedRequest, type ScriptedRules } from "../../../test/scripted-model.ts";
import { createAiSdkModel } from "../../models/adapters/ai-sdk.ts";
import { CONTRACT_CALL, CONTRACT_INTENTS, understanderContract } from "../understander.contract.ts";
import type { Understander } from "../understander.ts";
import { createBuiltInUnderstander } from "./built-in.ts";
import { createLanguageModelUnderstander } from "./language-model.ts";

const entityPatterns = [{ kind: "order_number", pattern: String.raw`(?<![\d.,])(\d{4})(?![\d.,])` }];
const builtIn = createBuiltInUnderstander({ intents: CONTRACT_INTENTS, entityPatterns });

/** A model that reads as the built-in classifier does: what is tested is the asking and the reading of answers. */
function asBuiltIn(request: ScriptedRequest): { text: string }[] {
  const said = request.messages.at(-1)?.text ?? "";
  const read = builtIn.understand({ text: said.slice(said.lastIndexOf("The message:\n") + 13), recent: [] });
  return [{ text: JSON.stringify({ intents: read.intents.map(({ name, confidence }) => ({ name, certainty: confidence > 0.8 ? "sure" : "likely" })), language: read.language === "und" ? "" : read.language, sentiment: read.sentiment.label, risks: read.risks }) }];
}

async function withServer(rules: ScriptedRules, work: (understander: Understander, requests: ScriptedRequest[]) => Promise<void>): Promise<void> {
  await using server = await startScriptedModel(rules);
  const model = createAiSdkModel({ wire: "openai", modelId: "gpt-6.1-terra", baseUrl: server.url, apiKey: "sk-0123456789abcdef", handling: "contract", priceMicroUsdPerMillion: { prompt: 1_000_000, completion: 2_000_000 } });
  await work(createLanguageModelUnderstander({ model, intents: CONTRACT_INTENTS, entityPatterns }), server.requests);
}

const contractServer = await startScriptedModel(asBuiltIn);
understanderContract("language model", () =>
  createLanguageModelUnderstander({ model: createAiSdkModel({ wire: "openai", modelId: "gpt-6.1-terra", baseUrl: contractServer.url, apiKey: "sk-0123456789abcdef", handling: "contract", priceMicroUsdPerMillion: null }), intents: CONTRACT_INTENTS, entityPatterns }),
);
test("the scripted model ends", () => contractServer.close());

const reading = (answer: unknown) => [{ text: JSON.stringify(answer) }, { usage: { promptTokens: 100, completionTokens: 10 } }];
const input = (text: string) => ({ text, recent: [{ author: "contact" as const, text: "Hello" }, { author: "ai" as const, text: "Hi, what is it?" }], call: CONTRACT_CALL });

test("the taxonomy, what was said before and the message are sent, by structured output, and the bill comes back", () =>
  withServer(() => reading({ intents: [{ name: "refund_status", certainty: "sure" }], language: "en", sentiment: "neutral", risks: [] }), async (understander, requests) => {
    const made = await understander.understand(input("where does the money stay"));
    deepStrictEqual([made.intents, made.usage], [[{ name: "refund_status", confidence: 0.9 }], { model: "gpt-6.1-terra", promptTokens: 100, completionTokens: 10, costMicroUsd: 120 }]);
    const [request] = requests;
    ok(request !== undefined);
    match(request.messages[0]?.text ?? "", /- refund_status Examples: "where is my refund"/);
    ok(!(request.messages[0]?.text ?? "").includes("out_of_scope"));
    strictEqual(request.messages[1]?.text, "Said before:\nCustomer: Hello\nSupport: Hi, what is it?\n\nThe message:\nwhere does the money stay");
    match(request.raw, /"response_format":\{"type":"json_schema"/);
  }));

test("an intent that the workspace does not have is dropped, and a risk that words tell is kept", () =>
  withServer(() => reading({ intents: [{ name: "buy_a_yacht", certainty: "sure" }, { name: "order_status", certainty: "guess" }], language: "English", sentiment: "positive", risks: ["boredom"] }), async (understander) => {
    const made = await understander.understand(input("Where is my order? My lawyer will contact you"));
    deepStrictEqual([made.intents, made.risks, made.language], [[{ name: "order_status", confidence: 0.4 }], ["legal"], "en"]);
  }));

test("an answer in another form is an error by name", () =>
  withServer(() => [{ text: "It is about an order." }], async (understander) => {
    await rejects(async () => understander.understand(input("where is my order")), { code: "intelligence.answer_unreadable" });
  }));

test("no model is asked about an empty message", () =>
  withServer(asBuiltIn, async (understander, requests) => {
    deepStrictEqual([(await understander.understand(input(" "))).intents, requests.length], [[], 0]);
  }));
