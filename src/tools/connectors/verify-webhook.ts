import { createHmac, timingSafeEqual } from "node:crypto";
import { verifyStandardWebhook, type SignatureVerdict } from "../../lib/standard-webhook.ts";
import type { Signature } from "./webhook.ts";

/** As it came: header names in lower case, the body byte for byte; `url` as the sender knows it. */
export type WebhookRequest = { method: string; url: string; headers: Readonly<Record<string, string | undefined>>; body: string };

const TOLERANCE_MS = 300_000;

/**
 * Whether a webhook is of the system it says, by each of the secrets (two while one replaces the other).
 *
 * Units: `nowMs` since the epoch; one that names its time is good for five minutes either way. Replay: pure.
 * Source: each connector's own documentation; RFC 2104.
 */
export function verifyWebhook(signature: Signature, secrets: readonly string[], request: WebhookRequest, nowMs: number): SignatureVerdict {
  const invalid = (reason: string): SignatureVerdict => ({ kind: "invalid", reason });
  const keys = secrets.filter((secret) => secret !== "");
  if (keys.length === 0) return invalid("no secret is set");
  const { headers, body } = request;
  if (signature.kind === "standard") return verifyStandardWebhook(keys, { id: headers["webhook-id"], timestamp: headers["webhook-timestamp"], signature: headers["webhook-signature"], body }, nowMs);
  const header = headers[signature.header];
  if (header === undefined || !header.startsWith(signature.prefix)) return invalid(`the header ${signature.header} is needed`);
  if (signature.kind === "token") return keys.some((key) => isSame(header.slice(signature.prefix.length), key)) ? { kind: "valid" } : invalid(`the token in ${signature.header} does not fit`);
  const stamp = signature.timestamp;
  const timestamp = stamp === undefined ? "" : stamp.part === undefined ? headers[stamp.header ?? ""] : partsOf(header, stamp.part)[0];
  if (timestamp === undefined) return invalid("its timestamp is missing");
  if (stamp !== undefined && !(Math.abs(nowMs - msOf(timestamp, stamp.unit)) <= TOLERANCE_MS)) return invalid("its timestamp is not within five minutes of now");
  const values: Record<string, string> = { body, timestamp, method: request.method, url: request.url };
  const signed = signature.signed.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? "");
  const given = signature.part === undefined ? [header.slice(signature.prefix.length)] : partsOf(header, signature.part);
  const isValid = keys.some((key) => given.some((each) => isSame(each, createHmac("sha256", key).update(signed).digest(signature.encoding))));
  return isValid ? { kind: "valid" } : invalid(`the signature in ${signature.header} does not fit`);
}

/** `t=1,v1=a,v1=b`: every value of that name. */
function partsOf(header: string, name: string): string[] {
  return header.split(",").map((part) => part.trim()).filter((part) => part.startsWith(`${name}=`)).map((part) => part.slice(name.length + 1));
}

function msOf(text: string, unit: "seconds" | "milliseconds" | "iso"): number {
  if (unit === "iso") return Date.parse(text);
  return /^\d{1,15}$/.test(text) ? Number(text) * (unit === "seconds" ? 1_000 : 1) : Number.NaN;
}

function isSame(given: string, expected: string): boolean {
  const [left, right] = [Buffer.from(given), Buffer.from(expected)];
  return left.byteLength === right.byteLength && timingSafeEqual(left, right);
}
