import { isRecord } from "../../lib/is-record.ts";
import { findReference, referenceOf } from "./follow-reference.ts";
import type { FoundOperation } from "./operations.ts";
import type { OpenApiDocument } from "./read-document.ts";

/** How a declaration signs in, with references to secrets that are still to be set; `secrets` are their names. */
export type SuggestedCredentials = { authentication?: Record<string, unknown>; headers?: Record<string, string>; query?: Record<string, string>; secrets: string[] };

/** The first way to sign in that a document names for its operations and Baton knows. Replay: pure. */
export function suggestCredentials(document: OpenApiDocument, operations: readonly FoundOperation[], name: string): SuggestedCredentials {
  const required = operations.map(({ operation }) => operation["security"] ?? document["security"]).filter(Array.isArray).flat();
  const wanted = [...new Set(required.filter(isRecord).flatMap((each) => Object.keys(each)))];
  const holder = document.swagger === undefined ? findReference(document, "#/components/securitySchemes") : document["securityDefinitions"];
  for (const each of wanted) {
    const given = isRecord(holder) ? holder[each] : undefined;
    const reference = referenceOf(given);
    const scheme = reference === null ? given : findReference(document, reference);
    const found = isRecord(scheme) ? credentialsOf(scheme, name) : null;
    if (found !== null) return found;
  }
  return { secrets: [] };
}

function credentialsOf(scheme: Record<string, unknown>, name: string): SuggestedCredentials | null {
  const kind = scheme["type"] === "http" ? String(scheme["scheme"]).toLowerCase() : scheme["type"];
  const secret = (suffix: string) => `\${secret:${name}_${suffix}}`;
  if (kind === "basic" || kind === "digest") return { authentication: { [kind]: { username: secret("username"), password: secret("password") } }, secrets: [`${name}_username`, `${name}_password`] };
  if (kind === "bearer") return { authentication: { bearer: { token: secret("token") } }, secrets: [`${name}_token`] };
  if (kind === "apiKey" && (scheme["in"] === "header" || scheme["in"] === "query") && typeof scheme["name"] === "string") return { [scheme["in"] === "header" ? "headers" : "query"]: { [scheme["name"]]: secret("key") }, secrets: [`${name}_key`] };
  if (kind !== "oauth2") return null;
  const flows = isRecord(scheme["flows"]) ? scheme["flows"] : {};
  const flow = isRecord(flows["clientCredentials"]) ? flows["clientCredentials"] : scheme["flow"] === "application" ? scheme : null;
  // A person's consent is not ours to give: whoever has such a token stores it.
  if (flow === null || typeof flow["tokenUrl"] !== "string" || !URL.canParse(flow["tokenUrl"])) return { authentication: { bearer: { token: secret("token") } }, secrets: [`${name}_token`] };
  const url = new URL(flow["tokenUrl"]);
  return { authentication: { oauth2: { authority: url.origin, endpoints: { token: url.pathname }, grant: "client_credentials", client: { id: secret("client"), secret: secret("client_secret") } } }, secrets: [`${name}_client`, `${name}_client_secret`] };
}
