import { secretsIn } from "./fill-request.ts";

/** What calls of a declaration's tools need from the operator: secrets by their names, and the addresses that are called, as URLs. */
export type ToolNeeds = { secrets: readonly string[]; addresses: readonly string[] };

/** `template`: all of it that may hold `${secret:name}`; `reached`: where calls go, addresses at any depth; `secrets`: such as are named without a template. */
export function needsOf({ template, reached, secrets = [] }: { template?: unknown; reached?: unknown; secrets?: readonly (string | undefined)[] }): ToolNeeds {
  return { secrets: [...new Set([...secretsIn([template, reached]), ...secrets.filter((name) => name !== undefined)])], addresses: [...new Set(addressesIn(reached))] };
}

/** An address that is a secret is known at the call only. */
function addressesIn(value: unknown): string[] {
  if (typeof value === "string") return /^https?:\/\//i.test(value) && URL.canParse(value) ? [value] : [];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(addressesIn) : [];
}
