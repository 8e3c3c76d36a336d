import { validateHeaderName, validateHeaderValue } from "node:http";
import { z } from "zod";
import { fault } from "../run/faults.ts";
import type { Authentication, Credentials } from "../outbound/authentication.ts";
import { createMask } from "../outbound/mask-secrets.ts";
import type { OutsideCall } from "./call-handler.ts";
import { decodeContent, encodeBody } from "./body-content.ts";
import { isRepeatable, type Outbound, type OutboundAnswer, type OutboundLimits, type OutboundRequest } from "../outbound/outbound.ts";

/** What a call may take when its task says nothing: time in ms, size of an answer in bytes. */
export type HttpCallLimits = { timeoutMs: number; maxBytes: number };
/** What `with` says about the answer, of both kinds of call. */
export const answerArguments = { output: z.enum(["content", "response", "raw"]).default("content"), redirect: z.boolean().default(false) };
export type HttpExchange = { method: string; url: URL; headers: Record<string, string>; body: unknown; authentication: unknown; form: z.infer<typeof answerArguments.output>; followsRedirects: boolean };

const MAX_REDIRECTS = 5;
/** They belong to the connection, not to the message. */
const OF_CONNECTION = new Set(["host", "connection", "content-length", "transfer-encoding", "upgrade", "te", "trailer", "keep-alive", "proxy-connection", "expect"]);
const OF_SIGN_IN = ["authorization", "cookie", "proxy-authorization"];

/** One request with its authentication, redirects and answer, as `call: http` and `call: openapi` make it. Runs inside a step. */
export async function exchangeHttp(deps: { outbound: Outbound; authentication: Authentication; limits: HttpCallLimits }, call: OutsideCall, timeUp: AbortSignal, given: HttpExchange): Promise<unknown> {
  const limits: OutboundLimits = { ...deps.limits, timeUp, attempt: call.call.durable.signal };
  const request = prepare(call, given);
  const credentials = deps.authentication.credentialsOf(given.authentication, call, limits);
  const { answer, asked } = await follow(deps.outbound, credentials, request, limits, given.followsRedirects);
  const mask = createMask(call.secrets);
  const where = mask(`${asked.method} ${asked.url.origin}${asked.url.pathname}`);
  const isFine = answer.status >= 200 && answer.status < (given.followsRedirects ? 400 : 300);
  if (!isFine) throw fault("communication", { status: answer.status, title: `Answered ${answer.status}`, detail: `${where} answered ${answer.status}.` });
  if (given.form === "raw") return Buffer.from(answer.body).toString("base64");
  const content = decodeContent(answer, where);
  if (given.form === "content") return content;
  const shown = Object.entries(asked.headers).filter(([name]) => !OF_SIGN_IN.includes(name.toLowerCase()));
  return { request: { method: asked.method.toLowerCase(), uri: mask(asked.url.href), headers: Object.fromEntries(shown.map(([name, value]) => [name, mask(value)])) }, statusCode: answer.status, headers: answer.headers, content };
}

function prepare(call: OutsideCall, given: HttpExchange): OutboundRequest {
  const headers: Record<string, string> = { accept: "application/json, */*;q=0.8", "accept-encoding": "identity", "user-agent": "baton" };
  const isSafe = isRepeatable(given.method);
  if (!isSafe) headers["idempotency-key"] = call.call.idempotencyKey;
  for (const [name, value] of Object.entries(given.headers)) headers[readHeader(name, value)] = value;
  const body = isSafe && given.body === undefined ? null : encodeBody(given.body, headers["content-type"] ?? null);
  if (body !== null) headers["content-type"] = body.type;
  return { method: given.method, url: given.url, headers, body: body?.bytes ?? null };
}

/** The name in lower case. Throws the fault `configuration`; the value is not told, it may be secret. */
function readHeader(name: string, value: string): string {
  const known = name.toLowerCase();
  if (OF_CONNECTION.has(known)) throw fault("configuration", { detail: `The header "${known}" is set by Baton itself.` });
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
  } catch (error) {
    throw fault("configuration", { detail: `The header "${known.slice(0, 60)}" has characters that a header cannot hold.`, cause: error });
  }
  return known;
}

/** Follows only where nothing is sent twice (GET, HEAD); another origin gets none of the credentials. */
async function follow(outbound: Outbound, credentials: Credentials, request: OutboundRequest, limits: OutboundLimits, followsRedirects: boolean): Promise<{ answer: OutboundAnswer; asked: OutboundRequest }> {
  let asked = await credentials.apply(request);
  let answer = await outbound.send(asked, limits);
  if (answer.status === 401) {
    const again = await credentials.again(asked, answer);
    if (again !== null) {
      asked = again;
      answer = await outbound.send(asked, limits);
    }
  }
  for (let hops = 0; followsRedirects && isRedirect(asked.method, answer); hops += 1) {
    if (hops >= MAX_REDIRECTS) throw fault("communication", { status: answer.status, detail: `${asked.method} ${asked.url.origin} redirects more than ${MAX_REDIRECTS} times.` });
    asked = redirected(asked, answer.headers["location"] ?? "");
    answer = await outbound.send(asked, limits);
  }
  return { answer, asked };
}

function isRedirect(method: string, answer: OutboundAnswer): boolean {
  return (method === "GET" || method === "HEAD") && [301, 302, 303, 307, 308].includes(answer.status) && answer.headers["location"] !== undefined;
}

function redirected(asked: OutboundRequest, location: string): OutboundRequest {
  if (!URL.canParse(location, asked.url.href)) throw fault("communication", { status: 502, detail: `${asked.url.origin} redirects to something that is not an address.` });
  const url = new URL(location, asked.url);
  if (url.origin === asked.url.origin) return { ...asked, url };
  // Keys are sent under many names (x-api-key, ...), so another origin gets only what says nothing about the sender.
  const kept = Object.entries(asked.headers).filter(([name]) => ["accept", "accept-encoding", "accept-language", "user-agent"].includes(name));
  return { ...asked, url, headers: Object.fromEntries(kept) };
}
