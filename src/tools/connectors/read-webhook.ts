import { parseJson } from "../../lib/parse-json.ts";
import { sha256 } from "../../lib/sha256.ts";
import { valueAt } from "../declared/fill-template.ts";
import type { Connector } from "./connector.ts";
import { isoTime, mapCase, mapContact, type MappedCase, type MappedContact } from "./map-record.ts";
import { verifyWebhook, type WebhookRequest } from "./verify-webhook.ts";
import { isKnownByBody, REMEMBERED_MS, type WebhookPlace } from "./webhook.ts";

/**
 * What a system told by itself. `id` is the same in every repeat; `digest`: of what was signed, where nothing else tells a repeat;
 * `isKnown`: the connector names this type; `at` is ISO 8601.
 */
export type WebhookEvent = { id: string; digest: string | null; type: string; isKnown: boolean; at: string | null; contact: MappedContact | null; case: MappedCase | null; data: unknown };

/** `challenge`: the system tries the address, and wants this text back. */
export type ReadWebhook = { kind: "read"; events: WebhookEvent[] } | { kind: "challenge"; text: string } | { kind: "refused"; reason: string };

/**
 * Reads a webhook of a connector's system; nothing of it counts before its signature does.
 *
 * Units: `nowMs` since the epoch. Replay: pure; a repeat has the same ids.
 */
export function readWebhook(connector: Pick<Connector, "title" | "webhook" | "mapping">, secrets: readonly string[], request: WebhookRequest, nowMs: number): ReadWebhook {
  const { webhook, mapping } = connector;
  if (webhook === undefined) return { kind: "refused", reason: `${connector.title} sends no webhooks` };
  const verdict = verifyWebhook(webhook.signature, secrets, request, nowMs);
  if (verdict.kind === "invalid") return { kind: "refused", reason: verdict.reason };
  const body = parseJson(request.body);
  if (body === undefined) return { kind: "refused", reason: "its body is no JSON" };
  const challenge = webhook.challenge === undefined ? null : textOf(valueAt(body, webhook.challenge));
  if (challenge !== null) return { kind: "challenge", text: challenge };
  const items: unknown[] = webhook.list ? (Array.isArray(body) ? body : []) : [body];
  if (items.length === 0) return { kind: "refused", reason: "its body has no events" };
  const events = items.map((item, index): WebhookEvent => {
    const at = (place: WebhookPlace | undefined) => (place === undefined ? null : "header" in place ? (request.headers[place.header] ?? null) : textOf(valueAt(item, place.at)));
    const type = webhook.type.map(at).filter((part) => part !== null).join(".");
    const known = Object.hasOwn(webhook.events, type) ? webhook.events[type] : undefined;
    const record = (path: string | undefined) => (path === undefined ? null : path === "" ? item : valueAt(item, path));
    const time = webhook.at.map(at).find((text) => text !== null) ?? null;
    const digest = sha256(`${webhook.sendsBodyAs === "one type" ? "" : `${type}\n`}${request.body}\n${index}`);
    return {
      id: at(webhook.id) ?? `sha256:${digest}`, digest: isKnownByBody(webhook) ? digest : null, type, isKnown: known !== undefined, at: time === null ? null : isoTime(time),
      contact: mapContact(mapping, record(known?.contact)), case: mapCase(mapping, record(known?.case)), data: item,
    };
  });
  // What could be older than our memory of it could be a repeat. The times of these stand in the body, which is signed.
  const isForgotten = events.some(({ digest, at }) => digest !== null && at !== null && nowMs - Date.parse(at) > REMEMBERED_MS);
  return isForgotten ? { kind: "refused", reason: "it is older than 90 days" } : { kind: "read", events };
}

function textOf(value: unknown): string | null {
  return (typeof value === "string" && value !== "") || typeof value === "number" ? String(value) : null;
}
