import { z } from "zod";
import { fault } from "../run/faults.ts";
import type { Authentication } from "../../outbound/authentication.ts";
import type { CallHandler, OutsideCall } from "./call-handler.ts";
import { readEndpoint } from "./endpoint.ts";
import { answerArguments, exchangeHttp, type HttpCallLimits } from "./exchange-http.ts";
import type { Outbound } from "../../outbound/outbound.ts";

export type HttpCallDeps = { outbound: Outbound; authentication: Authentication; limits: HttpCallLimits };

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
export const httpHeaders = z.record(z.string(), scalar);

const httpArguments = z.object({
  method: z.string().regex(/^[A-Za-z]{1,20}$/, "is not an HTTP method"),
  endpoint: z.unknown(),
  headers: httpHeaders.optional(),
  query: z.record(z.string(), z.union([scalar, z.array(scalar)])).optional(),
  body: z.unknown().optional(),
  ...answerArguments,
});

/**
 * `call: http`. Sends one request in one journaled step and answers its content, the whole response, or the content in base64.
 *
 * Errors: the standard's `communication` with the answer's status for anything outside 200 to 299 (`redirect: true`: to 399, and a
 * GET follows where it is sent), `timeout`, `authentication`, `authorization`, `configuration`.
 * Replay: a request that is not a GET carries `idempotency-key`, the same on every attempt of this task.
 * Source: Serverless Workflow DSL 1.0.3, "HTTP Call".
 */
export function createHttpCall(deps: HttpCallDeps): CallHandler {
  return (call) => call.call.durable.step(call.call.task.name, (timeUp) => callHttp(deps, call, timeUp));
}

async function callHttp(deps: HttpCallDeps, call: OutsideCall, timeUp: AbortSignal): Promise<unknown> {
  const given = readArguments(httpArguments, call.with, "http");
  const { url, authentication } = readEndpoint(given.endpoint, call.data);
  for (const [name, value] of Object.entries(given.query ?? {})) for (const item of Array.isArray(value) ? value : [value]) if (item !== null) url.searchParams.append(name, String(item));
  return exchangeHttp(deps, call, timeUp, { method: given.method.toUpperCase(), url, headers: textHeaders(given.headers ?? {}), body: given.body, authentication, form: given.output, followsRedirects: given.redirect });
}

/** Throws the fault `configuration` with the names of what is wrong. */
export function readArguments<T>(schema: z.ZodType<T>, given: unknown, what: string): T {
  const read = schema.safeParse(given);
  if (read.success) return read.data;
  const faults = read.error.issues.map((issue) => `${issue.path.join(".") || "with"}: ${issue.message}`);
  throw fault("configuration", { detail: `The arguments of "call: ${what}" are not as it wants them: ${faults.join("; ")}.` });
}

export function textHeaders(headers: z.infer<typeof httpHeaders>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).flatMap(([name, value]) => (value === null ? [] : [[name, String(value)]])));
}
