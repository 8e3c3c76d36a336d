import { z } from "zod";
import { AppError, messageOf } from "../../lib/app-error.ts";
import { readDuration } from "../document/duration.ts";
import { fault } from "../run/faults.ts";
import { createMask } from "../../lib/mask-texts.ts";
import type { CallHandler, OutsideCall } from "./call-handler.ts";
import { httpHeaders, readArguments, textHeaders, type HttpCallDeps } from "./call-http.ts";
import { withHeaders } from "../../outbound/mcp-body.ts";
import { connectToMcp, MCP_IDEMPOTENCY_KEY, type McpTarget } from "../../outbound/mcp-connection.ts";
import { callInterrupted } from "../../outbound/outbound.errors.ts";
import { readEndpoint } from "./endpoint.ts";

/** `mayStart`: whether the operator lets workflows start this command on Baton's own machine. */
export type McpCallDeps = HttpCallDeps & { mayStart(command: string): boolean };

const stdio = z.object({ command: z.string().min(1), arguments: z.array(z.string()).default([]), environment: z.record(z.string(), z.string()).default({}) });
const mcpArguments = z.object({
  method: z.enum(["tools/list", "tools/call", "prompts/list", "prompts/get", "resources/list", "resources/read", "resources/templates/list"]),
  parameters: z.record(z.string(), z.unknown()).default({}),
  timeout: z.unknown().optional(),
  transport: z.object({ http: z.object({ endpoint: z.unknown(), headers: httpHeaders.default({}) }).optional(), stdio: stdio.optional() }),
  client: z.object({ name: z.string(), version: z.string().default("1.0.0") }).optional(),
});
type McpArguments = z.infer<typeof mcpArguments>;

const toolResult = z.object({ isError: z.literal(true), content: z.array(z.object({ text: z.string().optional() }).loose()).default([]) });

/**
 * `call: mcp`. Connects (streamable HTTP; a started command where the operator allows it), asks once and disconnects, in one journaled step.
 *
 * Errors: `communication` for what the server refuses or a tool reports as its error, `timeout`, `authorization` for a command
 * that may not be started.
 * Replay: a tool is given the task's idempotency key as `_meta["baton.dev/idempotencyKey"]`.
 */
export function createMcpCall(deps: McpCallDeps): CallHandler {
  return (call) => call.call.durable.step(call.call.task.name, (timeUp) => callMcp(deps, call, timeUp));
}

async function callMcp(deps: McpCallDeps, call: OutsideCall, timeUp: AbortSignal): Promise<unknown> {
  const given = readArguments(mcpArguments, call.with, "mcp");
  const asked = given.timeout === undefined ? null : readDuration(given.timeout);
  const timeoutMs = asked !== null && "ms" in asked ? asked.ms : deps.limits.timeoutMs;
  const deadline = AbortSignal.timeout(timeoutMs);
  const attempt = call.call.durable.signal;
  const signal = AbortSignal.any([deadline, timeUp, attempt]);
  const mask = createMask(call.secrets);
  try {
    const result = await ask(deps, call, given, { timeoutMs, signal, timeUp });
    const refused = toolResult.safeParse(result);
    if (refused.success) throw fault("communication", { status: 502, title: "The tool failed", detail: mask(`${toolName(given)} says: ${refused.data.content.map((part) => part.text ?? "").join(" ").slice(0, 500)}`) });
    if (Buffer.byteLength(JSON.stringify(result)) > deps.limits.maxBytes) throw fault("communication", { detail: `The answer of ${toolName(given)} is larger than ${Math.floor(deps.limits.maxBytes / 1024)} kB.` });
    return result;
  } catch (error) {
    if (error instanceof AppError) throw error;
    if (error instanceof Error && error.cause instanceof AppError) throw error.cause;
    if (attempt.aborted) throw callInterrupted({ cause: error });
    if (deadline.aborted || timeUp.aborted) throw fault("timeout", { detail: `${toolName(given)} did not answer in time.`, cause: error });
    throw fault("communication", { detail: mask(`${toolName(given)}: ${messageOf(error).slice(0, 300)}`), cause: error });
  }
}

function toolName(given: McpArguments): string {
  const name = given.parameters["name"] ?? given.parameters["uri"];
  return typeof name === "string" ? `${given.method} ${name}` : given.method;
}

type Limits = { timeoutMs: number; signal: AbortSignal; timeUp: AbortSignal };

async function ask(deps: McpCallDeps, call: OutsideCall, given: McpArguments, limits: Limits): Promise<unknown> {
  const target = await targetOf(deps, call, given, limits);
  const options = { client: { name: given.client?.name ?? "baton", version: given.client?.version ?? "1.0.0" }, maxBytes: 2 * deps.limits.maxBytes, resumes: 0 };
  await using connection = await connectToMcp(target, options, limits);
  return await connection.request(given.method, given.method === "tools/call" ? { ...given.parameters, _meta: { [MCP_IDEMPOTENCY_KEY]: call.call.idempotencyKey } } : given.parameters, limits);
}

async function targetOf(deps: McpCallDeps, call: OutsideCall, given: McpArguments, limits: Limits): Promise<McpTarget> {
  const { http, stdio: started } = given.transport;
  if (http !== undefined) return httpTarget(deps, call, http, limits);
  if (started === undefined) throw fault("configuration", { detail: "The transport is neither http nor stdio." });
  if (!deps.mayStart(started.command)) throw fault("authorization", { detail: `Workflows may start "${started.command}" only when the operator lists it in BATON_MCP_COMMANDS.` });
  return { kind: "stdio", ...started };
}

async function httpTarget(deps: McpCallDeps, call: OutsideCall, http: NonNullable<McpArguments["transport"]["http"]>, limits: Limits): Promise<McpTarget> {
  const { url, authentication } = readEndpoint(http.endpoint, call.data);
  const credentials = deps.authentication.credentialsOf(authentication, { ...call, tenantId: call.call.subject.tenantId }, { ...deps.limits, timeUp: limits.timeUp, attempt: call.call.durable.signal });
  const { headers } = await credentials.apply({ method: "POST", url, headers: textHeaders(http.headers), body: null });
  return { kind: "http", url, fetch: withHeaders((target, init) => deps.outbound.fetch(target, init), () => Promise.resolve(headers)) };
}
