import { timingSafeEqual } from "node:crypto";
import { readWebhookSecret, signWebhook } from "./webhook-signature.ts";

export type SignedRequest = { id: string | undefined; timestamp: string | undefined; signature: string | undefined; body: string };
export type SignatureVerdict = { kind: "valid" } | { kind: "invalid"; reason: string };

const TOLERANCE_S = 300;

/**
 * Checks a signed request against each of the secrets (two while one replaces the other).
 *
 * Units: `nowMs` since the epoch; a request is good for five minutes either way. Replay: pure.
 * Source: Standard Webhooks 1.0, "Verifying webhook authenticity"; symmetric signatures (`v1`).
 */
export function verifyStandardWebhook(secrets: readonly string[], request: SignedRequest, nowMs: number): SignatureVerdict {
  const invalid = (reason: string): SignatureVerdict => ({ kind: "invalid", reason });
  const keys = secrets.map(readWebhookSecret).filter((key) => key.byteLength > 0);
  if (keys.length === 0) return invalid("no secret is set");
  const { id, timestamp, signature, body } = request;
  if (!id || !timestamp || !signature) return invalid("webhook-id, webhook-timestamp and webhook-signature are needed");
  if (!/^\d{1,12}$/.test(timestamp)) return invalid("webhook-timestamp is not a number of seconds");
  const ageS = Math.floor(nowMs / 1_000) - Number(timestamp);
  if (Math.abs(ageS) > TOLERANCE_S) return invalid(ageS > 0 ? "webhook-timestamp is more than five minutes old" : "webhook-timestamp is more than five minutes ahead");
  const given = signature.split(" ").filter((part) => part.startsWith("v1,")).map((part) => Buffer.from(part.slice(3)));
  for (const key of keys) {
    const expected = Buffer.from(signWebhook(key, { id, timestamp, body }));
    if (given.some((one) => one.byteLength === expected.byteLength && timingSafeEqual(one, expected))) return { kind: "valid" };
  }
  return invalid("no signature in webhook-signature fits");
}
