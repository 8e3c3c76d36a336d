import { AppError, defineError } from "../lib/app-error.ts";

/** Kinds, statuses and titles are those of the workflows' standard, which has more of them. */
export const OUTBOUND_FAULTS = {
  configuration: { status: 400, title: "Configuration error" },
  authentication: { status: 401, title: "Authentication error" },
  authorization: { status: 403, title: "Authorization error" },
  timeout: { status: 408, title: "Timeout" },
  communication: { status: 500, title: "Communication error" },
} as const;

export type OutboundFaultKind = keyof typeof OUTBOUND_FAULTS;

/**
 * Why a call to another system came to nothing, as `outbound.<kind>`: `configuration` (it cannot be sent like this),
 * `authentication` (no credentials, or none that an authority gives), `authorization` (a private address nobody listed),
 * `timeout`, `communication` (no answer, or one that cannot be used; `status` of the answer when there was one).
 * `isAnswered`: there was one, and the same call would get the same again.
 */
export function outboundFault(kind: OutboundFaultKind, given: { detail: string; title?: string; status?: number; isAnswered?: boolean; cause?: unknown }): AppError {
  const { status, title } = OUTBOUND_FAULTS[kind];
  return new AppError({ code: `outbound.${kind}`, message: given.detail, status: given.status ?? status, details: { title: given.title ?? title, ...(given.isAnswered === true ? { isAnswered: true } : {}) }, ...(given.cause === undefined ? {} : { cause: given.cause }) });
}

/** The kind of a fault made by `outboundFault`; null for anything else. */
export function outboundFaultKind(error: unknown): OutboundFaultKind | null {
  if (!(error instanceof AppError) || !error.code.startsWith("outbound.")) return null;
  const kind = error.code.slice("outbound.".length);
  return kind === "configuration" || kind === "authentication" || kind === "authorization" || kind === "timeout" || kind === "communication" ? kind : null;
}

export const callInterrupted = defineError({ code: "outbound.interrupted", status: 503, isRetryable: true, message: "The attempt was given up while it waited for an answer; it is made again." });
/** `details.challenge`: what the server asked for. */
export const mcpSignInNeeded = defineError({ code: "outbound.sign_in_needed", status: 401, message: "A person has to sign in to this MCP server." });
