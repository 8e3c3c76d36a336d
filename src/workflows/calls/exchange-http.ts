import { z } from "zod";
import { fault } from "../run/faults.ts";
import type { Authentication } from "../../outbound/authentication.ts";
import { createMask } from "../../lib/mask-texts.ts";
import type { OutsideCall } from "./call-handler.ts";
import { decodeContent, encodeBody } from "../../outbound/body-content.ts";
import { isRepeatable, type Outbound, type OutboundLimits, type OutboundRequest } from "../../outbound/outbound.ts";
import { readHeader, sendSigned } from "../../outbound/send-signed.ts";

/** What a call may take when its task says nothing: time in ms, size of an answer in bytes. */
export type HttpCallLimits = { timeoutMs: number; maxBytes: number };
/** What `with` says about the answer, of both kinds of call. */
export const answerArguments = { output: z.enum(["content", "response", "raw"]).default("content"), redirect: z.boolean().default(false) };
export type HttpExchange = { method: string; url: URL; headers: Record<string, string>; body: unknown; authentication: unknown; form: z.infer<typeof answerArguments.output>; followsRedirects: boolean };

const OF_SIGN_IN = ["authorization", "cookie", "proxy-authorization"];

/** One request with its authentication, redirects and answer, as `call: http` and `call: openapi` make it. Runs inside a step. */
export async function exchangeHttp(deps: { outbound: Outbound; authentication: Authentication; limits: HttpCallLimits }, call: OutsideCall, timeUp: AbortSignal, given: HttpExchange): Promise<unknown> {
  const limits: OutboundLimits = { ...deps.limits, timeUp, attempt: call.call.durable.signal };
  const request = prepare(call, given);
  const credentials = deps.authentication.credentialsOf(given.authentication, { ...call, tenantId: call.call.subject.tenantId }, limits);
  const { answer, asked } = await sendSigned(deps.outbound, credentials, request, limits, given.followsRedirects);
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
