import type { ModelFinishReason, ModelServed, ModelToolCall, ModelUsage } from "../../models/model.ts";
import { modelUnavailable } from "../../models/models.errors.ts";
import type { GatewayCall } from "./gateway-call.ts";
import { writeUsage } from "./forward/read-usage.ts";
import type { CitedPlace, GatewayPart } from "./support.ts";
import { EVENT_STREAM, headOf, JSON_TYPE, writeJson } from "./write-answer.ts";

export type PartsForm = { model: string; isStream: boolean; wantsUsage: boolean };

/** How an answer ended; `served` null: nobody said who it was. */
export type PartsEnd = { usage: ModelUsage; served: ModelServed | null; firstPartMs: number | null };

/** Writes an answer that comes in parts as Chat Completions. Throws what the parts throw; before the first of them nothing is written. */
export async function writeChat(call: GatewayCall, parts: AsyncIterable<GatewayPart>, form: PartsForm): Promise<PartsEnd> {
  return form.isStream ? writeStream(call, parts, form) : writeWhole(call, parts, form);
}

async function writeWhole(call: GatewayCall, parts: AsyncIterable<GatewayPart>, { model }: PartsForm): Promise<PartsEnd> {
  const read = await readParts(parts);
  const message = { role: "assistant", content: read.text === "" && read.calls.length > 0 ? null : read.text, refusal: null, annotations: read.places.map(annotation), ...(read.calls.length > 0 ? { tool_calls: read.calls.map((each) => toolCall(each)) } : {}) };
  writeJson(call.response, 200, headOf(JSON_TYPE, call.requestId, nameOf(read.served)), {
    id: idOf(call), object: "chat.completion", created: seconds(), model: read.served?.modelId ?? model, choices: [{ index: 0, message, logprobs: null, finish_reason: finishOf(read.reason) }], usage: writeUsage(read.usage),
  });
  return { usage: read.usage, served: read.served, firstPartMs: null };
}

export type ReadParts = { text: string; calls: ModelToolCall[]; places: CitedPlace[]; reason: ModelFinishReason; usage: ModelUsage; served: ModelServed | null };

/** A whole answer. Throws `models.unavailable` when it has no end. */
export async function readParts(parts: AsyncIterable<GatewayPart>): Promise<ReadParts> {
  const read = { text: "", calls: new Array<ModelToolCall>(), places: new Array<CitedPlace>() };
  for await (const part of parts) {
    if (part.kind === "text") read.text += part.text;
    else if (part.kind === "tool_call") read.calls.push(part.call);
    else if (part.kind === "citations") read.places.push(...part.places);
    else return { ...read, reason: part.reason, usage: part.usage, served: part.served ?? null };
  }
  throw modelUnavailable();
}

async function writeStream(call: GatewayCall, parts: AsyncIterable<GatewayPart>, form: PartsForm): Promise<PartsEnd> {
  const { response } = call;
  const from = performance.now();
  let firstPartMs: number | null = null;
  const shared = { id: idOf(call), object: "chat.completion.chunk", created: seconds(), model: form.model };
  const write = (choices: unknown[], more: object = {}) => void response.write(`data: ${JSON.stringify({ ...shared, choices, ...(form.wantsUsage ? { usage: null } : {}), ...more })}\n\n`);
  const delta = (value: object, finish: string | null = null) => write([{ index: 0, delta: value, finish_reason: finish }]);
  let calls = 0;
  for await (const part of parts) {
    if (firstPartMs === null) {
      firstPartMs = Math.round(performance.now() - from);
      response.writeHead(200, headOf(EVENT_STREAM, call.requestId, null));
      delta({ role: "assistant", content: "" });
    }
    if (part.kind === "text") delta({ content: part.text });
    else if (part.kind === "tool_call") delta({ tool_calls: [{ index: calls++, ...toolCall(part.call) }] });
    else if (part.kind === "citations") delta({ annotations: part.places.map(annotation) });
    else {
      delta({}, finishOf(part.reason));
      if (form.wantsUsage) write([], { usage: writeUsage(part.usage) });
      response.end("data: [DONE]\n\n");
      return { usage: part.usage, served: part.served ?? null, firstPartMs };
    }
    if (response.writableNeedDrain) await drained(call);
  }
  throw modelUnavailable();
}

/** Waits until the client has taken what was written, or has gone. */
export function drained({ response, signal }: GatewayCall): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off("drain", done);
      signal.removeEventListener("abort", done);
      resolve();
    };
    response.once("drain", done);
    signal.addEventListener("abort", done, { once: true });
  });
}

function toolCall(call: ModelToolCall): object {
  return { id: call.callId, type: "function", function: { name: call.toolName, arguments: argumentsText(call) } };
}

export function argumentsText({ arguments: given }: ModelToolCall): string {
  return typeof given === "string" ? given : JSON.stringify(given ?? {});
}

function annotation(place: CitedPlace): object {
  return { type: "url_citation", url_citation: { start_index: place.startIndex, end_index: place.endIndex, title: place.title, url: place.url } };
}

function finishOf(reason: ModelFinishReason): string {
  return reason === "other" ? "content_filter" : reason;
}

function nameOf(served: ModelServed | null): string | null {
  return served === null ? null : (served.name ?? served.modelId);
}

function idOf({ requestId }: GatewayCall): string {
  return `chatcmpl-${requestId.slice(4)}`;
}

function seconds(): number {
  return Math.floor(Date.now() / 1_000);
}
