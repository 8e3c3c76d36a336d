import type { CredentialDeps } from "./credentials.ts";
import { readSecret } from "./credentials.ts";

/**
 * Secrets by the names that documents and declarations use: a text, or named texts (`username`, `password`). Null: not set.
 * Values never stand in errors, traces, records, prompts or journals.
 */
export type SecretReader = { read(tenantId: string, name: string): Promise<SecretValue | null> };
export type SecretValue = Record<string, string> | string;

/**
 * Secrets from the store, else from the environment: `shop_token` is `BATON_SECRET_SHOP_TOKEN`, every character but letters and
 * digits an underscore. A value that is a JSON object of texts is read as named texts.
 */
export function createSecretReader(store: CredentialDeps | null, environment: Readonly<Record<string, string | undefined>>): SecretReader {
  return {
    async read(tenantId, name) {
      const stored = store === null ? null : await readSecret(store, tenantId, name);
      return toValue(stored ?? environment[environmentName(name)]);
    },
  };
}

export function environmentName(secret: string): string {
  return `BATON_SECRET_${secret.toUpperCase().replace(/[^A-Z0-9]/g, "_")}`;
}

function toValue(text: string | undefined): SecretValue | null {
  if (text === undefined || text === "") return null;
  if (!text.trimStart().startsWith("{")) return text;
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed !== "object" || parsed === null) return text;
    return Object.fromEntries(Object.entries(parsed).map(([key, item]) => [key, typeof item === "string" ? item : JSON.stringify(item)]));
  } catch {
    // A text that only looks like JSON is a text.
    return text;
  }
}
