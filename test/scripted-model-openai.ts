import { asList, asRecord, readCall, summarise, wait } from "./scripted-model-parts.ts";
import type { ScriptedMessage, ScriptedPart, ScriptedRequest, ScriptedWire } from "./scripted-model.ts";

/** OpenAI's Chat Completions. Source: platform.openai.com/docs/api-reference/chat. */
export const openaiWire: ScriptedWire = {
  readMessages: (body) => asList(body["messages"]).map(asRecord).map(readMessage),
  readToolNames: (body) => asList(body["tools"]).map((tool) => String(asRecord(asRecord(tool)["function"])["name"])),
  readLimit: (body) => body["max_completion_tokens"] ?? body["max_tokens"],
  async *streamEvents(parts, request) {
    yield* openEvents(parts, request);
    const { end, usage } = summarise(parts, request);
    yield chunk(request, { choices: [{ index: 0, delta: {}, finish_reason: end }] });
    if (usage && asRecord(request.body["stream_options"])["include_usage"] === true) yield chunk(request, { choices: [], usage: writeUsage(usage) });
    yield "data: [DONE]\n\n";
  },
  openEvents,
  errorEvent: (code, message) => `data: ${JSON.stringify({ error: { message, type: "server_error", code } })}\n\n`,
  textEvent: (text) => `data: ${JSON.stringify({ id: "chatcmpl-endless", object: "chat.completion.chunk", created: 1, model: "scripted", choices: [{ index: 0, delta: { content: text }, finish_reason: null }] })}\n\n`,
  wholeAnswer(parts, request) {
    const { text, calls, usage, end } = summarise(parts, request);
    const toolCalls = calls.map((call) => ({ id: call.id, type: "function", function: { name: call.name, arguments: call.rawArguments } }));
    const message = { role: "assistant", content: text === "" ? null : text, ...(toolCalls.length > 0 ? { tool_calls: toolCalls } : {}) };
    return { id: `chatcmpl-${request.number}`, object: "chat.completion", created: 1, model: request.model, choices: [{ index: 0, message, finish_reason: end }], ...(usage ? { usage: writeUsage(usage) } : {}) };
  },
  errorBody: (code, message) => ({ error: { message, type: code, param: null, code } }),
};

/** Mistral's: calls come whole, the figures with the finish, and no option asks for them. Source: docs.mistral.ai/api. */
export const mistralWire: ScriptedWire = {
  ...openaiWire,
  async *streamEvents(parts, request) {
    yield* openWhole(parts, request);
    const { end, usage } = summarise(parts, request);
    yield chunk(request, { choices: [{ index: 0, delta: { content: "" }, finish_reason: end === "content_filter" ? "error" : end }], ...(usage ? { usage: writeUsage(usage) } : {}) });
    yield "data: [DONE]\n\n";
  },
  openEvents: openWhole,
  errorBody: (code, message) => ({ object: "error", type: code, message, param: null, code }),
};

async function* openWhole(parts: readonly ScriptedPart[], request: ScriptedRequest): AsyncGenerator<string> {
  const delta = (value: object) => chunk(request, { choices: [{ index: 0, delta: value, finish_reason: null }] });
  yield delta({ role: "assistant", content: "" });
  let index = 0;
  for (const part of parts) {
    if ("waitMs" in part) await wait(part.waitMs);
    if ("text" in part) yield delta({ content: part.text });
    if (!("toolCall" in part)) continue;
    const call = readCall(part, index, request);
    yield delta({ content: "", tool_calls: [{ index: index++, id: call.id, function: { name: call.name, arguments: call.rawArguments } }] });
  }
}

async function* openEvents(parts: readonly ScriptedPart[], request: ScriptedRequest): AsyncGenerator<string> {
  const delta = (value: object) => chunk(request, { choices: [{ index: 0, delta: value, finish_reason: null }] });
  yield delta({ role: "assistant", content: "" });
  let index = 0;
  for (const part of parts) {
    if ("waitMs" in part) await wait(part.waitMs);
    if ("text" in part) yield delta({ content: part.text });
    if (!("toolCall" in part)) continue;
    const call = readCall(part, index, request);
    const half = Math.ceil(call.rawArguments.length / 2);
    yield delta({ tool_calls: [{ index, id: call.id, type: "function", function: { name: call.name, arguments: "" } }] });
    for (const piece of [call.rawArguments.slice(0, half), call.rawArguments.slice(half)]) yield delta({ tool_calls: [{ index, function: { arguments: piece } }] });
    index += 1;
  }
}

function chunk(request: ScriptedRequest, rest: object): string {
  return `data: ${JSON.stringify({ id: `chatcmpl-${request.number}`, object: "chat.completion.chunk", created: 1, model: request.model, ...rest })}\n\n`;
}

function writeUsage(usage: { promptTokens: number; completionTokens: number }): object {
  return { prompt_tokens: usage.promptTokens, completion_tokens: usage.completionTokens, total_tokens: usage.promptTokens + usage.completionTokens };
}

function readMessage(message: Record<string, unknown>): ScriptedMessage {
  const content = message["content"];
  const text = typeof content === "string" ? content : asList(content).map((part) => String(asRecord(part)["text"] ?? "")).join("");
  const toolCalls = asList(message["tool_calls"]).map(asRecord).map((call) => {
    const called = asRecord(call["function"]);
    return { id: String(call["id"]), name: String(called["name"]), arguments: JSON.parse(String(called["arguments"])) };
  });
  const role = message["role"] === "developer" ? "system" : String(message["role"]);
  const images = asList(typeof content === "string" ? [] : content).map(asRecord).filter((part) => part["type"] === "image_url").map((part) => readDataUrl(part["image_url"]));
  return { role, text, toolCalls, callId: typeof message["tool_call_id"] === "string" ? message["tool_call_id"] : null, images };
}

/** Mistral takes the address as it is, OpenAI in an object. */
function readDataUrl(given: unknown): { mediaType: string; base64: string } {
  const url = String(typeof given === "string" ? given : asRecord(given)["url"]);
  const read = /^data:([^;]+);base64,(.*)$/.exec(url);
  return { mediaType: read?.[1] ?? "", base64: read?.[2] ?? "" };
}
