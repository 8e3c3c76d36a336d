import { AppError } from "../../lib/app-error.ts";
import type { ModelFinishReason, ModelToolCall, ModelUsage } from "../../models/model.ts";
import { modelUnavailable } from "../../models/models.errors.ts";
import type { GatewayCall } from "./gateway-call.ts";
import { openAiError } from "./open-ai-error.ts";
import type { ResponsesBody } from "./responses-request.ts";
import type { CitedPlace, GatewayPart } from "./support.ts";
import { EVENT_STREAM, headOf, JSON_TYPE, writeJson } from "./write-answer.ts";
import { argumentsText, drained, readParts, type PartsEnd } from "./write-chat.ts";

type Item = Record<string, unknown> & { id: string; type: "message" | "function_call" };

/** Writes an answer that comes in parts as a Response, whole or as its events. Throws what the parts throw; inside of a stream after `response.failed`. */
export async function writeResponse(call: GatewayCall, parts: AsyncIterable<GatewayPart>, body: ResponsesBody): Promise<PartsEnd> {
  if (body.stream === true) return writeEvents(call, parts, body);
  const read = await readParts(parts);
  const output: Item[] = [...(read.text === "" ? [] : [messageItem(call, 0, read.text, read.places)]), ...read.calls.map((each, place) => callItem(call, place + 1, each))];
  writeJson(call.response, 200, headOf(JSON_TYPE, call.requestId, read.served?.name ?? read.served?.modelId ?? null), { ...shell(call, body, statusOf(read.reason), read.reason), model: read.served?.modelId ?? body.model, output, usage: figures(read.usage) });
  return { usage: read.usage, served: read.served, firstPartMs: null };
}

async function writeEvents(call: GatewayCall, parts: AsyncIterable<GatewayPart>, body: ResponsesBody): Promise<PartsEnd> {
  const { response } = call;
  const from = performance.now();
  const output: Item[] = [];
  let firstPartMs: number | null = null;
  let sequence = 0;
  const send = (type: string, more: Record<string, unknown>) => void response.write(`event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: sequence++, ...more })}\n\n`);
  const message = createMessage(call, output, send);
  try {
    for await (const part of parts) {
      if (firstPartMs === null) {
        firstPartMs = Math.round(performance.now() - from);
        response.writeHead(200, headOf(EVENT_STREAM, call.requestId, null));
        for (const type of ["response.created", "response.in_progress"]) send(type, { response: { ...shell(call, body, "in_progress", null), output: [] } });
      }
      if (part.kind === "text") message.add(part.text);
      else if (part.kind === "citations") message.cite(part.places);
      else if (part.kind === "tool_call") {
        message.close();
        sendCall(call, output, part.call, send);
      } else {
        message.close();
        const status = statusOf(part.reason);
        send(`response.${status}`, { response: { ...shell(call, body, status, part.reason), model: part.served?.modelId ?? body.model, output, usage: figures(part.usage) } });
        response.end();
        return { usage: part.usage, served: part.served ?? null, firstPartMs };
      }
      if (response.writableNeedDrain) await drained(call);
    }
    throw modelUnavailable();
  } catch (thrown) {
    if (response.headersSent && !response.writableEnded) {
      const { error } = openAiError(thrown, call.requestId).body;
      send("response.failed", { response: { ...shell(call, body, "failed", null), output, error: { code: thrown instanceof AppError ? error.code : "server_error", message: error.message } } });
      response.end();
    }
    throw thrown;
  }
}

type Send = (type: string, more: Record<string, unknown>) => void;

/** The one message of an answer: opened by its first text, closed before a call or the end. */
function createMessage(call: GatewayCall, output: Item[], send: Send) {
  let open: { text: string; place: number; places: CitedPlace[] } | null = null;
  const idOf = (place: number) => `msg_${call.requestId.slice(4)}${place}`;
  return {
    add(delta: string) {
      if (open === null) {
        open = { text: "", place: output.length, places: [] };
        const { place } = open;
        send("response.output_item.added", { output_index: place, item: { id: idOf(place), type: "message", role: "assistant", status: "in_progress", content: [] } });
        send("response.content_part.added", { item_id: idOf(place), output_index: place, content_index: 0, part: { type: "output_text", text: "", annotations: [] } });
      }
      open.text += delta;
      send("response.output_text.delta", { item_id: idOf(open.place), output_index: open.place, content_index: 0, delta, logprobs: [] });
    },
    cite(places: CitedPlace[]) {
      if (open === null) return;
      for (const place of places) send("response.output_text.annotation.added", { item_id: idOf(open.place), output_index: open.place, content_index: 0, annotation_index: open.places.push(place) - 1, annotation: annotation(place) });
    },
    close() {
      if (open === null) return;
      const { text, place, places } = open;
      const item = messageItem(call, place, text, places);
      const at = { item_id: item.id, output_index: place, content_index: 0 };
      send("response.output_text.done", { ...at, text, logprobs: [] });
      send("response.content_part.done", { ...at, part: textPart(text, places) });
      send("response.output_item.done", { output_index: place, item });
      output.push(item);
      open = null;
    },
  };
}

function sendCall(call: GatewayCall, output: Item[], made: ModelToolCall, send: Send): void {
  const place = output.length;
  const item = callItem(call, place, made);
  send("response.output_item.added", { output_index: place, item: { ...item, arguments: "", status: "in_progress" } });
  send("response.function_call_arguments.delta", { item_id: item.id, output_index: place, delta: argumentsText(made) });
  send("response.function_call_arguments.done", { item_id: item.id, output_index: place, name: made.toolName, arguments: argumentsText(made) });
  send("response.output_item.done", { output_index: place, item });
  output.push(item);
}

function messageItem(call: GatewayCall, place: number, text: string, places: readonly CitedPlace[]): Item {
  return { id: `msg_${call.requestId.slice(4)}${place}`, type: "message", role: "assistant", status: "completed", content: [textPart(text, places)] };
}

function textPart(text: string, places: readonly CitedPlace[]): object {
  return { type: "output_text", text, annotations: places.map(annotation), logprobs: [] };
}

function annotation(place: CitedPlace): object {
  return { type: "url_citation", start_index: place.startIndex, end_index: place.endIndex, title: place.title, url: place.url };
}

function callItem(call: GatewayCall, place: number, made: ModelToolCall): Item {
  return { id: `fc_${call.requestId.slice(4)}${place}`, type: "function_call", call_id: made.callId, name: made.toolName, arguments: argumentsText(made), status: "completed" };
}

function statusOf(reason: ModelFinishReason): "completed" | "incomplete" {
  return reason === "length" || reason === "other" ? "incomplete" : "completed";
}

/** Everything of a Response but what it says. */
function shell(call: GatewayCall, body: ResponsesBody, status: string, reason: ModelFinishReason | null): Record<string, unknown> {
  return {
    id: `resp_${call.requestId.slice(4)}`, object: "response", created_at: Math.floor(Date.now() / 1_000), status, error: null, incomplete_details: status === "incomplete" ? { reason: reason === "length" ? "max_output_tokens" : "content_filter" } : null,
    instructions: body.instructions ?? null, max_output_tokens: body.max_output_tokens ?? null, model: body.model, parallel_tool_calls: body.parallel_tool_calls ?? true, previous_response_id: null, store: false,
    temperature: body.temperature ?? 1, top_p: body.top_p ?? 1, text: { format: body.text?.format ?? { type: "text" } }, tool_choice: body.tool_choice ?? "auto", tools: body.tools ?? [], truncation: "disabled", metadata: body.metadata ?? {}, usage: null,
  };
}

function figures(usage: ModelUsage): object {
  return { input_tokens: usage.promptTokens, input_tokens_details: { cached_tokens: usage.cacheReadTokens ?? 0 }, output_tokens: usage.completionTokens, output_tokens_details: { reasoning_tokens: 0 }, total_tokens: usage.promptTokens + usage.completionTokens };
}
