import { createHash, createPublicKey, verify } from "node:crypto";

/** The end of a chain at a moment. `at` ISO 8601 UTC. */
export type LedgerHead = { seq: number; hash: string; at: string };
/** `keyId` is made from the public key; `signature` base64. */
export type Signature = { keyId: string; signature: string };
export type SignedHead = LedgerHead & Signature;
/** The head of a day (`YYYY-MM-DD`, UTC), which is also kept outside. */
export type LedgerAnchor = SignedHead & { day: string };
/** `publicKey`: PEM (SPKI, Ed25519). */
export type LedgerKey = { id: string; publicKey: string };

/**
 * Signs heads of ledgers by Ed25519 (RFC 8032).
 *
 * Throws: what the key store throws, before anything is signed. Replay: the same text has the same signature.
 */
export type LedgerSigner = { sign(tenantId: string, text: string): Promise<Signature> };

export function headText(tenantId: string, { seq, hash, at }: LedgerHead): string {
  return `baton ledger head\n${tenantId}\n${seq}\n${hash}\n${at}`;
}

export function anchorText(tenantId: string, { day, seq, hash, at }: LedgerHead & { day: string }): string {
  return `baton ledger anchor\n${tenantId}\n${day}\n${seq}\n${hash}\n${at}`;
}

/** The id of a public key, by which anybody can tell that it is the one they know. Throws for what is no Ed25519 public key. */
export function keyIdOf(publicKeyPem: string): string {
  const key = createPublicKey(publicKeyPem);
  if (key.asymmetricKeyType !== "ed25519") throw new TypeError("not an Ed25519 key");
  const der = key.export({ type: "spki", format: "der" });
  return `lkey_${createHash("sha256").update(der).digest("hex").slice(0, 40)}`;
}

/** Whether a key is the one that its id names. */
export function isKeyWhole({ id, publicKey }: LedgerKey): boolean {
  try {
    return keyIdOf(publicKey) === id && isWhole(publicKey);
  } catch {
    return false;
  }
}

/** What is wrong with a signature; null: nothing. `keys`: those that are trusted. */
export function signatureProblem(keys: readonly LedgerKey[], text: string, { keyId, signature }: Signature): string | null {
  const key = keys.find((each) => each.id === keyId);
  if (key === undefined) return `its key ${keyId} is not known`;
  if (!isKeyWhole(key)) return `the public key ${keyId} was changed`;
  return verify(null, Buffer.from(text), key.publicKey, Buffer.from(signature, "base64")) && isCanonical(signature) ? null : "its signature does not fit";
}

/** Of one form only: a reader passes over what stands around a key. */
function isWhole(publicKeyPem: string): boolean {
  return createPublicKey(publicKeyPem).export({ type: "spki", format: "pem" }) === publicKeyPem;
}

/** Base64 of one form only: a decoder passes over what does not belong. */
function isCanonical(text: string): boolean {
  return Buffer.from(text, "base64").toString("base64") === text;
}
