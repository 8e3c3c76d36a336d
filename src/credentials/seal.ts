import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { notReadable } from "./credentials.errors.ts";
import type { KeyStore, WrappedKey } from "./key-store.ts";

/** A secret as it may be stored. `sealed`: nonce, tag and text, base64. */
export type Sealed = WrappedKey & { sealed: string };

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** AES-256-GCM: nonce, tag, text. `context` must be the same to open it again. */
export function encrypt(key: Uint8Array, text: Uint8Array, context: string): Uint8Array {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from(context));
  const hidden = Buffer.concat([cipher.update(text), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), hidden]);
}

/** Throws `credentials.not_readable`. */
export function decrypt(key: Uint8Array, sealed: Uint8Array, context: string): Uint8Array {
  try {
    const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, NONCE_BYTES)).setAAD(Buffer.from(context)).setAuthTag(sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
    return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
  } catch (error) {
    throw notReadable({ cause: error });
  }
}

/** Seals a text under a data key of its own, wrapped by the store's master key. `context`: where it will stand. */
export async function seal(keys: KeyStore, text: string, context: string): Promise<Sealed> {
  const dataKey = randomBytes(32);
  const wrapped = await keys.wrap(dataKey, context);
  return { ...wrapped, sealed: Buffer.from(encrypt(dataKey, Buffer.from(text), context)).toString("base64") };
}

/** Throws what the store throws. */
export async function unseal(keys: KeyStore, sealed: Sealed, context: string): Promise<string> {
  const dataKey = await keys.unwrap(sealed, context);
  return Buffer.from(decrypt(dataKey, Buffer.from(sealed.sealed, "base64"), context)).toString("utf8");
}
