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

const SHORTEST = 4;

/** Replaces every text of the secrets, also as it stands in an address or in Basic credentials. */
export function createMask(secrets: Readonly<Record<string, unknown>>): (text: string) => string {
  const texts = new Set<string>();
  const gather = (value: unknown): void => {
    if (typeof value === "string" && value.length >= SHORTEST) for (const form of [value, encodeURIComponent(value), Buffer.from(value).toString("base64")]) texts.add(form);
    else if (typeof value === "object" && value !== null) Object.values(value).forEach(gather);
  };
  gather(secrets);
  const longestFirst = [...texts].sort((a, b) => b.length - a.length);
  return (text) => longestFirst.reduce((masked, secret) => masked.replaceAll(secret, "***"), text);
}
