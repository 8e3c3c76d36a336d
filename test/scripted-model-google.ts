import { asList, asRecord, readCall, summarise, wait } from "./scripted-model-parts.ts";
import type { ScriptedMessage, ScriptedPart, ScriptedRequest, ScriptedWire } from "./scripted-model.ts";

/** Google's Gemini API, `models/{model}:streamGenerateContent?alt=sse`. Source: ai.google.dev/api/generate-content. */
export const googleWire: ScriptedWire = {
  readMessages(body) {
    const system = textOf(asRecord(body["systemInstruction"])["parts"]);
    const messages = asList(body["contents"]).map(asRecord).flatMap(readMessage);
    return system === "" ? messages : [{ role: "system", text: system, toolCalls: [], callId: null, images: [] }, ...messages];
  },
  readToolNames: (body) => asList(body["tools"]).flatMap((tool) => asList(asRecord(tool)["functionDeclarations"])).map((each) => String(asRecord(each)["name"])),
  readLimit: (body) => asRecord(body["generationConfig"])["maxOutputTokens"],
  async *streamEvents(parts, request) {
    yield* openEvents(parts, request);
    const { end, usage } = summarise(parts, request);
    yield event({ candidates: [{ content: { role: "model", parts: [] }, finishReason: finishReason(end), index: 0 }], ...(usage ? { usageMetadata: writeUsage(usage) } : {}) });
  },
  openEvents,
  errorEvent: (code, message) => event({ error: { code: 503, message, status: code } }),
  textEvent: (text) => event({ candidates: [{ content: { role: "model", parts: [{ text }] }, index: 0 }] }),
  wholeAnswer(parts, request) {
    const { text, calls, usage, end } = summarise(parts, request);
    const content = { role: "model", parts: [...(text === "" ? [] : [{ text }]), ...calls.map(writeCall)] };
    return { candidates: [{ content, finishReason: finishReason(end), index: 0 }], ...(usage ? { usageMetadata: writeUsage(usage) } : {}) };
  },
  errorBody: (code, message, status) => ({ error: { code: status, message, status: code } }),
};

async function* openEvents(parts: readonly ScriptedPart[], request: ScriptedRequest): AsyncGenerator<string> {
  let calls = 0;
  for (const part of parts) {
    if ("waitMs" in part) await wait(part.waitMs);
    if ("text" in part) yield googleWire.textEvent(part.text).toString();
    if ("toolCall" in part) yield event({ candidates: [{ content: { role: "model", parts: [writeCall(readCall(part, calls++, request))] }, index: 0 }] });
  }
}

/** Arguments are an object on this wire; what is none goes as the text it is. */
function writeCall(call: { id: string; name: string; rawArguments: string }): object {
  let args: unknown = call.rawArguments;
  try {
    args = JSON.parse(call.rawArguments);
  } catch {
    // stays the raw text
  }
  return { functionCall: { id: call.id, name: call.name, args } };
}

function event(body: object): string {
  return `data: ${JSON.stringify(body)}\n\n`;
}

function writeUsage(usage: { promptTokens: number; completionTokens: number }): object {
  return { promptTokenCount: usage.promptTokens, candidatesTokenCount: usage.completionTokens, totalTokenCount: usage.promptTokens + usage.completionTokens };
}

function finishReason(end: string): string {
  if (end === "length") return "MAX_TOKENS";
  return end === "content_filter" ? "SAFETY" : "STOP";
}

function readMessage(message: Record<string, unknown>): ScriptedMessage[] {
  const parts = asList(message["parts"]).map(asRecord);
  const results = parts.filter((part) => "functionResponse" in part).map((part) => {
    const result = asRecord(part["functionResponse"]);
    return { role: "tool", text: String(asRecord(result["response"])["content"] ?? ""), toolCalls: [], callId: typeof result["id"] === "string" ? result["id"] : null, images: [] };
  });
  const toolCalls = parts.filter((part) => "functionCall" in part).map((part) => {
    const call = asRecord(part["functionCall"]);
    return { id: String(call["id"] ?? ""), name: String(call["name"]), arguments: call["args"] };
  });
  const images = parts.filter((part) => "inlineData" in part).map((part) => {
    const data = asRecord(part["inlineData"]);
    return { mediaType: String(data["mimeType"]), base64: String(data["data"]) };
  });
  const text = textOf(parts);
  const role = message["role"] === "model" ? "assistant" : "user";
  return text === "" && toolCalls.length === 0 ? results : [...results, { role, text, toolCalls, callId: null, images }];
}

function textOf(parts: unknown): string {
  return asList(parts).map((part) => String(asRecord(part)["text"] ?? "")).join("");
}
