import { Agent as HttpAgent, request as requestHttp, type IncomingMessage, type OutgoingHttpHeaders } from "node:http";
import { Agent as HttpsAgent, request as requestHttps } from "node:https";
import { isIP } from "node:net";
import type { Readable } from "node:stream";
import { createBrotliDecompress, createUnzip } from "node:zlib";
import { AppError, messageOf } from "../lib/app-error.ts";
import { callInterrupted, outboundFault } from "./outbound.errors.ts";
import { guardAddress, guardedLookup, type TargetRule } from "./guard-address.ts";

export type OutboundRequest = { method: string; url: URL; headers: Record<string, string>; body: Uint8Array | null };
export type OutboundAnswer = { status: number; headers: Record<string, string>; body: Uint8Array };
/** `attempt`: this attempt of the run was abandoned, not the call. */
export type OutboundLimits = { timeoutMs: number; maxBytes: number; timeUp: AbortSignal | null; attempt: AbortSignal | null };

/**
 * The only way to other systems over HTTP. Only http and https, no private address that the operator did not
 * list, nothing followed by itself, nothing larger than `maxBytes`.
 *
 * Throws: `outbound.communication` (no answer), `.timeout`, `.authorization` (private address), `.configuration` (not an http address),
 * `.interrupted` (retryable).
 */
export type Outbound = {
  send(request: OutboundRequest, limits: OutboundLimits): Promise<OutboundAnswer>;
  /** The same as the platform's `fetch`, for libraries that take one. Bodies stream. */
  fetch(url: string | URL, init?: RequestInit): Promise<Response>;
  close(): void;
};

export function createOutbound(options: { isAllowed: TargetRule }): Outbound {
  // What may be sent twice may use a connection that could just be closing; the rest gets a fresh one.
  const kept = { http: new HttpAgent({ keepAlive: true, maxSockets: 256 }), https: new HttpsAgent({ keepAlive: true, maxSockets: 256 }) };
  const fresh = { http: new HttpAgent(), https: new HttpsAgent() };
  const connect = (request: OutboundRequest, signal: AbortSignal): Promise<IncomingMessage | "stale"> => {
    const { url } = request;
    const isSecure = url.protocol === "https:";
    if (!isSecure && url.protocol !== "http:") throw outboundFault("configuration", { detail: `"${url.protocol}" is not called: only http and https are.` });
    const host = url.hostname.replace(/^\[|\]$/g, "");
    const port = url.port === "" ? (isSecure ? 443 : 80) : Number(url.port);
    if (isIP(host) !== 0) guardAddress(options.isAllowed, { host, port, address: host });
    const agents = isRepeatable(request.method) ? kept : fresh;
    const headers: OutgoingHttpHeaders = { ...request.headers, ...(request.body === null ? {} : { "content-length": request.body.byteLength }) };
    return new Promise((resolve, reject) => {
      const send = isSecure ? requestHttps : requestHttp;
      const sent = send({ method: request.method, host, port, path: `${url.pathname}${url.search}`, headers, signal, agent: isSecure ? agents.https : agents.http, lookup: guardedLookup(options.isAllowed, port), ...(isSecure && isIP(host) === 0 ? { servername: host } : {}) });
      sent.once("response", resolve);
      sent.once("error", (error) => {
        if (sent.reusedSocket && "code" in error && error.code === "ECONNRESET") resolve("stale");
        else reject(error);
      });
      sent.end(request.body ?? undefined);
    });
  };
  // A kept connection that the other side was just closing: asked again on another, which ends since each is used up.
  const open = async (request: OutboundRequest, signal: AbortSignal): Promise<IncomingMessage> => {
    const answer = await connect(request, signal);
    return answer === "stale" ? open(request, signal) : answer;
  };
  return {
    send: (request, limits) => exchange(open, request, limits),
    async fetch(url, init = {}) {
      const asked = new Request(url, init);
      const body = asked.body === null ? null : new Uint8Array(await asked.arrayBuffer());
      const answer = await open({ method: asked.method, url: new URL(asked.url), headers: { ...Object.fromEntries(asked.headers), "accept-encoding": "identity" }, body }, asked.signal);
      const status = answer.statusCode ?? 502;
      const hasBody = status !== 204 && status !== 205 && status !== 304;
      if (!hasBody) answer.resume();
      return new Response(hasBody ? toWeb(answer) : null, { status, headers: headersOf(answer) });
    },
    close() {
      for (const agent of [kept.http, kept.https, fresh.http, fresh.https]) agent.destroy();
    },
  };
}

/** Methods that change nothing. Source: RFC 9110, "Safe Methods". */
export function isRepeatable(method: string): boolean {
  return method === "GET" || method === "HEAD" || method === "OPTIONS";
}

/** The platform's stream, built by hand: its ready-made conversion has another type than `Response` takes. */
function toWeb(source: Readable): ReadableStream<Uint8Array> {
  const parts: AsyncIterator<unknown> = source[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const next = await parts.next();
      if (next.done === true) controller.close();
      else if (next.value instanceof Uint8Array) controller.enqueue(next.value);
    },
    cancel: () => void source.destroy(),
  });
}

async function exchange(open: (request: OutboundRequest, signal: AbortSignal) => Promise<IncomingMessage>, request: OutboundRequest, limits: OutboundLimits): Promise<OutboundAnswer> {
  const deadline = AbortSignal.timeout(limits.timeoutMs);
  const signals = [deadline, limits.timeUp, limits.attempt].filter((signal) => signal !== null);
  // No path: it may hold a secret (the addresses of chat webhooks do).
  const where = `${request.method} ${request.url.origin}`;
  try {
    const answer = await open(request, AbortSignal.any(signals));
    return { status: answer.statusCode ?? 502, headers: headersOf(answer), body: await readAll(answer, limits.maxBytes, where) };
  } catch (error) {
    if (error instanceof AppError) throw error;
    if (limits.attempt?.aborted === true) throw callInterrupted({ cause: error });
    if (deadline.aborted || limits.timeUp?.aborted === true) throw outboundFault("timeout", { detail: `${where} did not answer in time.`, cause: error });
    throw outboundFault("communication", { detail: `${where} could not be reached: ${reasonOf(error)}.`, cause: error });
  }
}

/** The code says what is wrong (ECONNREFUSED, ENOTFOUND, a certificate's fault) and never holds what was sent. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : messageOf(error).slice(0, 200);
}

function headersOf(answer: IncomingMessage): Record<string, string> {
  return Object.fromEntries(Object.entries(answer.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : (value ?? "")]));
}

/** Counted after unpacking, so that a small answer cannot become a large one. */
async function readAll(answer: IncomingMessage, maxBytes: number, where: string): Promise<Uint8Array> {
  const packed = answer.headers["content-encoding"]?.trim().toLowerCase() ?? "identity";
  const source: Readable = packed === "identity" || packed === "" ? answer : unpack(answer, packed, where);
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of source) {
    if (!(part instanceof Uint8Array)) continue;
    size += part.byteLength;
    if (size > maxBytes) {
      answer.destroy();
      throw outboundFault("communication", { isAnswered: true, detail: `The answer of ${where} is too large: larger than ${Math.floor(maxBytes / 1024)} kB.` });
    }
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function unpack(answer: IncomingMessage, packed: string, where: string): Readable {
  if (packed !== "gzip" && packed !== "deflate" && packed !== "br") throw outboundFault("communication", { isAnswered: true, detail: `The answer of ${where} is packed as "${packed}", which was not asked for.` });
  const unpacked = packed === "br" ? createBrotliDecompress() : createUnzip();
  answer.once("error", (error) => unpacked.destroy(error));
  return answer.pipe(unpacked);
}
