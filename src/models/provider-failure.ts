import type { AppError } from "../lib/app-error.ts";
import { modelInvalidAnswer, modelOutOfCredit, modelPromptTooLong, modelRateLimited, modelRejected, modelUnauthorized, modelUnavailable } from "./models.errors.ts";

/** What a provider said when it failed: an HTTP answer, or an error inside a stream (`status` null unless it names one). */
export type ProviderFailure = { status: number | null; body: unknown; message: string; headers: Record<string, string> };

const MAX_MESSAGE = 300;
const NO_CREDIT = /insufficient_quota|billing_(hard_limit|not_active)|credit balance is too low|payment required/i;
const TOO_LONG = /context_length_exceeded|context (length|window|size)|prompt is too long|input is too long|too many (input )?tokens|token count.{0,40} exceeds|request_too_large/i;
/** Google refuses a wrong key as a bad request. */
const WRONG_KEY = /API[ _]key[ _](not[ _]valid|invalid)/i;
const LIMITED = /rate_limit|too many requests/i;
const CONNECTION = /^(terminated|fetch failed|network error|socket|other side closed|premature close)|ECONN|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EPIPE|UND_ERR/i;

/**
 * Names a provider's failure, by status first and the provider's own code second.
 *
 * Errors in the result: `models.unavailable`, `models.rate_limited` (with `retryAfterMs` when said), `models.unauthorized`,
 * `models.out_of_credit`, `models.prompt_too_long`, `models.invalid_answer`, `models.rejected`.
 */
export function modelErrorFrom(failure: ProviderFailure, given: Record<string, unknown>): AppError {
  const facts = readFacts(failure.body);
  const status = failure.status ?? facts.status;
  const message = facts.message || failure.message;
  const said = `${facts.code} ${facts.type} ${message}`;
  const retryAfterMs = readRetryAfter(failure.headers);
  const details = { ...given, ...(status === null ? {} : { providerStatus: status }), ...(retryAfterMs === null ? {} : { retryAfterMs }) };
  const all = { details, cause: new Error(withoutKeys(message).slice(0, MAX_MESSAGE)) };
  if (NO_CREDIT.test(said) || status === 402) return modelOutOfCredit(all);
  if ((TOO_LONG.test(said) && status !== 429) || status === 413) return modelPromptTooLong(all);
  if (status === 429 || (status === null && LIMITED.test(said))) return modelRateLimited(all);
  if (status === 401 || status === 403 || WRONG_KEY.test(said)) return modelUnauthorized(all);
  if (status === 408 || status === 409 || (status !== null && status >= 500)) return modelUnavailable(all);
  if (status !== null && status >= 300 && status < 400) return modelInvalidAnswer({ ...all, message: "The AI model's server redirects, and no redirect is followed; check the base URL." });
  if (status !== null) return modelRejected(all);
  // Without a status it is the connection, or an error inside a stream that had been accepted: the server's side. A thrown
  // Error of another kind is ours or the vendor library's, and a repeat would not mend it.
  const isOurs = failure.body instanceof Error && !CONNECTION.test(message) && !hasConnectionCause(failure.body);
  return isOurs ? modelRejected(all) : modelUnavailable(all);
}

type Facts = { status: number | null; code: string; type: string; message: string };

function readFacts(body: unknown): Facts {
  const outer = parseBody(body);
  const inner = isRecord(outer["error"]) ? outer["error"] : outer;
  const text = (key: string) => (typeof inner[key] === "string" ? inner[key] : "");
  const status = [inner["statusCode"], inner["status"], inner["code"]].map(Number).find((each) => Number.isInteger(each) && each >= 400 && each <= 599);
  return { status: status ?? statusOfType(text("type")), code: text("code"), type: text("type") || text("status") || text("__type"), message: text("message") };
}

/** Anthropic's stream errors have a type and no status. */
function statusOfType(type: string): number | null {
  if (type === "overloaded_error" || type === "api_error" || type === "server_error") return 503;
  if (type === "rate_limit_error") return 429;
  if (type === "authentication_error" || type === "permission_error") return 401;
  return type === "invalid_request_error" || type === "not_found_error" ? 400 : null;
}

function parseBody(body: unknown): Record<string, unknown> {
  if (isRecord(body)) return body;
  if (typeof body !== "string") return {};
  try {
    const parsed: unknown = JSON.parse(body);
    return isRecord(parsed) ? parsed : {};
  } catch {
    return {};
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `retry-after-ms`, or `Retry-After` in seconds or as a date (against the answer's own `Date`). Null when not said or not readable. */
function readRetryAfter(headers: Record<string, string>): number | null {
  const ms = Number(headers["retry-after-ms"] ?? Number.NaN);
  if (ms >= 0) return Math.ceil(ms);
  const text = headers["retry-after"];
  if (text === undefined) return null;
  const seconds = Number(text);
  if (seconds >= 0) return Math.ceil(seconds * 1_000);
  const until = Date.parse(text) - Date.parse(headers["date"] ?? "");
  return until >= 0 ? until : null;
}

function hasConnectionCause(error: Error): boolean {
  const cause = error.cause;
  return isRecord(cause) && typeof cause["code"] === "string" && CONNECTION.test(cause["code"]);
}

function withoutKeys(message: string): string {
  return message.replace(/\b((?:sk|pk|gsk|key)[-_]|Bearer )[\w*.-]{6,}/gi, "$1***");
}
