import { AppError } from "../../lib/app-error.ts";

/** An error in the form that clients of OpenAI's API know. `headers`: what tells them whether and when to try again. */
export type OpenAiError = { status: number; body: { error: { message: string; type: string; param: string | null; code: string } }; headers: Record<string, string> };

type Meaning = { status: number; type: string; code: string };

const MEANINGS: Readonly<Record<string, Meaning>> = {
  "identity.sign_in_required": { status: 401, type: "invalid_request_error", code: "invalid_api_key" },
  "identity.token_invalid": { status: 401, type: "invalid_request_error", code: "invalid_api_key" },
  "identity.not_allowed": { status: 403, type: "permission_error", code: "insufficient_permissions" },
  "models.unknown": { status: 404, type: "invalid_request_error", code: "model_not_found" },
  "models.over_budget": { status: 429, type: "insufficient_quota", code: "insufficient_quota" },
  "models.over_budget_handoff": { status: 429, type: "insufficient_quota", code: "insufficient_quota" },
  "models.rate_limited": { status: 429, type: "rate_limit_error", code: "rate_limit_exceeded" },
  "models.busy": { status: 429, type: "rate_limit_error", code: "rate_limit_exceeded" },
  "models.prompt_too_long": { status: 400, type: "invalid_request_error", code: "context_length_exceeded" },
  "models.none_fits": { status: 400, type: "invalid_request_error", code: "models.none_fits" },
};

/** What an error means to the client. What we did not foresee is told without its words. Pure. */
export function openAiError(thrown: unknown, requestId: string): OpenAiError {
  if (!(thrown instanceof AppError)) return written({ status: 500, type: "server_error", code: "internal_error" }, `Something went wrong on our side; it is in the log under ${requestId}.`, null, {});
  const meaning = MEANINGS[thrown.code] ?? meaningOf(thrown);
  const param = typeof thrown.details["param"] === "string" ? thrown.details["param"] : null;
  return written(meaning, messageFor(thrown), param, retryHeaders(thrown, meaning));
}

function written(meaning: Meaning, message: string, param: string | null, headers: Record<string, string>): OpenAiError {
  return { status: meaning.status, body: { error: { message, type: meaning.type, param, code: meaning.code } }, headers };
}

function meaningOf({ code, status, details }: AppError): Meaning {
  const told = details["providerStatus"];
  // What the provider found wrong in the request is the client's to mend.
  if (code === "models.rejected" && (told === 400 || told === 422)) return { status: 400, type: "invalid_request_error", code };
  if (status >= 500) return { status, type: "api_error", code };
  return { status, type: status === 403 ? "permission_error" : "invalid_request_error", code: code === "gateway.invalid_request" ? "invalid_request" : code };
}

function messageFor({ code, message, cause }: AppError): string {
  return code === "models.rejected" && cause instanceof Error && cause.message !== "" ? `${message} It says: ${cause.message}` : message;
}

/** OpenAI's own clients repeat 409, 429 and 5xx unless they are told not to. */
function retryHeaders(thrown: AppError, { status }: Meaning): Record<string, string> {
  const waitMs = thrown.details["retryAfterMs"];
  const wait: Record<string, string> = typeof waitMs === "number" ? { "retry-after-ms": String(waitMs), "retry-after": String(Math.ceil(waitMs / 1_000)) } : status === 503 ? { "retry-after": "2" } : {};
  return thrown.isRetryable ? wait : { "x-should-retry": "false", ...wait };
}
