import type { ModelMessage, ModelRequest, ModelTool } from "./model.ts";

/** Bytes of UTF-8 to a token: 4 for English, 2 to 3 for other languages; 3 errs to the dear side. */
const BYTES_PER_TOKEN = 3;
const TOKENS_PER_MESSAGE = 4;
/** Providers count a picture by its size in pixels: about 85 to 1,600 tokens. */
const TOKENS_PER_IMAGE = 1_600;

/** Tokens of a text when nobody counted them. Errs upwards for written language, not for long runs of digits or symbols; mark it as an estimate (`isEstimated`). */
export function estimateTokens(text: string): number {
  return tokensOfBytes(Buffer.byteLength(text));
}

/** The same of a length in bytes of UTF-8, or in characters of which nobody kept the text. */
export function tokensOfBytes(bytes: number): number {
  return Math.ceil(bytes / BYTES_PER_TOKEN);
}

/** Tokens of a whole prompt, tools included. An estimate, as of a text. */
export function estimatePromptTokens(messages: readonly ModelMessage[], tools: readonly ModelTool[]): number {
  const { bytes, images } = measure(messages, tools);
  return tokensOfBytes(bytes) + (messages.length + tools.length) * TOKENS_PER_MESSAGE + images * TOKENS_PER_IMAGE;
}

/**
 * The most that one picture counts: the dearest model of each provider at its largest size. OpenAI's tiles are dearest in gpt-4o-mini (2,833 and 5,667 for each of 8),
 * Anthropic's largest picture is near 4,800, open models take up to 16,384.
 */
const MOST_PER_IMAGE: Readonly<Record<string, number>> = { openai: 50_000, azure: 50_000, anthropic: 5_000, google: 10_000, mistral: 8_000, bedrock: 10_000 };
const MOST_PER_IMAGE_ELSEWHERE = 20_000;
/** Marks around a message and its author's name. */
const MOST_PER_MESSAGE = 16;
/** What a provider tells its model of how to call tools, or of the form of an answer: Anthropic up to 600 tokens. */
const MOST_INSTRUCTIONS = 1_000;

/** The most tokens that a prompt can count at this provider (`wire`): no tokenizer in use makes more than one of a byte. */
export function boundPromptTokens(provider: string, request: Pick<ModelRequest, "messages" | "tools" | "answerSchema">): number {
  const { bytes, images } = measure(request.messages, request.tools);
  const schema = request.answerSchema === undefined ? 0 : MOST_INSTRUCTIONS + Buffer.byteLength(JSON.stringify(request.answerSchema));
  const tools = request.tools.length === 0 ? 0 : MOST_INSTRUCTIONS;
  return bytes + images * (MOST_PER_IMAGE[provider] ?? MOST_PER_IMAGE_ELSEWHERE) + (request.messages.length + request.tools.length + 1) * MOST_PER_MESSAGE + tools + schema;
}

function measure(messages: readonly ModelMessage[], tools: readonly ModelTool[]): { bytes: number; images: number } {
  let bytes = 0;
  let images = 0;
  for (const message of messages) {
    bytes += Buffer.byteLength(message.text);
    if (message.role === "user") images += message.images?.length ?? 0;
    if (message.role === "assistant") for (const call of message.toolCalls ?? []) bytes += Buffer.byteLength(call.toolName + JSON.stringify(call.arguments ?? null));
  }
  for (const tool of tools) bytes += Buffer.byteLength(tool.name + tool.description + JSON.stringify(tool.inputSchema));
  return { bytes, images };
}
