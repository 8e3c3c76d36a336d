import { Hono, type Context } from "hono";
import { AppError, messageOf } from "../../lib/app-error.ts";
import { methodWrong } from "../app.errors.ts";
import type { App } from "../app.ts";
import { bearer, type ApiEnv } from "../http/api.ts";
import { clientAddress } from "../http/client-address.ts";
import { readBody } from "../http/read-body.ts";
import { guardHost } from "./guard-host.ts";
import { createMcpLimiter, type McpLimiter } from "./limit-requests.ts";
import { authenticateMcp } from "./mcp-caller.ts";
import { batchTooLong } from "./mcp.errors.ts";

const MAX_BATCH = 20;
/** Of JSON-RPC 2.0. */
const CODES = { parse: -32_700, request: -32_600, internal: -32_603 };

/**
 * `POST /mcp`: streamable HTTP without sessions, each answer as JSON. There is no stream to listen to, so `GET` and `DELETE` are
 * answered as the protocol says they are then, by 405; who asks too often, by 429 with `Retry-After`.
 */
export function mcpRoutes(app: App): Hono<ApiEnv> {
  const routes = new Hono<ApiEnv>();
  const limiter = createMcpLimiter(app);
  routes.all("/mcp", async (c) => {
    try {
      return await answer(app, limiter, c);
    } catch (error) {
      return refuse(app, c, error);
    }
  });
  return routes;
}

async function answer(app: App, limiter: McpLimiter, c: Context<ApiEnv>): Promise<Response> {
  limiter.takeAddress(clientAddress(c));
  guardHost(app.publicUrl, { host: c.req.header("host"), origin: c.req.header("origin") });
  const caller = await authenticateMcp(app.identity, bearer(c));
  if (c.req.method !== "POST") throw methodWrong();
  await readBody(c, () => Promise.resolve());
  const message: unknown = JSON.parse((await c.req.text()) || "null");
  if (Array.isArray(message) && message.length > MAX_BATCH) throw batchTooLong();
  await limiter.takeCaller(caller, Array.isArray(message) ? Math.max(1, message.length) : 1);
  // Loaded at the first use: the library is large.
  const { serveMcp } = await import("./serve-mcp.ts");
  return serveMcp(app, caller, { url: c.req.url, headers: c.req.raw.headers, message, requestId: c.get("requestId") });
}

/** What kept the request from the protocol, in its form: no message was read, so the answer names none. */
function refuse(app: App, c: Context<ApiEnv>, error: unknown): Response {
  const known = error instanceof AppError ? error : null;
  const status = known?.status ?? 500;
  const requestId = c.get("requestId");
  if (known === null || (status >= 500 && status !== 503)) app.log.error("mcp.failed", { requestId, error: messageOf(error), stack: error instanceof Error ? error.stack : undefined });
  else app.log.info("mcp.refused", { requestId, status, code: known.code });
  const message = known === null || status === 500 ? `Something went wrong on our side; it is in the log under ${requestId}.` : known.message;
  const code = known?.code === "request.not_json" ? CODES.parse : status < 500 ? CODES.request : CODES.internal;
  const headers: Record<string, string> = { "content-type": "application/json" };
  if (status === 401) headers["www-authenticate"] = "Bearer";
  if (status === 405) headers["allow"] = "POST";
  if (status === 429) headers["retry-after"] = String(known?.details["retryAfterS"] ?? 60);
  if (status === 503) headers["retry-after"] = "2";
  return new Response(JSON.stringify({ jsonrpc: "2.0", error: { code, message, data: { code: known?.code ?? "internal", requestId } }, id: null }), { status, headers });
}
