import { randomUUID } from "node:crypto";
import type { OAuthClientProvider } from "@modelcontextprotocol/sdk/client/auth.js";
import { z } from "zod";
import type { AccessToken, SharedTokens } from "../credentials/shared-tokens.ts";
import type { Clock } from "../lib/clock.ts";
import { sha256 } from "../lib/sha256.ts";
import { limitMessages, type McpFetch } from "./mcp-body.ts";
import { mcpSignInNeeded, outboundFault } from "./outbound.errors.ts";
import type { Outbound } from "./outbound.ts";
import { freshUntilMs } from "./tokens.ts";

/** How access tokens are had: a person has signed in once (`person`), or this installation is known itself (`client`). */
export type McpGrant =
  | { kind: "person"; client: { id: string; secret: string | null } | null; /** Of a document that describes this client, where the authority reads such. */ clientMetadataUrl: string | null; scopes: readonly string[] }
  | { kind: "client"; id: string; proof: { secret: string } | { privateKey: string; algorithm: string }; scopes: readonly string[] };

/** One server and how to be let in. `grant` reads secrets, anew each time it is needed. */
export type McpAccount = { tenantId: string; name: string; url: URL; grant(): Promise<McpGrant> };

/** What a server that let nobody in says of how to be let in. */
export type McpChallenge = { scope: string | null; resourceMetadataUrl: string | null };

/** Where sign-ins are kept, sealed and for all processes. */
export type McpSignInStore = { read(tenantId: string, name: string): Promise<string | null>; write(tenantId: string, name: string, text: string): Promise<void> };

export type McpSignInDeps = { outbound: Pick<Outbound, "fetch">; shared: SharedTokens; store: McpSignInStore; clock: Clock };

const issued = z.looseObject({ client_id: z.string() });
const authority = z.looseObject({ issuer: z.string(), token_endpoint: z.string() });

/** What a person's sign-in leaves behind. `generation` tells one sign-in from the next: each has access tokens of its own. */
const signIn = z.object({ generation: z.string(), authorizationServerUrl: z.string(), metadata: authority.nullable(), client: issued, resource: z.string().nullable(), refreshToken: z.string().nullable() });
type SignIn = z.output<typeof signIn>;

/** All requests of one exchange with an authority; less than a token's lease lasts. */
const EXCHANGE_MS = 25_000;
const MAX_BYTES = 1_000_000;

/**
 * A `fetch` for one server that carries its access token, renews it when it is refused, and asks again once.
 *
 * Throws: `outbound.sign_in_needed` when only a person can go on; `outbound.authentication` when the authority gives none.
 */
export function withSignIn(deps: McpSignInDeps, account: McpAccount, send: McpFetch): McpFetch {
  const access = createAccess(deps, account);
  return async (url, init) => {
    const token = await access.token();
    const answer = await send(url, withToken(init, token));
    const { scope, resourceMetadataUrl, error } = await readChallenge(answer);
    if (answer.status !== 401 && !(answer.status === 403 && error === "insufficient_scope")) return answer;
    await answer.body?.cancel();
    return send(url, withToken(init, await access.renew(token, answer.status === 403, { scope: scope ?? null, resourceMetadataUrl: resourceMetadataUrl?.href ?? null })));
  };
}

/** A `fetch` to an authority: through the guard, within its time and size. */
export function authorityFetch(deps: Pick<McpSignInDeps, "outbound">, timeoutMs = EXCHANGE_MS): McpFetch {
  const deadline = AbortSignal.timeout(timeoutMs);
  return async (url, init) => limitMessages(await deps.outbound.fetch(url, { ...init, signal: deadline }), MAX_BYTES, () => undefined);
}

/** Keeps a person's sign-in and shares its first access token. */
export async function keepSignIn(deps: McpSignInDeps, account: McpAccount, given: Omit<SignIn, "generation">, first: { token: string; expiresInS: number | undefined }): Promise<void> {
  const made = { ...given, generation: randomUUID() };
  await deps.store.write(account.tenantId, account.name, JSON.stringify(made));
  const nowMs = deps.clock.nowMs();
  await deps.shared.get(placeOf(account, made.generation), () => Promise.resolve({ token: first.token, freshUntilMs: freshUntilMs(nowMs, first.expiresInS) }));
}

type Access = {
  /** Null: nobody has signed in yet. */
  token(): Promise<string | null>;
  renew(refused: string | null, isTooNarrow: boolean, challenge: McpChallenge): Promise<string>;
};

function createAccess(deps: McpSignInDeps, account: McpAccount): Access {
  /** Of the sign-in whose tokens are used until one of them is refused; null: look. */
  let generation: string | null = null;
  /** What a client was last asked for. */
  let scopes: string | null = null;
  const get = async (challenge: McpChallenge | null): Promise<string | null> => {
    const grant = await account.grant();
    if (grant.kind === "client") {
      scopes = challenge?.scope ?? scopes ?? (grant.scopes.join(" ") || null);
      generation = sha256(JSON.stringify([grant, scopes]));
      const asked = { scope: scopes, resourceMetadataUrl: challenge?.resourceMetadataUrl ?? null };
      return deps.shared.get(placeOf(account, generation), () => obtainAsClient(deps, account, grant, asked));
    }
    generation ??= (await readSignIn(deps, account))?.generation ?? null;
    return generation === null ? null : deps.shared.get(placeOf(account, generation), () => refresh(deps, account, challenge));
  };
  return {
    token: () => get(null),
    async renew(refused, isTooNarrow, challenge) {
      const before = generation;
      // A token that is good for less than is asked for stays good for that.
      if (before !== null && refused !== null && !isTooNarrow) await deps.shared.drop(placeOf(account, before), refused);
      if ((await account.grant()).kind === "person") {
        generation = (await readSignIn(deps, account))?.generation ?? null;
        // Nothing but a new sign-in makes it wider.
        if (isTooNarrow && generation === before) throw signInNeeded(account, challenge);
      }
      const token = await get(challenge);
      if (token === null) throw signInNeeded(account, challenge);
      return token;
    },
  };
}

function signInNeeded({ name }: McpAccount, challenge: McpChallenge | null, cause?: unknown): Error {
  const scopes = challenge?.scope === null || challenge === null ? "" : ` --scope "${challenge.scope}"`;
  return mcpSignInNeeded({ message: `A person has to sign in to "${name}": run baton tools login ${name}${scopes}`, details: { challenge }, ...(cause === undefined ? {} : { cause }) });
}

function placeOf({ tenantId, name, url }: McpAccount, generation: string): { tenantId: string; key: string } {
  return { tenantId, key: sha256(JSON.stringify(["mcp", name, url.href, generation])) };
}

async function readSignIn({ store }: McpSignInDeps, { tenantId, name }: McpAccount): Promise<SignIn | null> {
  const text = await store.read(tenantId, name);
  return text === null ? null : signIn.parse(JSON.parse(text));
}

/** Runs under the lease of the token: nobody else refreshes meanwhile, and what the last one was given is read anew. */
async function refresh(deps: McpSignInDeps, account: McpAccount, challenge: McpChallenge | null): Promise<AccessToken> {
  const kept = await readSignIn(deps, account);
  if (kept === null || kept.refreshToken === null) throw signInNeeded(account, challenge);
  const [{ refreshAuthorization }, { OAuthError }, { OAuthMetadataSchema, OAuthClientInformationSchema }] = await Promise.all([import("@modelcontextprotocol/sdk/client/auth.js"), import("@modelcontextprotocol/sdk/server/auth/errors.js"), import("@modelcontextprotocol/sdk/shared/auth.js")]);
  try {
    const given = await refreshAuthorization(kept.authorizationServerUrl, {
      ...(kept.metadata === null ? {} : { metadata: OAuthMetadataSchema.parse(kept.metadata) }), ...(kept.resource === null ? {} : { resource: kept.resource }),
      clientInformation: OAuthClientInformationSchema.parse(kept.client), refreshToken: kept.refreshToken, fetchFn: authorityFetch(deps),
    });
    if (given.refresh_token !== undefined && given.refresh_token !== kept.refreshToken) await deps.store.write(account.tenantId, account.name, JSON.stringify({ ...kept, refreshToken: given.refresh_token }));
    return { token: given.access_token, freshUntilMs: freshUntilMs(deps.clock.nowMs(), given.expires_in) };
  } catch (error) {
    // The grant has ended: withdrawn, expired, or used by somebody else.
    if (error instanceof OAuthError && ["invalid_grant", "invalid_client", "unauthorized_client"].includes(error.errorCode)) throw signInNeeded(account, challenge, error);
    throw error;
  }
}

async function obtainAsClient(deps: McpSignInDeps, account: McpAccount, grant: Extract<McpGrant, { kind: "client" }>, challenge: McpChallenge): Promise<AccessToken> {
  const [{ auth }, extensions] = await Promise.all([import("@modelcontextprotocol/sdk/client/auth.js"), import("@modelcontextprotocol/sdk/client/auth-extensions.js")]);
  const { id: clientId, proof } = grant;
  const provider: OAuthClientProvider = "secret" in proof ? new extensions.ClientCredentialsProvider({ clientId, clientSecret: proof.secret, clientName: "Baton" }) : new extensions.PrivateKeyJwtProvider({ clientId, privateKey: proof.privateKey, algorithm: proof.algorithm, clientName: "Baton" });
  try {
    await auth(provider, { serverUrl: account.url, ...(challenge.scope === null ? {} : { scope: challenge.scope }), ...(challenge.resourceMetadataUrl === null ? {} : { resourceMetadataUrl: new URL(challenge.resourceMetadataUrl) }), fetchFn: authorityFetch(deps) });
  } catch (error) {
    throw outboundFault("authentication", { detail: `The authority of "${account.name}" gave no token.`, cause: error });
  }
  const tokens = await provider.tokens();
  if (tokens === undefined) throw outboundFault("authentication", { detail: `The authority of "${account.name}" gave no token.` });
  return { token: tokens.access_token, freshUntilMs: freshUntilMs(deps.clock.nowMs(), tokens.expires_in) };
}

async function readChallenge(answer: Response): Promise<{ scope?: string; resourceMetadataUrl?: URL; error?: string }> {
  if (answer.status !== 401 && answer.status !== 403) return {};
  const { extractWWWAuthenticateParams } = await import("@modelcontextprotocol/sdk/client/auth.js");
  return extractWWWAuthenticateParams(answer);
}

function withToken(init: RequestInit | undefined, token: string | null): RequestInit {
  const headers = new Headers(init?.headers);
  if (token !== null) headers.set("authorization", `Bearer ${token}`);
  return { ...init, headers };
}
