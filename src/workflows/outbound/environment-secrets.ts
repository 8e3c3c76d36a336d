import type { SecretReader } from "../run/run-deps.ts";

/**
 * Secrets from the environment: `mySecret` is `BATON_SECRET_MYSECRET`, every character but letters and digits an underscore.
 * A value that is a JSON object of texts is read as named texts.
 */
export function createEnvironmentSecrets(environment: Readonly<Record<string, string | undefined>>): SecretReader {
  return {
    read: (_tenantId, name) => Promise.resolve(readSecret(environment[`BATON_SECRET_${name.toUpperCase().replace(/[^A-Z0-9]/g, "_")}`])),
  };
}

function readSecret(value: string | undefined): Record<string, string> | string | null {
  if (value === undefined || value === "") return null;
  if (!value.trimStart().startsWith("{")) return value;
  try {
    const parsed: unknown = JSON.parse(value);
    if (typeof parsed !== "object" || parsed === null) return value;
    return Object.fromEntries(Object.entries(parsed).map(([key, item]) => [key, typeof item === "string" ? item : JSON.stringify(item)]));
  } catch {
    // A text that only looks like JSON is a text.
    return value;
  }
}
