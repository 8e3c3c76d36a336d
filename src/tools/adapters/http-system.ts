import { AppError } from "../../lib/app-error.ts";
import { createMask, textsOf } from "../../lib/mask-texts.ts";
import type { CredentialSources } from "../../outbound/authentication.ts";
import { encodeBody, type NestedForm } from "../../outbound/body-content.ts";
import { outboundFaultKind } from "../../outbound/outbound.errors.ts";
import { isRepeatable, type OutboundAnswer, type OutboundLimits } from "../../outbound/outbound.ts";
import { readHeader, sendSigned } from "../../outbound/send-signed.ts";
import { hasDotSegment } from "../../outbound/uri-template.ts";
import { fillRequest, fillText, secretsIn, type RequestValues } from "../declared/fill-request.ts";
import type { ToolSourceDeps } from "../declared/tool-source.ts";
import { systemAway, systemFault } from "../tools.errors.ts";

/** How a system is called, as its declaration says it; all of it may hold `${secret:name}`. */
export type HttpSystemSettings = { url: string; authentication: unknown; headers: Readonly<Record<string, string>>; query: Readonly<Record<string, string>> };

/** One request: `path` is put behind the system's address as it stands; headers and body may be anything `encodeBody` takes. */
export type HttpRequest = { method: string; path: string; query: readonly (readonly [string, string])[]; headers: Readonly<Record<string, string>>; body: unknown; bodyType: string | null; nestedForm: NestedForm };

/** Makes a request once the secrets are known; `values` without the arguments. */
export type HttpRequestMaker = (secret: RequestValues["secret"]) => HttpRequest;

/** `template`: what else may hold secrets. Units: time in ms, `maxBytes` of the answer, unpacked. */
export type HttpCallOptions = { template: unknown; timeoutMs: number; maxBytes: number; signal: AbortSignal };

/** `mask` hides every secret of the call in a text; `told` hides them in the answer's values. */
export type HttpAnswer = OutboundAnswer & { mask(text: string): string; told(value: unknown): unknown };

/**
 * A business system over HTTP. Secrets are read anew for each call.
 *
 * Throws `tools.secret_missing`; `tools.system_away` (no answer, time is up); `tools.system_fault` (a private address, an answer that is
 * too large, a credential that no authority takes, a request that cannot be sent). No secret and no part of the address but its
 * host stands in them. Answers of every status are returned.
 * Redirects are followed only where nothing is sent twice, and lead nowhere the call itself could not go.
 */
export type HttpSystem = { readonly name: string; send(make: HttpRequestMaker, options: HttpCallOptions): Promise<HttpAnswer> };

/** A token is asked for by one for all who wait, so no call's own limits hold for it. */
const TOKEN_MS = 30_000;
const TOKEN_BYTES = 256_000;
/** A shorter secret could be a word of any answer. */
const SHORTEST_IN_ANSWER = 8;

export function createHttpSystem(name: string, settings: HttpSystemSettings, tenantId: string, { secrets, outbound, authentication }: Pick<ToolSourceDeps, "secrets" | "outbound" | "authentication">): HttpSystem {
  return {
    name,
    async send(make, { template, timeoutMs, maxBytes, signal }) {
      const known = new Map<string, string>();
      for (const secret of secretsIn([settings, template])) known.set(secret, await secrets.read(tenantId, secret));
      const hidden: unknown[] = [...known.values()];
      try {
        const fill: RequestValues = { value: () => undefined, secret: (secret) => known.get(secret) ?? "" };
        const request = prepare(settings, make(fill.secret), fill);
        const policy = settings.authentication === undefined ? null : fillRequest(settings.authentication, fill);
        const from: CredentialSources = { tenantId, authentications: {}, secrets: {} };
        const limits: OutboundLimits = { timeoutMs, maxBytes, timeUp: signal, attempt: null };
        const credentials = authentication.credentialsOf(policy, from, { ...limits, timeoutMs: Math.min(timeoutMs, TOKEN_MS), maxBytes: TOKEN_BYTES });
        const { answer, asked } = await sendSigned(outbound, credentials, request, limits, isRepeatable(request.method));
        hidden.push(asked.headers["authorization"]?.replace(/^\w+\s+/, ""));
        const hideLong = createMask(textsOf(hidden).filter((text) => text.length >= SHORTEST_IN_ANSWER));
        return { ...answer, mask: createMask(hidden), told: (value) => maskDeep(value, hideLong) };
      } catch (error) {
        throw toToolError(error, name, createMask(hidden));
      }
    },
  };
}

function prepare(settings: HttpSystemSettings, request: HttpRequest, fill: RequestValues) {
  const headers: Record<string, string> = { accept: "application/json, */*;q=0.8", "accept-encoding": "gzip", "user-agent": "baton" };
  for (const [name, value] of Object.entries(settings.headers)) headers[readHeader(name, fillText(value, fill))] = fillText(value, fill);
  for (const [name, value] of Object.entries(request.headers)) headers[readHeader(name, value)] = value;
  const body = isRepeatable(request.method) && request.body === undefined ? null : encodeBody(request.body, headers["content-type"] ?? request.bodyType, request.nestedForm);
  if (body !== null) headers["content-type"] = body.type;
  const url = addressOf(fillText(settings.url, fill), request.path);
  for (const [name, value] of Object.entries(settings.query)) url.searchParams.append(name, fillText(value, fill));
  for (const [name, value] of request.query) url.searchParams.append(name, value);
  return { method: request.method, url, headers, body: body?.bytes ?? null };
}

/** The path goes behind the address's own, its query before the path's. Throws `tools.system_fault` when it would lead elsewhere. */
function addressOf(base: string, path: string): URL {
  if (!URL.canParse(base)) throw systemFault({ message: "The system's address is not an address." });
  const url = new URL(base);
  const [own = "", query = ""] = path.split(/\?(.*)/s);
  if (hasDotSegment(own)) throw systemFault({ message: "An argument would change the path of the request." });
  if (own !== "") url.pathname = `${url.pathname.replace(/\/$/, "")}${own}`;
  for (const [name, value] of new URLSearchParams(query)) url.searchParams.append(name, value);
  return url;
}

/** Its cause is not kept: causes hold addresses and what was sent. */
function toToolError(error: unknown, name: string, mask: (text: string) => string): unknown {
  const kind = outboundFaultKind(error);
  if (kind === null || !(error instanceof AppError)) return error;
  const message = mask(error.message);
  if (kind === "timeout" || (kind === "communication" && error.details["isAnswered"] !== true)) return systemAway({ message });
  return systemFault({ message: kind === "authentication" ? `The credential for ${name} was refused: ${message}` : message });
}

function maskDeep(value: unknown, mask: (text: string) => string): unknown {
  if (typeof value === "string") return mask(value);
  if (Array.isArray(value)) return value.map((item) => maskDeep(item, mask));
  return typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value).map(([name, item]) => [name, maskDeep(item, mask)])) : value;
}
