import { createHash } from "node:crypto";
import { decodeJwt, SignJWT } from "jose";
import { z } from "zod";
import type { Clock } from "../lib/clock.ts";
import { parseJson } from "../lib/parse-json.ts";
import type { AccessToken, SharedTokens } from "../credentials/shared-tokens.ts";
import { outboundFault } from "./outbound.errors.ts";
import type { Outbound, OutboundLimits, OutboundRequest } from "./outbound.ts";

const securityToken = z.object({ token: z.string(), type: z.string() });

/** `authentication.oidc`: the endpoints are found under the authority. */
export const oidcPolicy = z.object({
  authority: z.string(),
  grant: z.enum(["client_credentials", "password", "refresh_token", "urn:ietf:params:oauth:grant-type:token-exchange"]),
  client: z.object({ id: z.string().optional(), secret: z.string().optional(), assertion: z.string().optional(), authentication: z.enum(["client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt", "none"]).default("client_secret_post") }).optional(),
  request: z.object({ encoding: z.enum(["application/x-www-form-urlencoded", "application/json"]) }).optional(),
  issuers: z.array(z.string()).optional(),
  scopes: z.array(z.string()).optional(),
  audiences: z.array(z.string()).optional(),
  username: z.string().optional(),
  password: z.string().optional(),
  subject: securityToken.optional(),
  actor: securityToken.optional(),
});
/** `authentication.oauth2`. */
export const oauth2Policy = oidcPolicy.extend({ endpoints: z.object({ token: z.string().default("/oauth2/token") }).loose().optional() });

export type TokenPolicy = ({ kind: "oauth2" } & z.infer<typeof oauth2Policy>) | ({ kind: "oidc" } & z.infer<typeof oidcPolicy>);

/** Access tokens by what they are for, each asked for once however many calls want it at the same moment. */
export type Tokens = {
  /** Throws `outbound.authentication` when the authority gives none. */
  of(tenantId: string, policy: TokenPolicy, limits: OutboundLimits): Promise<string>;
  /** Drops a token that was refused. False: it was not the kept one that was just obtained, or there is none. */
  forget(tenantId: string, policy: TokenPolicy, token: string): Promise<boolean>;
};

/** Ends a token's life this much before the authority does. */
const MARGIN_MS = 30_000;
const DEFAULT_LIFE_S = 300;

const answer = z.object({ access_token: z.string().min(1), expires_in: z.coerce.number().optional() });
const discovery = z.object({ token_endpoint: z.url() });

export function createTokens(deps: { outbound: Outbound; shared: SharedTokens; clock: Clock }): Tokens {
  // The key is a digest: secrets are part of what makes tokens the same, and need not lie here twice.
  const placeOf = (tenantId: string, policy: TokenPolicy) => ({ tenantId, key: createHash("sha256").update(JSON.stringify([tenantId, policy])).digest("base64") });
  return {
    // Shared by all who wait for it, so one who gives up does not end it: only time does.
    of: (tenantId, policy, limits) => deps.shared.get(placeOf(tenantId, policy), () => obtain(deps, policy, { ...limits, attempt: null, timeUp: null })),
    forget: (tenantId, policy, token) => deps.shared.drop(placeOf(tenantId, policy), token),
  };
}

async function obtain(deps: { outbound: Outbound; clock: Clock }, policy: TokenPolicy, limits: OutboundLimits): Promise<AccessToken> {
  const url = await tokenUrl(deps.outbound, policy, limits);
  const fields = fieldsOf(policy);
  const headers: Record<string, string> = { accept: "application/json", "accept-encoding": "identity" };
  await identifyClient(policy, url, fields, headers, deps.clock.nowMs());
  const encoding = policy.request?.encoding ?? "application/x-www-form-urlencoded";
  const body = encoding === "application/json" ? JSON.stringify(fields) : new URLSearchParams(fields).toString();
  const request: OutboundRequest = { method: "POST", url, headers: { ...headers, "content-type": encoding }, body: Buffer.from(body) };
  const given = await deps.outbound.send(request, limits);
  if (given.status === 429 || given.status >= 500) throw outboundFault("communication", { status: given.status, detail: `The authority ${url.origin} gave no token for now: it answered ${given.status}.` });
  if (given.status < 200 || given.status > 299) throw outboundFault("authentication", { detail: `The authority ${url.origin} gave no token: it answered ${given.status}${errorOf(given.body)}.` });
  const read = answer.safeParse(parseJson(new TextDecoder().decode(given.body)));
  if (!read.success) throw outboundFault("authentication", { detail: `The authority ${url.origin} answered without an access_token.` });
  checkIssuer(policy, read.data.access_token);
  return { token: read.data.access_token, freshUntilMs: freshUntilMs(deps.clock.nowMs(), read.data.expires_in) };
}

/** Until when a token is used that was given now for so many seconds, if the authority said. */
export function freshUntilMs(nowMs: number, expiresInS: number | undefined): number {
  const lifeMs = (expiresInS ?? DEFAULT_LIFE_S) * 1_000;
  return nowMs + lifeMs - Math.min(MARGIN_MS, lifeMs / 2);
}

async function tokenUrl(outbound: Outbound, policy: TokenPolicy, limits: OutboundLimits): Promise<URL> {
  const authority = policy.authority.replace(/\/+$/, "");
  if (!URL.canParse(authority)) throw outboundFault("configuration", { detail: "The authority of the authentication is not an address." });
  if (policy.kind === "oauth2") return new URL(authority + `/${policy.endpoints?.token ?? "/oauth2/token"}`.replace(/^\/+/, "/"));
  const url = new URL(`${authority}/.well-known/openid-configuration`);
  const found = await outbound.send({ method: "GET", url, headers: { accept: "application/json", "accept-encoding": "identity" }, body: null }, limits);
  const read = discovery.safeParse(parseJson(new TextDecoder().decode(found.body)));
  if (found.status !== 200 || !read.success) throw outboundFault("authentication", { detail: `${url.origin}${url.pathname} answered ${found.status} and names no token endpoint.` });
  return new URL(read.data.token_endpoint);
}

function fieldsOf(policy: TokenPolicy): Record<string, string> {
  const needs = (value: string | undefined, name: string) => {
    if (value === undefined) throw outboundFault("configuration", { detail: `The grant "${policy.grant}" needs ${name}.` });
    return value;
  };
  const fields: Record<string, string> = { grant_type: policy.grant };
  if (policy.grant === "password") Object.assign(fields, { username: needs(policy.username, "username"), password: needs(policy.password, "password") });
  if (policy.grant === "refresh_token") fields["refresh_token"] = needs(policy.subject?.token, "subject.token");
  if (policy.grant === "urn:ietf:params:oauth:grant-type:token-exchange") {
    Object.assign(fields, { subject_token: needs(policy.subject?.token, "subject.token"), subject_token_type: needs(policy.subject?.type, "subject.type") });
    if (policy.actor !== undefined) Object.assign(fields, { actor_token: policy.actor.token, actor_token_type: policy.actor.type });
  }
  // OpenID Connect asks for its own scope.
  const scopes = policy.kind === "oidc" && policy.scopes === undefined ? ["openid"] : (policy.scopes ?? []);
  if (scopes.length > 0) fields["scope"] = scopes.join(" ");
  if (policy.audiences !== undefined && policy.audiences.length > 0) fields["audience"] = policy.audiences.join(" ");
  return fields;
}

/** Source: RFC 6749 section 2.3, RFC 7523 for assertions. */
async function identifyClient(policy: TokenPolicy, url: URL, fields: Record<string, string>, headers: Record<string, string>, nowMs: number): Promise<void> {
  const client = policy.client;
  if (client?.id === undefined) return;
  const { id, secret, authentication: way } = client;
  if (way === "client_secret_basic") {
    headers["authorization"] = `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret ?? "")}`).toString("base64")}`;
    return;
  }
  fields["client_id"] = id;
  if (way === "client_secret_post" && secret !== undefined) fields["client_secret"] = secret;
  if (way !== "client_secret_jwt" && way !== "private_key_jwt") return;
  if (client.assertion === undefined && (way === "private_key_jwt" || secret === undefined)) throw outboundFault("configuration", { detail: `The client authentication "${way}" needs client.assertion${way === "client_secret_jwt" ? " or client.secret" : ""}.` });
  fields["client_assertion_type"] = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
  fields["client_assertion"] = client.assertion ?? (await signAssertion(id, secret ?? "", url.href, nowMs));
}

async function signAssertion(id: string, secret: string, audience: string, nowMs: number): Promise<string> {
  const now = Math.floor(nowMs / 1_000);
  return new SignJWT({ iss: id, sub: id, jti: crypto.randomUUID() }).setProtectedHeader({ alg: "HS256" }).setAudience(audience).setIssuedAt(now).setExpirationTime(now + 60).sign(Buffer.from(secret));
}

function checkIssuer(policy: TokenPolicy, token: string): void {
  if (policy.issuers === undefined || policy.issuers.length === 0) return;
  let issuer: string | undefined;
  try {
    issuer = decodeJwt(token).iss;
  } catch (error) {
    throw outboundFault("authentication", { detail: "The token names no issuer, but the document lists the issuers it accepts.", cause: error });
  }
  if (issuer === undefined || !policy.issuers.includes(issuer)) throw outboundFault("authentication", { detail: "The token was issued by one that the document does not list." });
}

/** The standard's short code (`invalid_client`); nothing else of the answer, which may repeat what was sent. */
function errorOf(body: Uint8Array): string {
  const read = z.object({ error: z.string().regex(/^[a-z_]{1,60}$/) }).safeParse(parseJson(new TextDecoder().decode(body)));
  return read.success ? ` (${read.data.error})` : "";
}
