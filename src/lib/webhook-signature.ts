import { createHmac } from "node:crypto";

/** What is signed of a webhook. `timestamp`: seconds since the epoch, as it stands in the header. */
export type SignedWebhook = { id: string; timestamp: string; body: string };

/**
 * The key in a webhook secret: base64, with `whsec_` in front or not. A text that is no base64 is the key as it stands.
 * Source: Standard Webhooks 1.0, "Signature scheme".
 */
export function readWebhookSecret(secret: string): Buffer {
  const text = secret.startsWith("whsec_") ? secret.slice("whsec_".length) : secret;
  return Buffer.from(text, /^[A-Za-z0-9+/]*={0,2}$/.test(text) ? "base64" : "utf8");
}

/** The signature without its version: base64 of the HMAC-SHA256. */
export function signWebhook(key: Buffer, { id, timestamp, body }: SignedWebhook): string {
  return createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64");
}
