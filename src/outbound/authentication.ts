import { z } from "zod";
import type { Clock } from "../lib/clock.ts";
import type { SharedTokens } from "../credentials/shared-tokens.ts";
import { outboundFault } from "./outbound.errors.ts";
import { answerDigest } from "./answer-digest.ts";
import { createTokens, oauth2Policy, oidcPolicy, type Tokens } from "./tokens.ts";
import type { Outbound, OutboundAnswer, OutboundLimits, OutboundRequest } from "./outbound.ts";

/** Puts credentials on a request; `again` gives the request to repeat after a refusal (401), null when there is nothing to try. */
export type Credentials = {
  apply(request: OutboundRequest): Promise<OutboundRequest>;
  again(request: OutboundRequest, answer: OutboundAnswer): Promise<OutboundRequest | null>;
};

/** `authentications`: policies by the names that references use; `secrets`: values by name, never to be shown. */
export type CredentialSources = { tenantId: string; authentications: Readonly<Record<string, Record<string, unknown>>>; secrets: Readonly<Record<string, unknown>> };

export type Authentication = {
  /** `policy`: what stands under `authentication`, evaluated. Throws `outbound.configuration` and `.authentication`; no value of a secret stands in them. */
  credentialsOf(policy: unknown, from: CredentialSources, limits: OutboundLimits): Credentials;
};

const named = z.object({ username: z.string(), password: z.string() });
const tokenOnly = z.object({ token: z.string() });
const reference = z.object({ use: z.string() });

/** A policy in a declaration, one of these; texts in it may still be references to secrets. */
export const authenticationPolicy = z
  .strictObject({ basic: named.optional(), bearer: tokenOnly.optional(), digest: named.optional(), oauth2: oauth2Policy.optional(), oidc: oidcPolicy.optional() })
  .refine((policy) => Object.keys(policy).length === 1, "One of basic, bearer, digest, oauth2 and oidc.");

const NOBODY: Credentials = { apply: (request) => Promise.resolve(request), again: () => Promise.resolve(null) };

export function createAuthentication(deps: { outbound: Outbound; shared: SharedTokens; clock: Clock }): Authentication {
  const tokens = createTokens(deps);
  return {
    credentialsOf(policy, from, limits) {
      if (policy === undefined || policy === null) return NOBODY;
      const { kind, value } = readPolicy(referencedPolicy(policy, from.authentications));
      const config = withSecret(value, from.secrets);
      if (kind === "basic") return basic(parse(named, config, "basic"));
      if (kind === "bearer") return bearer(typeof config === "string" ? config : parse(tokenOnly, config, "bearer").token);
      if (kind === "digest") return digest(parse(named, config, "digest"));
      if (kind === "oauth2") return token(tokens, from.tenantId, { kind, ...parse(oauth2Policy, config, kind) }, limits);
      if (kind === "oidc") return token(tokens, from.tenantId, { kind, ...parse(oidcPolicy, config, kind) }, limits);
      throw outboundFault("configuration", { detail: `There is no authentication "${kind}": basic, bearer, digest, oauth2 and oidc are known.` });
    },
  };
}

function referencedPolicy(policy: unknown, authentications: CredentialSources["authentications"]): unknown {
  const read = typeof policy === "string" ? { data: { use: policy } } : reference.safeParse(policy);
  const name = read.data?.use;
  if (name === undefined) return policy;
  const found = Object.hasOwn(authentications, name) ? authentications[name] : undefined;
  if (found === undefined) throw outboundFault("configuration", { detail: `use.authentications has no "${name}".` });
  // Sent as it stands it would be a wrong password, and in the other system's log.
  if (JSON.stringify(found).includes("${")) throw outboundFault("configuration", { detail: `use.authentications.${name} holds an expression that was not evaluated.` });
  return found;
}

function readPolicy(policy: unknown): { kind: string; value: unknown } {
  const [entry] = typeof policy === "object" && policy !== null ? Object.entries(policy) : [];
  if (entry === undefined) throw outboundFault("configuration", { detail: "The authentication of the endpoint is empty." });
  return { kind: entry[0], value: entry[1] };
}

/** `basic: { use: mySecret }` takes its fields from the secret. */
function withSecret(value: unknown, secrets: Readonly<Record<string, unknown>>): unknown {
  const read = reference.strict().safeParse(value);
  if (!read.success) return value;
  const name = read.data.use;
  const secret = Object.hasOwn(secrets, name) ? secrets[name] : undefined;
  if (secret === undefined || secret === null) throw outboundFault("configuration", { detail: `The secret "${name}" is not set, or use.secrets does not list it.` });
  return secret;
}

/** Names the fields that are wrong, never what they hold. */
function parse<T>(schema: z.ZodType<T>, config: unknown, kind: string): T {
  const read = schema.safeParse(config);
  if (read.success) return read.data;
  const fields = [...new Set(read.error.issues.map((issue) => issue.path.join(".") || "its value"))];
  throw outboundFault("configuration", { detail: `The authentication "${kind}" is not complete: see ${fields.join(", ")}.` });
}

function withHeader(request: OutboundRequest, authorization: string): OutboundRequest {
  // Whatever case the document wrote it in, there is one.
  const others = Object.fromEntries(Object.entries(request.headers).filter(([name]) => name.toLowerCase() !== "authorization"));
  return { ...request, headers: { ...others, authorization } };
}

function basic(given: z.infer<typeof named>): Credentials {
  const header = `Basic ${Buffer.from(`${given.username}:${given.password}`).toString("base64")}`;
  return { ...NOBODY, apply: (request) => Promise.resolve(withHeader(request, header)) };
}

function bearer(value: string): Credentials {
  return { ...NOBODY, apply: (request) => Promise.resolve(withHeader(request, `Bearer ${value}`)) };
}

function digest(given: z.infer<typeof named>): Credentials {
  return {
    apply: (request) => Promise.resolve(request),
    again: (request, answer) => {
      const header = answerDigest(answer.headers["www-authenticate"] ?? "", { ...given, method: request.method, uri: `${request.url.pathname}${request.url.search}` });
      return Promise.resolve(header === null ? null : withHeader(request, header));
    },
  };
}

function token(tokens: Tokens, tenantId: string, policy: Parameters<Tokens["of"]>[1], limits: OutboundLimits): Credentials {
  const put = async (request: OutboundRequest) => withHeader(request, `Bearer ${await tokens.of(tenantId, policy, limits)}`);
  return {
    apply: put,
    async again(request, answer) {
      if (answer.status !== 401 || !(await tokens.forget(tenantId, policy, request.headers["authorization"]?.slice(7) ?? ""))) return null;
      return put(request);
    },
  };
}
