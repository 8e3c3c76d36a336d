import type { IncomingMessage, ServerResponse } from "node:http";
import { AppError, messageOf } from "../../lib/app-error.ts";
import { newId } from "../../lib/ids.ts";
import { bodyCutOff, bodyNotJson, bodyNotUtf8, bodyTooLarge, methodWrong } from "../app.errors.ts";
import type { App } from "../app.ts";
import { answerChat } from "./answer-chat.ts";
import { answerEmbeddings } from "./answer-embeddings.ts";
import { answerResponses } from "./answer-responses.ts";
import type { GatewayCall, GatewayDeps } from "./gateway-call.ts";
import { createGatewayKeys, type GatewayKeys } from "./gateway-keys.ts";
import { pathUnknown } from "./gateway.errors.ts";
import { listModels, oneModel } from "./list-models.ts";
import { openAiError } from "./open-ai-error.ts";
import { createProviderDoor } from "./forward/provider-door.ts";
import { createCallJournal } from "./record-calls.ts";
import { headOf, JSON_TYPE, writeJson } from "./write-answer.ts";

/** Pictures come inside of the request. */
const BODY_LIMIT_BYTES = 20 * 1024 * 1024;

/** Everything below `/v1/`. `handle` answers every request; it never rejects. */
export type Gateway = AsyncDisposable & { handle(request: IncomingMessage, response: ServerResponse): void };

/**
 * The way in for applications that speak OpenAI's API: they change their base URL and their key. It stands on Node's own server,
 * beside the other routes: their layers would cost more than the rest of a call.
 */
export function createGateway(app: App): Gateway {
  const journal = createCallJournal(app);
  const door = createProviderDoor();
  const deps: GatewayDeps = { ...app, journal, door };
  const keys = createGatewayKeys(app.identity);
  return {
    handle: (request, response) => void serve(deps, keys, request, response),
    async [Symbol.asyncDispose]() {
      door.close();
      await journal.stop();
    },
  };
}

export function isForGateway(request: IncomingMessage): boolean {
  return request.url?.startsWith("/v1/") === true;
}

async function serve(deps: GatewayDeps, keys: GatewayKeys, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const requestId = newId("req");
  const leaving = new AbortController();
  response.once("close", () => void (response.writableFinished || leaving.abort()));
  // A client that has gone cannot be told anything more.
  response.on("error", () => leaving.abort());
  try {
    const found = keys.of(request.headers.authorization);
    const key = found instanceof Promise ? await found : found;
    const room = deps.journal.makeRoom();
    if (room !== null) await room;
    await route(deps, { requestId, key, headers: request.headers, response, signal: leaving.signal }, request);
  } catch (thrown) {
    refuse(deps, response, requestId, thrown);
  } finally {
    // What was not read of the request would keep the connection.
    if (!request.readableEnded) request.resume();
  }
}

async function route(deps: GatewayDeps, call: GatewayCall, request: IncomingMessage): Promise<void> {
  const path = (request.url ?? "").split("?", 1)[0] ?? "";
  if (path === "/v1/models" || path.startsWith("/v1/models/")) {
    if (request.method !== "GET") throw methodWrong();
    return writeJson(call.response, 200, headOf(JSON_TYPE, call.requestId, null), path === "/v1/models" ? listModels(deps) : oneModel(deps, path.slice("/v1/models/".length)));
  }
  const answer = path === "/v1/chat/completions" ? answerChat : path === "/v1/responses" ? answerResponses : path === "/v1/embeddings" ? answerEmbeddings : null;
  if (answer === null) throw pathUnknown({ message: `There is no ${path} here: Baton answers /v1/chat/completions, /v1/responses, /v1/embeddings and /v1/models.` });
  if (request.method !== "POST") throw methodWrong();
  return answer(deps, call, await readJson(request));
}

/** The error in the form that the client expects; inside of a stream as its last event. */
function refuse(deps: GatewayDeps, response: ServerResponse, requestId: string, thrown: unknown): void {
  const { status, body, headers } = openAiError(thrown, requestId);
  const code = thrown instanceof AppError ? thrown.code : "internal";
  if (!(thrown instanceof AppError)) deps.log.error("gateway.failed", { requestId, error: messageOf(thrown), stack: thrown instanceof Error ? thrown.stack : undefined });
  else if (code !== "models.cancelled") deps.log.info("gateway.refused", { requestId, status, code });
  if (response.destroyed || response.writableEnded) return;
  if (!response.headersSent) return writeJson(response, status, { ...headOf(JSON_TYPE, requestId, null), ...headers, ...(status === 401 ? { "www-authenticate": "Bearer" } : {}) }, body);
  response.end(`data: ${JSON.stringify(body)}\n\n`);
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const bytes = await readBody(request);
  let text: string;
  try {
    text = UTF8.decode(bytes);
  } catch (error) {
    throw bodyNotUtf8({ cause: error });
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw bodyNotJson({ cause: error });
  }
}

/** By events: an iterator over a request costs more than the rest of reading it. Throws `app.body_too_large`, `app.body_cut_off`. */
function readBody(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let size = 0;
    request.on("data", (part: Buffer) => {
      size += part.length;
      if (size > BODY_LIMIT_BYTES) {
        parts.length = 0;
        reject(bodyTooLarge());
      } else parts.push(part);
    });
    request.once("end", () => resolve(parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts)));
    request.on("error", (error) => reject(bodyCutOff({ cause: error })));
    request.once("close", () => void (request.complete || reject(bodyCutOff())));
  });
}

const UTF8 = new TextDecoder("utf-8", { fatal: true });
