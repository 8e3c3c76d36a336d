import { createServer, type Http2Server, type ServerHttp2Session } from "node:http2";
import * as restate from "@restatedev/restate-sdk";
import { z } from "zod";
import { isRetryable, messageOf } from "../../lib/app-error.ts";
import type { Log } from "../../lib/log.ts";
import { durableUnavailable, isCancelled } from "../durable.errors.ts";
import type { DurableCall, DurableEngine, DurableHandler, DurableService } from "../durable.ts";
import { cancelInvocation, registerEndpoint } from "./register-endpoint.ts";
import { makeRestateDurable } from "./restate-durable.ts";
import { ingressPath, openIngress } from "./restate-ingress.ts";

export type RestateOptions = {
  ingressUrl: string;
  adminUrl: string;
  services: readonly DurableService[];
  log: Log;
  /** Put in front of every service's name, so that several installations can share one Restate. */
  namespace: string;
  /** Where Restate finds this process; loopback when embedded. */
  endpointHost: string;
  endpointPort: number;
  /** The engine is our own, with this process as its only endpoint. */
  isEmbedded: boolean;
  /** How the address is told to Restate when it differs from the one bound (a cluster behind a service name). */
  advertisedUrl?: string;
  /** How long a finished invocation's journal is kept; 0 keeps none (the trace is in PostgreSQL). */
  journalRetentionMs: number;
};

const CALL_TIMEOUT_MS = 60_000;
const SEND_TIMEOUT_MS = 5_000;
const IDEMPOTENCY_MS = 5 * 60_000;
/** An invocation that may sleep for days leaves memory after a second; a step of it may still take this long. */
const WAITS_LONG = { inactivityTimeout: 1_000, abortTimeout: 15 * 60_000 };
/** A database that is away for a night must not leave conversations paused; what cannot pass is never retried. */
const RETRY_FOREVER = { initialInterval: 50, exponentiationFactor: 2, maxInterval: 5_000, maxAttempts: 1_000_000_000 };

const accepted = z.object({ invocationId: z.string() });

/** Serves the handlers to Restate over HTTP/2, registers them, and sends calls through the ingress. Without services it only sends. */
export async function startRestateEngine(options: RestateOptions): Promise<DurableEngine> {
  const endpoint = options.services.length === 0 ? null : await serveEndpoint(options);
  const ingress = openIngress(options.ingressUrl);
  const post = (call: DurableCall, mode: "send" | "call", timeoutMs: number) => ingress.post(ingressPath(options.namespace, call, mode), JSON.stringify(call.input ?? null), timeoutMs, call.idempotencyKey);
  return {
    id: "restate",
    async send(call) {
      await post(call, "send", SEND_TIMEOUT_MS);
    },
    async start(call) {
      return accepted.parse(JSON.parse(await post(call, "send", SEND_TIMEOUT_MS)));
    },
    async resolve(externalId, value) {
      await ingress.post(`/restate/awakeables/${encodeURIComponent(externalId)}/resolve`, JSON.stringify(value ?? null), SEND_TIMEOUT_MS);
    },
    async reject(externalId, message) {
      await ingress.post(`/restate/awakeables/${encodeURIComponent(externalId)}/reject`, message, SEND_TIMEOUT_MS, undefined, "text/plain");
    },
    cancel: (invocationId) => cancelInvocation(options.adminUrl, invocationId),
    async call(call) {
      const text = await post(call, "call", CALL_TIMEOUT_MS);
      const answer: unknown = text === "" ? null : JSON.parse(text);
      return answer;
    },
    async ping() {
      const answer = await fetch(new URL("/restate/health", options.ingressUrl), { signal: AbortSignal.timeout(2_000) }).catch((error: unknown) => {
        throw durableUnavailable({ cause: error });
      });
      await answer.body?.cancel();
      if (!answer.ok) throw durableUnavailable({ message: `The durable engine answered ${answer.status}.` });
    },
    async close() {
      ingress.close();
      await endpoint?.close();
    },
  };
}

/** The HTTP/2 server Restate calls; returns the way to close it, letting attempts under way end for three seconds. */
async function serveEndpoint(options: RestateOptions): Promise<{ close(): Promise<void> }> {
  const handler = restate.createEndpointHandler({ services: options.services.map((service) => define(service, options)), logger: toLog(options.log) });
  const server = createServer(handler);
  const sessions = new Set<ServerHttp2Session>();
  server.on("session", (session) => {
    sessions.add(session);
    session.on("close", () => sessions.delete(session));
  });
  const port = await listen(server, options.endpointHost, options.endpointPort);
  await registerEndpoint({ adminUrl: options.adminUrl, uri: options.advertisedUrl ?? `http://${options.endpointHost}:${port}`, service: options.namespace + (options.services[0]?.name ?? ""), canMove: options.isEmbedded });
  return {
    async close() {
      for (const session of sessions) session.close();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      const forced = setTimeout(() => {
        for (const session of sessions) session.destroy();
      }, 3_000);
      await closed;
      clearTimeout(forced);
    },
  };
}

function define(service: DurableService, options: RestateOptions) {
  const lasting = { journalRetention: options.journalRetentionMs, idempotencyRetention: IDEMPOTENCY_MS, retryPolicy: RETRY_FOREVER, ...(service.waitsLong === true ? WAITS_LONG : {}) };
  const handlers = Object.entries(service.handlers);
  if (!service.isKeyed) {
    return restate.service({ name: options.namespace + service.name, options: lasting, handlers: Object.fromEntries(handlers.map(([name, work]) => [name, (context: restate.Context, input: unknown) => serve(work, context, input, options)])) });
  }
  return restate.object({ name: options.namespace + service.name, options: { ...lasting, enableLazyState: true }, handlers: Object.fromEntries(handlers.map(([name, work]) => [name, (context: restate.ObjectContext, input: unknown) => serve(work, context, input, options)])) });
}

async function serve(work: DurableHandler, context: restate.Context, input: unknown, { log, namespace }: RestateOptions): Promise<unknown> {
  try {
    return await work(makeRestateDurable(context, { log, namespace }), input);
  } catch (error) {
    if (isRetryable(error) || error instanceof restate.RestateError || restate.internal.isSuspendedError(error)) throw error;
    if (isCancelled(error)) throw new restate.TerminalError("cancelled", { errorCode: 409 });
    log.error("durable.handler_failed", { error: messageOf(error), stack: error instanceof Error ? error.stack : undefined });
    throw new restate.TerminalError(messageOf(error));
  }
}

async function listen(server: Http2Server, host: string, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : port;
}

function toLog(log: Log) {
  return (meta: { level: string }, message?: unknown, ...rest: unknown[]): void => {
    if (meta.level === "error" || meta.level === "warn") log.debug("restate.sdk", { message: [message, ...rest].map(messageOf).join(" ").slice(0, 500) });
  };
}
