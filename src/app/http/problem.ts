import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import { AppError, messageOf } from "../../lib/app-error.ts";
import type { Log } from "../../lib/log.ts";

type Problem = { type: string; title: string; status: number; detail: string; code: string; requestId: string } & Record<string, unknown>;

const TITLES: Record<number, string> = { 400: "Bad request", 401: "Sign-in required", 403: "Not allowed", 404: "Not found", 405: "Method not allowed", 409: "Conflict", 413: "Too large", 415: "Unsupported media type", 422: "Not acceptable as it stands", 429: "Too many requests", 500: "Internal error", 503: "Try again shortly" };

/** Every error as a problem document (RFC 9457). What we did not foresee is logged and answered without its words. */
export function toProblem(context: Context, error: unknown, log: Log): Response {
  const requestId = String(context.get("requestId") ?? "");
  const known = error instanceof AppError ? { status: error.status, code: error.code, detail: error.message, details: error.details } : error instanceof HTTPException ? { status: error.status, code: "request.refused", detail: error.message, details: {} } : null;
  const status = known?.status ?? 500;
  const where = { requestId, method: context.req.method, path: context.req.path, status, code: known?.code ?? "internal" };
  if (known === null || (status >= 500 && status !== 503)) log.error("http.failed", { ...where, error: messageOf(error), stack: error instanceof Error ? error.stack : undefined });
  else log.info("http.refused", where);
  const problem: Problem = { ...known?.details, type: `https://baton.dev/problems/${known?.code ?? "internal"}`, title: TITLES[status] ?? "Error", status, detail: status === 500 ? "Something went wrong on our side; it is in the log under this request id." : (known?.detail ?? ""), code: known?.code ?? "internal", requestId };
  const headers: Record<string, string> = { "content-type": "application/problem+json" };
  if (status === 503) headers["retry-after"] = "2";
  if (status === 429) headers["retry-after"] = "60";
  if (status === 401) headers["www-authenticate"] = "Bearer";
  return new Response(JSON.stringify(problem), { status, headers });
}
