import { generateKeyPairSync, sign } from "node:crypto";
import { keyIdOf, type LedgerSigner } from "../observe/ledger-signature.ts";
import { recordInLedger } from "../observe/ledger.ts";
import type { CredentialDeps } from "./credentials.ts";
import { insertLedgerKey, listKeysNotUnder, lockLedgerKeys, readNewestKey, rewrapLedgerKey, type SealedLedgerKey } from "./ledger-key.store.ts";
import { seal, unseal } from "./seal.ts";

type PrivateKey = { id: string; pem: string };

/** Where a key stands; sealed into it, so that no row can be put in another's place. */
function contextOf(tenantId: string, id: string): string {
  return `ledger key\n${tenantId}\n${id}`;
}

/**
 * Signs by the tenant's Ed25519 key, whose private half is stored sealed under the master key. The first use makes it; each
 * process unseals it once.
 */
export function createLedgerSigner(deps: CredentialDeps): LedgerSigner {
  const known = new Map<string, Promise<PrivateKey>>();
  const keyOf = (tenantId: string) => {
    const held = known.get(tenantId);
    if (held !== undefined) return held;
    const opening = openKey(deps, tenantId);
    known.set(tenantId, opening);
    // A key store that is away now may be there the next time.
    opening.catch(() => known.delete(tenantId));
    return opening;
  };
  return {
    async sign(tenantId, text) {
      const { id, pem } = await keyOf(tenantId);
      return { keyId: id, signature: sign(null, Buffer.from(text), pem).toString("base64") };
    },
  };
}

async function openKey(deps: CredentialDeps, tenantId: string): Promise<PrivateKey> {
  const key = await deps.database.transaction(tenantId, async (query) => {
    await lockLedgerKeys(query, tenantId);
    const found = await readNewestKey(query, tenantId);
    if (found !== null) return found;
    const { publicKey, privateKey } = generateKeyPairSync("ed25519", { publicKeyEncoding: { type: "spki", format: "pem" }, privateKeyEncoding: { type: "pkcs8", format: "pem" } });
    const id = keyIdOf(publicKey);
    const made: SealedLedgerKey = { id, ...(await seal(deps.keys, privateKey, contextOf(tenantId, id))) };
    const at = new Date(deps.clock.nowMs());
    await insertLedgerKey(query, tenantId, { ...made, publicKey, at });
    await recordInLedger(query, tenantId, [{ kind: "ledger.key_made", subjectId: id, actor: "baton", at, body: { keyId: id } }]);
    return made;
  });
  return { id: key.id, pem: await unseal(deps.keys, key, contextOf(tenantId, key.id)) };
}

/** Wraps the keys that sign ledgers by the current master key. Returns how many were under another. */
export async function rewrapLedgerKeys(deps: CredentialDeps, tenantId: string): Promise<number> {
  const old = await listKeysNotUnder(deps.database, tenantId, await deps.keys.currentKeyId());
  for (const key of old) {
    const context = contextOf(tenantId, key.id);
    const after = await deps.keys.wrap(await deps.keys.unwrap(key, context), context);
    await deps.database.transaction(tenantId, (query) => rewrapLedgerKey(query, tenantId, key.id, after));
  }
  return old.length;
}
