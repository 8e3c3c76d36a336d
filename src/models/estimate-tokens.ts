import type { ModelMessage, ModelTool } from "./model.ts";

/** Bytes of UTF-8 to a token: 4 for English, 2 to 3 for other languages; 3 errs to the dear side. */
const BYTES_PER_TOKEN = 3;
const TOKENS_PER_MESSAGE = 4;
/** Providers count a picture by its size in pixels: about 85 to 1,600 tokens. */
const TOKENS_PER_IMAGE = 1_600;

/** Tokens of a text when nobody counted them. An estimate that errs upwards; mark it as one (`isEstimated`). */
export function estimateTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / BYTES_PER_TOKEN);
}

/** Tokens of a whole prompt, tools included. An estimate that errs upwards. */
export function estimatePromptTokens(messages: readonly ModelMessage[], tools: readonly ModelTool[]): number {
  let tokens = 0;
  for (const message of messages) {
    tokens += TOKENS_PER_MESSAGE + estimateTokens(message.text);
    if (message.role === "user") tokens += (message.images?.length ?? 0) * TOKENS_PER_IMAGE;
    if (message.role === "assistant") for (const call of message.toolCalls ?? []) tokens += estimateTokens(call.toolName + JSON.stringify(call.arguments ?? null));
  }
  for (const tool of tools) tokens += TOKENS_PER_MESSAGE + estimateTokens(tool.name + tool.description + JSON.stringify(tool.inputSchema));
  return tokens;
}
