import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { environmentName } from "../credentials/secret-reader.ts";
import { listCredentials } from "../credentials/credential.store.ts";
import { messageOf } from "../lib/app-error.ts";
import type { Log } from "../lib/log.ts";
import { splitList } from "../lib/split-list.ts";
import { isPublicAddress, type TargetRule } from "../outbound/guard-address.ts";
import type { Database } from "../storage/database.ts";
import type { Workspace } from "../workspace/workspace.ts";

/** What the operator has not given yet: `name` of a secret, or a host with its port. `files` of the workspace need it. */
export type MissingNeed = { kind: "secret" | "address"; name: string; files: string[] };

const LOOKUP_MS = 2_000;

/**
 * Secrets that are not set and private addresses that are not allowed, of all that the workspace's declared tools need.
 * Nothing is called; a name that cannot be resolved in two seconds is passed over.
 */
export async function findMissingNeeds(needs: Workspace["needs"], { isSet, isAllowed }: { isSet(name: string): boolean; isAllowed: TargetRule }): Promise<MissingNeed[]> {
  const found = new Map<string, MissingNeed>();
  const add = (kind: MissingNeed["kind"], name: string, file: string) => {
    const known = found.get(`${kind} ${name}`) ?? { kind, name, files: [] };
    found.set(`${kind} ${name}`, { ...known, files: [...new Set([...known.files, file])] });
  };
  for (const [file, { secrets, addresses }] of needs) {
    for (const name of secrets) if (!isSet(name)) add("secret", name, file);
    const refused = await Promise.all(addresses.map((address) => refusedHost(address, isAllowed)));
    for (const host of refused) if (host !== null) add("address", host, file);
  }
  return [...found.values()];
}

/** What to do about it, as a sentence. */
export function adviceFor({ kind, name }: Pick<MissingNeed, "kind" | "name">, allowed: string): string {
  if (kind === "secret") return `Set it: npm run baton -- secrets set ${name}`;
  return `If Baton may call it, start with BATON_OUTBOUND_ALLOW=${[...splitList(allowed), name].join(",")}`;
}

/** Whether a secret is stored, or in the environment. */
export async function createSecretCheck(database: Database | null, tenantId: string, environment: Readonly<Record<string, string | undefined>>): Promise<(name: string) => boolean> {
  const stored = new Set(database === null ? [] : (await listCredentials(database, tenantId)).map(({ name }) => name));
  return (name) => stored.has(name) || Boolean(environment[environmentName(name)]);
}

/** Says in the log what is missing, a line each. Never throws: a start waits for none of it. */
export async function warnOfMissingNeeds({ database, workspace, log }: { database: Database; workspace: Pick<Workspace, "needs" | "tenantId">; log: Log }, allowed: string, isAllowed: TargetRule): Promise<void> {
  try {
    const isSet = await createSecretCheck(database, workspace.tenantId, process.env);
    for (const missing of await findMissingNeeds(workspace.needs, { isSet, isAllowed })) {
      log.warn(missing.kind === "secret" ? "workspace.secret_missing" : "workspace.address_not_allowed", { name: missing.name, files: missing.files.join(", "), advice: adviceFor(missing, allowed) });
    }
  } catch (error) {
    log.warn("workspace.needs_not_known", { error: messageOf(error) });
  }
}

/** The host and port that the guard would refuse; null for one that may be called. */
async function refusedHost(address: string, isAllowed: TargetRule): Promise<string | null> {
  const url = new URL(address);
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const port = url.port === "" ? (url.protocol === "https:" ? 443 : 80) : Number(url.port);
  const isRefused = (await addressesOf(host)).some((each) => !isPublicAddress(each) && !isAllowed({ host, port, address: each }));
  return isRefused ? (isIP(host) === 6 ? host : `${host}:${port}`) : null;
}

async function addressesOf(host: string): Promise<string[]> {
  if (isIP(host) !== 0) return [host];
  const late = Promise.withResolvers<never[]>();
  const timer = setTimeout(() => late.resolve([]), LOOKUP_MS);
  try {
    return (await Promise.race([lookup(host, { all: true }), late.promise])).map((each) => each.address);
  } catch {
    // An unknown name is the call's own fault, and no matter of what is allowed.
    return [];
  } finally {
    clearTimeout(timer);
  }
}
