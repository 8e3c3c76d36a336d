import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { anthropicWire } from "./scripted-model-anthropic.ts";
import { bedrockWire } from "./scripted-model-bedrock.ts";
import { googleWire } from "./scripted-model-google.ts";
import { mistralWire, openaiWire } from "./scripted-model-openai.ts";
import { asRecord, wait } from "./scripted-model-parts.ts";

/** What the server writes, in order. Without an `end` the answer ends as a model would end it. */
export type ScriptedPart =
  | { text: string }
  /** `arguments` is sent as JSON; `rawArguments` as it stands, for models that write broken JSON. */
  | { toolCall: { name: string; arguments?: unknown; rawArguments?: string; id?: string } }
  | { waitMs: number }
  /** Figures of the bill; null: none are sent. Without this part they are counted. */
  | { usage: { promptTokens: number; completionTokens: number } | null }
  | { end: "stop" | "length" | "tool_calls" | "content_filter" };

export type ScriptedFault =
  | { fault: "status"; status: number; headers?: Record<string, string>; code?: string; message?: string }
  | { fault: "html"; status?: number }
  /** Some parts, then the connection breaks (`reset`) or ends in good order but without a finish (`end`). */
  | { fault: "half_stream"; parts: ScriptedPart[]; ending: "reset" | "end" }
  /** An error inside the stream, after some parts. */
  | { fault: "stream_error"; parts: ScriptedPart[]; code: string; message: string }
  /** Some parts, then one event that is not JSON. */
  | { fault: "invalid_json"; parts: ScriptedPart[] }
  /** Headers or not, then silence until the client leaves. */
  | { fault: "hang"; hasHeaders?: boolean }
  /** Text until the client leaves. */
  | { fault: "endless" };

export type ScriptedAnswer = readonly ScriptedPart[] | ScriptedFault;

export type ScriptedMessage = { role: string; text: string; toolCalls: { id: string; name: string; arguments: unknown }[]; callId: string | null; images: { mediaType: string; base64: string }[] };

export type WireName = "openai" | "anthropic" | "google" | "mistral" | "bedrock";

/** One request as it came over the wire. `raw` is the body as sent: what a wire tap would see. */
export type ScriptedRequest = {
  /** From 1. */
  number: number;
  wire: WireName;
  path: string;
  headers: Record<string, string>;
  raw: string;
  body: Record<string, unknown>;
  model: string;
  isStream: boolean;
  /** The system text stands first, with the role `system`, on every wire. */
  messages: ScriptedMessage[];
  toolNames: string[];
  /** The most tokens of the answer, as it was asked. */
  maxOutputTokens: unknown;
};

export type ScriptedRules = (request: ScriptedRequest) => ScriptedAnswer | Promise<ScriptedAnswer>;

export type ScriptedModelServer = {
  /** Base URL for every client, `/v1` included. */
  url: string;
  requests: ScriptedRequest[];
  /** Requests whose client has left before the answer was complete. */
  abandoned(): number;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
};

/** How a wire format is written; one a provider's documented format. */
export type ScriptedWire = {
  /** Of a stream; `text/event-stream` without it. */
  contentType?: string;
  readMessages(body: Record<string, unknown>): ScriptedMessage[];
  readToolNames(body: Record<string, unknown>): string[];
  readLimit(body: Record<string, unknown>): unknown;
  streamEvents(parts: readonly ScriptedPart[], request: ScriptedRequest): AsyncIterable<string | Uint8Array>;
  /** The opening of a stream that will not end well: no finish. */
  openEvents(parts: readonly ScriptedPart[], request: ScriptedRequest): AsyncIterable<string | Uint8Array>;
  errorEvent(code: string, message: string): string | Uint8Array;
  textEvent(text: string): string | Uint8Array;
  /** One event whose data is no JSON, where it is not written as an SSE line. */
  brokenEvent?(): Uint8Array;
  wholeAnswer(parts: readonly ScriptedPart[], request: ScriptedRequest): unknown;
  errorBody(code: string, message: string, status: number): unknown;
};

/**
 * A real HTTP server that speaks OpenAI's `/v1/chat/completions` and `/v1/models` Anthropic's `/v1/messages`,
 * Google's `/v1/models/{model}:streamGenerateContent`, Bedrock's `/v1/model/{model}/converse-stream`, and under `/v1/mistral` and
 * `/v1/azure` those two's ways of OpenAI's; streamed and whole, and answers by `rules`: a function from the request to parts or a fault.
 */
export async function startScriptedModel(rules: ScriptedRules): Promise<ScriptedModelServer> {
  const requests: ScriptedRequest[] = [];
  let abandoned = 0;
  const server = createServer((incoming, response) => {
    response.on("close", () => {
      if (!response.writableFinished) abandoned += 1;
    });
    answer(incoming, response, rules, requests).catch((thrown: unknown) => {
      if (!response.headersSent) response.writeHead(500, { "content-type": "text/plain" });
      response.end(`the script failed: ${String(thrown)}`);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the scripted model has no port");
  const close = async () => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
  };
  return { url: `http://127.0.0.1:${address.port}/v1`, requests, abandoned: () => abandoned, close, [Symbol.asyncDispose]: close };
}

async function answer(incoming: IncomingMessage, response: ServerResponse, rules: ScriptedRules, requests: ScriptedRequest[]): Promise<void> {
  const path = new URL(incoming.url ?? "/", "http://scripted").pathname;
  if (incoming.method === "GET" && path === "/v1/models") return sendJson(response, 200, { object: "list", data: [{ id: "scripted", object: "model", created: 0, owned_by: "test" }] });
  const found = findWire(path);
  if (!found || incoming.method !== "POST") return sendJson(response, 404, { error: { message: "no such path", type: "not_found_error" } });
  const { wire } = found;
  const request = readRequest(await readBody(incoming), path, found, incoming, requests.length + 1);
  requests.push(request);
  const scripted = await rules(request);
  if ("fault" in scripted) return sendFault(response, scripted, request, wire);
  if (request.isStream) return sendEvents(response, wire, wire.streamEvents(scripted, request));
  for (const part of scripted) if ("waitMs" in part) await wait(part.waitMs);
  sendJson(response, 200, wire.wholeAnswer(scripted, request));
}

type FoundWire = { name: WireName; wire: ScriptedWire; model?: string; isStream?: boolean };

function findWire(path: string): FoundWire | null {
  if (path === "/v1/chat/completions" || path === "/v1/azure/chat/completions") return { name: "openai", wire: openaiWire };
  if (path === "/v1/messages") return { name: "anthropic", wire: anthropicWire };
  if (path === "/v1/mistral/chat/completions") return { name: "mistral", wire: mistralWire };
  const google = /^\/v1\/models\/([^/]+):(streamGenerateContent|generateContent)$/.exec(path);
  if (google) return { name: "google", wire: googleWire, model: decodeURIComponent(google[1] ?? ""), isStream: google[2] === "streamGenerateContent" };
  const bedrock = /^\/v1\/model\/([^/]+)\/(converse-stream|converse)$/.exec(path);
  return bedrock ? { name: "bedrock", wire: bedrockWire, model: decodeURIComponent(bedrock[1] ?? ""), isStream: bedrock[2] === "converse-stream" } : null;
}

async function sendFault(response: ServerResponse, fault: ScriptedFault, request: ScriptedRequest, wire: ScriptedWire): Promise<void> {
  if (fault.fault === "status") return sendJson(response, fault.status, wire.errorBody(fault.code ?? "error", fault.message ?? `scripted ${fault.status}`, fault.status), fault.headers);
  if (fault.fault === "html") {
    response.writeHead(fault.status ?? 200, { "content-type": "text/html; charset=utf-8" });
    response.end("<!doctype html><title>Bad gateway</title><p>Please come back later.");
    return;
  }
  if (fault.fault === "hang") {
    if (fault.hasHeaders) response.writeHead(200, { "content-type": typeOf(wire) }).flushHeaders();
    return;
  }
  response.writeHead(200, { "content-type": typeOf(wire) });
  if (fault.fault === "endless") {
    for await (const event of wire.openEvents([], request)) response.write(event);
    while (!response.destroyed) {
      response.write(wire.textEvent("and so on ".repeat(100)));
      await wait(1);
    }
    return;
  }
  for await (const event of wire.openEvents(fault.parts, request)) response.write(event);
  if (fault.fault === "stream_error") response.write(wire.errorEvent(fault.code, fault.message));
  if (fault.fault === "invalid_json") response.write(wire.brokenEvent?.() ?? "data: {\"choices\": [{\"delta\"\n\n");
  if (fault.fault === "half_stream" && fault.ending === "reset") {
    await wait(20);
    response.destroy();
  } else response.end();
}

function typeOf(wire: ScriptedWire): string {
  return wire.contentType ?? "text/event-stream";
}

async function sendEvents(response: ServerResponse, wire: ScriptedWire, events: AsyncIterable<string | Uint8Array>): Promise<void> {
  response.writeHead(200, { "content-type": typeOf(wire), "cache-control": "no-cache" });
  for await (const event of events) response.write(event);
  response.end();
}

function sendJson(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(body));
}

function readRequest(raw: string, path: string, { name, wire, model, isStream }: FoundWire, incoming: IncomingMessage, number: number): ScriptedRequest {
  const body = asRecord(JSON.parse(raw));
  const headers = Object.fromEntries(Object.entries(incoming.headers).map(([header, value]) => [header, String(value)]));
  return {
    number,
    wire: name,
    path,
    headers,
    raw,
    body,
    model: model ?? String(body["model"]),
    isStream: isStream ?? body["stream"] === true,
    messages: wire.readMessages(body),
    toolNames: wire.readToolNames(body),
    maxOutputTokens: wire.readLimit(body),
  };
}

async function readBody(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString("utf8");
}
