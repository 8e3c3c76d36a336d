import { crc32 } from "node:zlib";
import { asList, asRecord, readCall, summarise, wait } from "./scripted-model-parts.ts";
import type { ScriptedMessage, ScriptedPart, ScriptedRequest, ScriptedWire } from "./scripted-model.ts";

/**
 * Amazon Bedrock's ConverseStream in AWS event-stream frames.
 * Sources: docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html,
 * docs.aws.amazon.com/AmazonS3/latest/API/RESTSelectObjectAppendix.html (the frame).
 */
export const bedrockWire: ScriptedWire = {
  contentType: "application/vnd.amazon.eventstream",
  readMessages(body) {
    const system = asList(body["system"]).map((block) => String(asRecord(block)["text"] ?? "")).join("");
    const messages = asList(body["messages"]).map(asRecord).flatMap(readMessage);
    return system === "" ? messages : [{ role: "system", text: system, toolCalls: [], callId: null, images: [] }, ...messages];
  },
  readToolNames: (body) => asList(asRecord(body["toolConfig"])["tools"]).map((tool) => String(asRecord(asRecord(tool)["toolSpec"])["name"])),
  readLimit: (body) => asRecord(body["inferenceConfig"])["maxTokens"],
  async *streamEvents(parts, request) {
    yield* openEvents(parts, request);
    const { end, usage } = summarise(parts, request);
    yield frame("event", "messageStop", { stopReason: stopReason(end) });
    yield frame("event", "metadata", { metrics: { latencyMs: 1 }, ...(usage ? { usage: writeUsage(usage) } : {}) });
  },
  openEvents,
  errorEvent: (code, message) => frame("exception", code.startsWith("rate") ? "throttlingException" : "serviceUnavailableException", { message }),
  textEvent: (text) => frame("event", "contentBlockDelta", { contentBlockIndex: 0, delta: { text } }),
  brokenEvent: () => frame("event", "contentBlockDelta", '{"contentBlockIndex": 0, "delta'),
  wholeAnswer(parts, request) {
    const { text, calls, usage, end } = summarise(parts, request);
    const content = [...(text === "" ? [] : [{ text }]), ...calls.map((call) => ({ toolUse: { toolUseId: call.id, name: call.name, input: JSON.parse(call.rawArguments) } }))];
    return { output: { message: { role: "assistant", content } }, stopReason: stopReason(end), usage: writeUsage(usage ?? { promptTokens: 0, completionTokens: 0 }), metrics: { latencyMs: 1 } };
  },
  errorBody: (code, message) => ({ __type: code, message }),
};

async function* openEvents(parts: readonly ScriptedPart[], request: ScriptedRequest): AsyncGenerator<Uint8Array> {
  yield frame("event", "messageStart", { role: "assistant" });
  let contentBlockIndex = 0;
  let calls = 0;
  for (const part of parts) {
    if ("waitMs" in part) await wait(part.waitMs);
    if ("text" in part) yield frame("event", "contentBlockDelta", { contentBlockIndex, delta: { text: part.text } });
    else if ("toolCall" in part) {
      const call = readCall(part, calls++, request);
      yield frame("event", "contentBlockStart", { contentBlockIndex, start: { toolUse: { toolUseId: call.id, name: call.name } } });
      const half = Math.ceil(call.rawArguments.length / 2);
      for (const piece of [call.rawArguments.slice(0, half), call.rawArguments.slice(half)]) yield frame("event", "contentBlockDelta", { contentBlockIndex, delta: { toolUse: { input: piece } } });
    } else continue;
    yield frame("event", "contentBlockStop", { contentBlockIndex: contentBlockIndex++ });
  }
}

/** Lengths, headers and payload, each half with its CRC-32. */
function frame(kind: "event" | "exception", type: string, payload: object | string): Uint8Array {
  const headers = Buffer.concat([header(":message-type", kind), header(`:${kind}-type`, type), header(":content-type", "application/json")]);
  const body = Buffer.from(typeof payload === "string" ? payload : JSON.stringify(payload));
  const whole = Buffer.alloc(16 + headers.length + body.length);
  whole.writeUInt32BE(whole.length, 0);
  whole.writeUInt32BE(headers.length, 4);
  whole.writeUInt32BE(crc32(whole.subarray(0, 8)), 8);
  headers.copy(whole, 12);
  body.copy(whole, 12 + headers.length);
  whole.writeUInt32BE(crc32(whole.subarray(0, whole.length - 4)), whole.length - 4);
  return whole;
}

function header(name: string, value: string): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(Buffer.byteLength(value));
  return Buffer.concat([Buffer.from([name.length]), Buffer.from(name), Buffer.from([7]), length, Buffer.from(value)]);
}

function writeUsage(usage: { promptTokens: number; completionTokens: number }): object {
  return { inputTokens: usage.promptTokens, outputTokens: usage.completionTokens, totalTokens: usage.promptTokens + usage.completionTokens };
}

function stopReason(end: string): string {
  if (end === "tool_calls") return "tool_use";
  if (end === "length") return "max_tokens";
  return end === "content_filter" ? "guardrail_intervened" : "end_turn";
}

function readMessage(message: Record<string, unknown>): ScriptedMessage[] {
  const blocks = asList(message["content"]).map(asRecord);
  const results = blocks.filter((block) => "toolResult" in block).map((block) => {
    const result = asRecord(block["toolResult"]);
    return { role: "tool", text: asList(result["content"]).map((part) => String(asRecord(part)["text"] ?? "")).join(""), toolCalls: [], callId: String(result["toolUseId"]), images: [] };
  });
  const toolCalls = blocks.filter((block) => "toolUse" in block).map((block) => {
    const call = asRecord(block["toolUse"]);
    return { id: String(call["toolUseId"]), name: String(call["name"]), arguments: call["input"] };
  });
  const images = blocks.filter((block) => "image" in block).map((block) => {
    const image = asRecord(block["image"]);
    return { mediaType: `image/${String(image["format"])}`, base64: String(asRecord(image["source"])["bytes"]) };
  });
  const text = blocks.map((block) => String(block["text"] ?? "")).join("");
  return text === "" && toolCalls.length === 0 ? results : [...results, { role: String(message["role"]), text, toolCalls, callId: null, images }];
}
