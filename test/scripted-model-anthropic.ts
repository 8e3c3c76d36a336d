import { asList, asRecord, readCall, summarise, wait } from "./scripted-model-parts.ts";
import type { ScriptedMessage, ScriptedPart, ScriptedRequest, ScriptedWire } from "./scripted-model.ts";

/** Anthropic's Messages. Source: platform.claude.com/docs/en/build-with-claude/streaming. */
export const anthropicWire: ScriptedWire = {
  readMessages(body) {
    const system = textOf(body["system"]);
    const messages = asList(body["messages"]).map(asRecord).flatMap(readMessage);
    return system === "" ? messages : [{ role: "system", text: system, toolCalls: [], callId: null, images: [] }, ...messages];
  },
  readToolNames: (body) => asList(body["tools"]).map((tool) => String(asRecord(tool)["name"])),
  readLimit: (body) => body["max_tokens"],
  async *streamEvents(parts, request) {
    yield* openEvents(parts, request);
    const { end, usage } = summarise(parts, request);
    yield event("message_delta", { delta: { stop_reason: stopReason(end), stop_sequence: null }, usage: { output_tokens: usage?.completionTokens ?? 0 } });
    yield event("message_stop", {});
  },
  openEvents,
  errorEvent: (code, message) => event("error", { error: { type: code, message } }),
  textEvent: (text) => event("content_block_start", { index: 0, content_block: { type: "text", text: "" } }) + event("content_block_delta", { index: 0, delta: { type: "text_delta", text } }),
  wholeAnswer(parts, request) {
    const { text, calls, usage, end } = summarise(parts, request);
    const blocks = calls.map((call) => ({ type: "tool_use", id: call.id, name: call.name, input: JSON.parse(call.rawArguments) }));
    const content = [...(text === "" ? [] : [{ type: "text", text }]), ...blocks];
    return { id: `msg_${request.number}`, type: "message", role: "assistant", model: request.model, content, stop_reason: stopReason(end), stop_sequence: null, usage: writeUsage(usage) };
  },
  errorBody: (code, message) => ({ type: "error", error: { type: code, message } }),
};

async function* openEvents(parts: readonly ScriptedPart[], request: ScriptedRequest): AsyncGenerator<string> {
  const usage = summarise(parts, request).usage;
  yield event("message_start", { message: { id: `msg_${request.number}`, type: "message", role: "assistant", model: request.model, content: [], stop_reason: null, stop_sequence: null, usage: { ...writeUsage(usage), output_tokens: 0 } } });
  let index = 0;
  let calls = 0;
  for (const part of parts) {
    if ("waitMs" in part) await wait(part.waitMs);
    if ("text" in part) {
      yield event("content_block_start", { index, content_block: { type: "text", text: "" } });
      yield event("content_block_delta", { index, delta: { type: "text_delta", text: part.text } });
    } else if ("toolCall" in part) {
      const call = readCall(part, calls++, request);
      yield event("content_block_start", { index, content_block: { type: "tool_use", id: call.id, name: call.name, input: {} } });
      const half = Math.ceil(call.rawArguments.length / 2);
      for (const piece of [call.rawArguments.slice(0, half), call.rawArguments.slice(half)]) yield event("content_block_delta", { index, delta: { type: "input_json_delta", partial_json: piece } });
    } else continue;
    yield event("content_block_stop", { index: index++ });
  }
}

function event(type: string, rest: object): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...rest })}\n\n`;
}

function writeUsage(usage: { promptTokens: number; completionTokens: number } | null): object {
  return { input_tokens: usage?.promptTokens ?? 0, output_tokens: usage?.completionTokens ?? 0 };
}

function stopReason(end: string): string {
  if (end === "tool_calls") return "tool_use";
  if (end === "length") return "max_tokens";
  return end === "content_filter" ? "refusal" : "end_turn";
}

/** One message may hold several tool results; each becomes a message of its own, as on OpenAI's wire. */
function readMessage(message: Record<string, unknown>): ScriptedMessage[] {
  const role = String(message["role"]);
  const blocks = asList(message["content"]).map(asRecord);
  const results = blocks.filter((block) => block["type"] === "tool_result").map((block) => ({ role: "tool", text: textOf(block["content"]), toolCalls: [], callId: String(block["tool_use_id"]), images: [] }));
  const toolCalls = blocks.filter((block) => block["type"] === "tool_use").map((block) => ({ id: String(block["id"]), name: String(block["name"]), arguments: block["input"] }));
  const images = blocks.filter((block) => block["type"] === "image").map((block) => asRecord(block["source"])).map((source) => ({ mediaType: String(source["media_type"]), base64: String(source["data"]) }));
  const text = textOf(message["content"]);
  return text === "" && toolCalls.length === 0 ? results : [...results, { role, text, toolCalls, callId: null, images }];
}

function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  return asList(content).map(asRecord).filter((block) => block["type"] === "text").map((block) => String(block["text"])).join("");
}
