import { randomBytes } from "node:crypto";
import type { OAuthClientProvider, OAuthDiscoveryState } from "@modelcontextprotocol/sdk/client/auth.js";
import type { OAuthClientInformationMixed, OAuthTokens } from "@modelcontextprotocol/sdk/shared/auth.js";
import { outboundFault } from "./outbound.errors.ts";
import { authorityFetch, keepSignIn, type McpAccount, type McpChallenge, type McpSignInDeps } from "./mcp-sign-in.ts";

/** Who signs in: is shown the link, and comes back to `redirectUrl` with a code for this `state`. */
export type McpSigner = { redirectUrl: string; authorize(link: URL, state: string): Promise<string> };

/** One half of the sign-in, before the person or after. */
const EXCHANGE_MS = 25_000;

/**
 * Lets a person sign in to an MCP server: authorization code with PKCE, registered on the spot unless the declaration names a
 * client. What comes of it is kept for all processes.
 *
 * Throws `outbound.authentication` when the authority refuses; what `authorize` throws.
 * Source: MCP 2025-11-25, "Authorization"; RFC 8252 for the redirect to this machine.
 */
export async function signInToMcp(deps: McpSignInDeps, account: McpAccount, challenge: McpChallenge, signer: McpSigner): Promise<void> {
  const grant = await account.grant();
  if (grant.kind !== "person") throw outboundFault("configuration", { detail: `"${account.name}" needs no sign-in: it is called as the client that its declaration names.` });
  const { auth } = await import("@modelcontextprotocol/sdk/client/auth.js");
  const state = randomBytes(24).toString("base64url");
  const made: { link?: URL; verifier?: string; discovery?: OAuthDiscoveryState; client?: OAuthClientInformationMixed; tokens?: OAuthTokens } = {};
  if (grant.client !== null) made.client = { client_id: grant.client.id, ...(grant.client.secret === null ? {} : { client_secret: grant.client.secret }) };
  const provider: OAuthClientProvider = {
    redirectUrl: signer.redirectUrl,
    clientMetadata: { client_name: "Baton", redirect_uris: [signer.redirectUrl], grant_types: ["authorization_code", "refresh_token"], response_types: ["code"] },
    ...(grant.clientMetadataUrl === null ? {} : { clientMetadataUrl: grant.clientMetadataUrl }),
    state: () => state,
    clientInformation: () => made.client,
    saveClientInformation: (client) => void (made.client = client),
    tokens: () => undefined,
    saveTokens: (tokens) => void (made.tokens = tokens),
    redirectToAuthorization: (link) => void (made.link = link),
    saveCodeVerifier: (verifier) => void (made.verifier = verifier),
    codeVerifier: () => made.verifier ?? "",
    saveDiscoveryState: (discovery) => void (made.discovery = discovery),
    discoveryState: () => made.discovery,
  };
  const scope = [...new Set([...grant.scopes, ...(challenge.scope?.split(" ") ?? [])])].join(" ");
  const asked = { serverUrl: account.url, ...(scope === "" ? {} : { scope }), ...(challenge.resourceMetadataUrl === null ? {} : { resourceMetadataUrl: new URL(challenge.resourceMetadataUrl) }) };
  await auth(provider, { ...asked, fetchFn: authorityFetch(deps, EXCHANGE_MS) });
  if (made.link === undefined) throw outboundFault("authentication", { detail: `The authority of "${account.name}" names no page to sign in on.` });
  const authorizationCode = await signer.authorize(made.link, state);
  await auth(provider, { ...asked, authorizationCode, fetchFn: authorityFetch(deps, EXCHANGE_MS) });
  const { tokens, client, discovery } = made;
  if (tokens === undefined || client === undefined || discovery === undefined) throw outboundFault("authentication", { detail: `The authority of "${account.name}" gave no token.` });
  await keepSignIn(deps, account, {
    authorizationServerUrl: discovery.authorizationServerUrl, metadata: discovery.authorizationServerMetadata ?? null, client: { ...client },
    resource: discovery.resourceMetadata?.resource ?? null, refreshToken: tokens.refresh_token ?? null,
  }, { token: tokens.access_token, expiresInS: tokens.expires_in });
}
