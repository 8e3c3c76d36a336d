import type { Clock } from "../../lib/clock.ts";
import type { Shape } from "../../lib/shape.ts";
import { makeTool } from "../declared/make-tool.ts";
import { fillRequest, placesOf, secretsIn, type RequestValues } from "../declared/fill-request.ts";
import type { ToolRules } from "../declared/tool-rules.ts";
import type { DeclarationPath, DeclaredTool } from "../declared/tool-source.ts";
import { AppError } from "../../lib/app-error.ts";
import { outboundFaultKind } from "../../outbound/outbound.errors.ts";
import type { Idempotency } from "../tool.ts";
import { systemFault } from "../tools.errors.ts";
import { readHttpAnswer, type AnswerRules } from "./http-answer.ts";
import type { HttpRequest, HttpSystem } from "./http-system.ts";

/** What a source of HTTP tools adds to the rules of one. `template`: all of the request that may hold secrets. */
export type HttpToolParts = {
  system: HttpSystem;
  clock: Clock;
  rules: ToolRules;
  input: Shape;
  output: Shape;
  template: unknown;
  answer: Omit<AnswerRules, "matches"> & { matches: Readonly<Record<string, string>> };
  /** Throws `outbound.configuration` for what cannot stand in an address. */
  request(values: RequestValues): HttpRequest;
};

/** What is picked of an answer may be a small part of it. */
const PICKED_FROM_BYTES = 2_000_000;

/** A tool whose call is one request; see `HttpSystem` and `readHttpAnswer` for what ends how. */
export function makeHttpTool({ system, clock, rules, input, output, template, answer, request }: HttpToolParts, path: DeclarationPath): DeclaredTool {
  const wholeBytes = 2 * rules.maxOutputBytes + 65_536;
  const maxBytes = answer.pick === undefined ? wholeBytes : Math.max(wholeBytes, PICKED_FROM_BYTES);
  const isEffect = rules.risk !== "read";
  return makeTool(rules, {
    system: system.name, input, output,
    async call(given, { idempotencyKey, signal }) {
      const value = placesOf(given, idempotencyKey);
      const got = await system.send((secret) => withKey(made(() => request({ value, secret })), rules.idempotency, idempotencyKey), { template: secretsIn(template).size === 0 ? null : template, timeoutMs: rules.timeoutMs, maxBytes, signal });
      const matches = Object.entries(answer.matches).map(([place, wanted]) => [place, fillRequest(wanted, { value, secret: () => "" })] as const);
      return readHttpAnswer(got, { ...answer, matches }, { system: system.name, nowMs: clock.nowMs(), isEffect });
    },
  }, path);
}

function made(request: () => HttpRequest): HttpRequest {
  try {
    return request();
  } catch (error) {
    if (error instanceof AppError && outboundFaultKind(error) === "configuration") throw systemFault({ message: error.message });
    throw error;
  }
}

function withKey(request: HttpRequest, idempotency: Idempotency | undefined, key: string): HttpRequest {
  if (typeof idempotency !== "object") return request;
  if ("header" in idempotency) return { ...request, headers: { ...request.headers, [idempotency.header]: key } };
  const body = typeof request.body === "object" && request.body !== null ? request.body : {};
  return { ...request, body: { ...body, [idempotency.field]: key } };
}
