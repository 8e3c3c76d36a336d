import { validateHeaderName, validateHeaderValue } from "node:http";
import type { Credentials } from "./authentication.ts";
import { outboundFault } from "./outbound.errors.ts";
import type { Outbound, OutboundAnswer, OutboundLimits, OutboundRequest } from "./outbound.ts";

const MAX_REDIRECTS = 5;
/** They belong to the connection, not to the message. */
const OF_CONNECTION = new Set(["host", "connection", "content-length", "transfer-encoding", "upgrade", "te", "trailer", "keep-alive", "proxy-connection", "expect"]);

/**
 * Sends a request with its credentials, again when they are refused and can be renewed. Redirects are followed only where nothing
 * is sent twice (GET, HEAD); another origin gets none of the credentials.
 *
 * Throws what `Outbound.send` throws.
 */
export async function sendSigned(outbound: Outbound, credentials: Credentials, request: OutboundRequest, limits: OutboundLimits, followsRedirects: boolean): Promise<{ answer: OutboundAnswer; asked: OutboundRequest }> {
  let asked = await credentials.apply(request);
  let answer = await outbound.send(asked, limits);
  if (answer.status === 401) {
    const again = await credentials.again(asked, answer);
    if (again !== null) {
      asked = again;
      answer = await outbound.send(asked, limits);
    }
  }
  for (let hops = 0; followsRedirects && isRedirect(asked.method, answer); hops += 1) {
    if (hops >= MAX_REDIRECTS) throw outboundFault("communication", { status: answer.status, isAnswered: true, detail: `${asked.method} ${asked.url.origin} redirects more than ${MAX_REDIRECTS} times.` });
    asked = redirected(asked, answer.headers["location"] ?? "");
    answer = await outbound.send(asked, limits);
  }
  return { answer, asked };
}

/** The name in lower case. Throws `outbound.configuration`; the value is not told, it may be secret. */
export function readHeader(name: string, value: string): string {
  const known = name.toLowerCase();
  if (OF_CONNECTION.has(known)) throw outboundFault("configuration", { detail: `The header "${known}" is set by Baton itself.` });
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
  } catch (error) {
    throw outboundFault("configuration", { detail: `The header "${known.slice(0, 60)}" has characters that a header cannot hold.`, cause: error });
  }
  return known;
}

function isRedirect(method: string, answer: OutboundAnswer): boolean {
  return (method === "GET" || method === "HEAD") && [301, 302, 303, 307, 308].includes(answer.status) && answer.headers["location"] !== undefined;
}

function redirected(asked: OutboundRequest, location: string): OutboundRequest {
  if (!URL.canParse(location, asked.url.href)) throw outboundFault("communication", { status: 502, isAnswered: true, detail: `${asked.url.origin} redirects to something that is not an address.` });
  const url = new URL(location, asked.url);
  if (url.origin === asked.url.origin) return { ...asked, url };
  // Keys are sent under many names (x-api-key, ...), so another origin gets only what says nothing about the sender.
  const kept = Object.entries(asked.headers).filter(([name]) => ["accept", "accept-encoding", "accept-language", "user-agent"].includes(name));
  return { ...asked, url, headers: Object.fromEntries(kept) };
}
