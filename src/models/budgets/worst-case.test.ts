import assert from "node:assert/strict";
import { test } from "node:test";
import { requestOf } from "../model.contract.ts";
import { worstCase } from "./worst-case.ts";

const price = { prompt: 1_000_000, completion: 1_000_000 };
const promptTokens = (provider: string, given: Parameters<typeof requestOf>[0]) => worstCase({ id: "m", provider, priceMicroUsdPerMillion: price }, requestOf(given)).promptTokens;

test("a prompt of digits, of which some tokenizers make a token each, is reserved whole", () => {
  assert.ok(promptTokens("mistral", { messages: [{ role: "user", text: "7".repeat(10_000) }] }) >= 10_000);
});

test("a picture is reserved as the dearest model of its provider counts it", () => {
  const messages = [{ role: "user" as const, text: "What is it?", images: [{ mediaType: "image/png", bytes: new Uint8Array(8) }] }];
  assert.ok(promptTokens("openai", { messages }) >= 2_833 + 8 * 5_667);
  assert.ok(promptTokens("anthropic", { messages }) >= 4_800);
});

test("what a provider tells its model of tools and of the form of an answer has room", () => {
  const tools = [{ name: "find", description: "Finds.", inputSchema: { type: "object" } }];
  assert.ok(promptTokens("anthropic", { tools }) - promptTokens("anthropic", {}) >= 600);
  assert.ok(promptTokens("openai", { answerSchema: { type: "object" } }) - promptTokens("openai", {}) >= 200);
});
