import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { z } from "zod";
import { AppError, messageOf } from "../../lib/app-error.ts";
import { readDuration } from "../document/duration.ts";
import { fault } from "../run/faults.ts";
import { createMask } from "../../lib/mask-texts.ts";
import type { CallHandler, OutsideCall } from "./call-handler.ts";
import { httpHeaders, readArguments, textHeaders, type HttpCallDeps } from "./call-http.ts";
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
  // Loaded at the first use: most installations never need it, and it is large.
  const [{ Client }, { ResultSchema }] = await Promise.all([import("@modelcontextprotocol/sdk/client/index.js"), import("@modelcontextprotocol/sdk/types.js")]);
  const client = new Client({ name: given.client?.name ?? "baton", version: given.client?.version ?? "1.0.0" });
  const options = { signal: limits.signal, timeout: limits.timeoutMs, maxTotalTimeout: limits.timeoutMs };
  try {
    await client.connect(await openTransport(deps, call, given, limits), options);
    const isEffect = given.method === "tools/call";
    const params = isEffect ? { ...given.parameters, _meta: { "baton.dev/idempotencyKey": call.call.idempotencyKey } } : given.parameters;
    return await client.request({ method: given.method, params }, ResultSchema, options);
  } finally {
    await client.close();
  }
}

async function openTransport(deps: McpCallDeps, call: OutsideCall, given: McpArguments, limits: Limits): Promise<Transport> {
  const { http, stdio: started } = given.transport;
  if (http === undefined && started === undefined) throw fault("configuration", { detail: "The transport is neither http nor stdio." });
  if (http !== undefined) return openHttp(deps, call, http, limits);
  if (started === undefined || !deps.mayStart(started.command)) throw fault("authorization", { detail: `Workflows may start "${started?.command ?? ""}" only when the operator lists it in BATON_MCP_COMMANDS.` });
  const { StdioClientTransport, getDefaultEnvironment } = await import("@modelcontextprotocol/sdk/client/stdio.js");
  return new StdioClientTransport({ command: started.command, args: started.arguments, env: { ...getDefaultEnvironment(), ...started.environment }, stderr: "ignore" });
}

async function openHttp(deps: McpCallDeps, call: OutsideCall, http: NonNullable<McpArguments["transport"]["http"]>, limits: Limits): Promise<Transport> {
  const { StreamableHTTPClientTransport } = await import("@modelcontextprotocol/sdk/client/streamableHttp.js");
  const { url, authentication } = readEndpoint(http.endpoint, call.data);
  const credentials = deps.authentication.credentialsOf(authentication, { ...call, tenantId: call.call.subject.tenantId }, { ...deps.limits, timeUp: limits.timeUp, attempt: call.call.durable.signal });
  const { headers } = await credentials.apply({ method: "POST", url, headers: textHeaders(http.headers), body: null });
  const transport = new StreamableHTTPClientTransport(url, { requestInit: { headers }, fetch: (target, init) => deps.outbound.fetch(target, init), reconnectionOptions: { maxRetries: 0, initialReconnectionDelay: 1_000, maxReconnectionDelay: 1_000, reconnectionDelayGrowFactor: 1 } });
  return withoutOptional(transport);
}

/** The library declares `sessionId` optional in a way that our compiler settings do not take for the same. */
function withoutOptional(transport: Omit<Transport, "sessionId">): Transport {
  return transport;
}
