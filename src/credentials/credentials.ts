import type { Clock } from "../lib/clock.ts";
import { recordInLedger } from "../observe/ledger.ts";
import type { Database } from "../storage/database.ts";
import { deleteCredential, listCredentials, readCredential, rewrapCredential, saveCredential } from "./credential.store.ts";
import type { KeyStore } from "./key-store.ts";
import { seal, unseal, type Sealed } from "./seal.ts";

export type CredentialDeps = { database: Database; keys: KeyStore; clock: Clock };

/** Where a secret stands; sealed into it, so that no row can be put in another's place. */
function contextOf(tenantId: string, name: string): string {
  return `credential\n${tenantId}\n${name}`;
}

/** A secret's text; null when it is not set. Throws `credentials.not_readable`, `credentials.key_unknown`, `credentials.keys_away` (retryable). */
export async function readSecret(deps: CredentialDeps, tenantId: string, name: string): Promise<string | null> {
  const sealed = await readCredential(deps.database, tenantId, name);
  return sealed === null ? null : unseal(deps.keys, sealed, contextOf(tenantId, name));
}

/** Sets a secret; the ledger says that it was set and by whom, never to what. */
export async function setSecret(deps: CredentialDeps, tenantId: string, given: { name: string; value: string; by: string }): Promise<void> {
  const at = new Date(deps.clock.nowMs());
  const { name, by } = given;
  const sealed = await seal(deps.keys, given.value, contextOf(tenantId, name));
  await deps.database.transaction(tenantId, async (query) => {
    await saveCredential(query, tenantId, name, { ...sealed, by, at });
    await recordInLedger(query, tenantId, [{ kind: "secret.set", subjectId: name, actor: by, at, body: { name } }]);
  });
}

/** False: there was none of this name. */
export async function removeSecret(deps: CredentialDeps, tenantId: string, { name, by }: { name: string; by: string }): Promise<boolean> {
  const at = new Date(deps.clock.nowMs());
  return deps.database.transaction(tenantId, async (query) => {
    const wasThere = await deleteCredential(query, tenantId, name);
    if (wasThere) await recordInLedger(query, tenantId, [{ kind: "secret.removed", subjectId: name, actor: by, at, body: { name } }]);
    return wasThere;
  });
}

/**
 * Wraps every secret's data key by the current master key; what is wrapped by it already stays. Returns how many were.
 * Running it twice, or beside another, does no harm: a secret that was set meanwhile is under the current key anyway.
 */
export async function rewrapSecrets(deps: CredentialDeps, tenantId: string, by: string): Promise<number> {
  const current = await deps.keys.currentKeyId();
  const at = new Date(deps.clock.nowMs());
  const old = (await listCredentials(deps.database, tenantId)).filter(({ keyId }) => keyId !== current);
  const wrapped = await Promise.all(old.map(({ name }) => wrapAnew(deps, tenantId, name)));
  await deps.database.transaction(tenantId, async (query) => {
    for (const each of wrapped) if (each !== null) await rewrapCredential(query, tenantId, each.name, each.before, each.after);
    if (wrapped.length > 0) await recordInLedger(query, tenantId, [{ kind: "keys.rotated", subjectId: current, actor: by, at, body: { keyId: current, secrets: wrapped.length } }]);
  });
  return wrapped.length;
}

async function wrapAnew(deps: CredentialDeps, tenantId: string, name: string): Promise<{ name: string; before: Sealed; after: Sealed } | null> {
  const before = await readCredential(deps.database, tenantId, name);
  if (before === null) return null;
  const context = contextOf(tenantId, name);
  return { name, before, after: { ...before, ...(await deps.keys.wrap(await deps.keys.unwrap(before, context), context)) } };
}
