import { z } from "zod";

/** How long a webhook is remembered whose signature holds no id of its delivery; what says itself that it is older is refused. */
export const REMEMBERED_MS = 90 * 86_400_000;

const path = z.string().max(200);
const place = z.union([z.strictObject({ header: z.string() }), z.strictObject({ at: path })]);
export type WebhookPlace = z.output<typeof place>;

const timestamp = z.strictObject({
  header: z.string().optional(),
  part: z.string().optional().describe("Of the signature's header: `t` in `t=1,v1=abc`."),
  unit: z.enum(["seconds", "milliseconds", "iso"]),
});

/**
 * How a system proves that a webhook is its own. `hmac`: SHA-256 over `signed`, a text of `{body}`, `{timestamp}`, `{method}` and
 * `{url}`; `token`: a secret in a header; `standard`: Standard Webhooks 1.0.
 */
const signature = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("hmac"), header: z.string(), encoding: z.enum(["hex", "base64"]),
    prefix: z.string().default("").describe("Before the signature, `sha256=`."),
    part: z.string().optional().describe("The signature's own name in a header of parts: `v1` in `t=1,v1=abc`."),
    signed: z.string().includes("{body}"),
    timestamp: timestamp.optional(),
  }),
  z.strictObject({ kind: z.literal("token"), header: z.string(), prefix: z.string().default("") }),
  z.strictObject({ kind: z.literal("standard") }),
]);
export type Signature = z.output<typeof signature>;

/** What a system sends by itself. Records in it are read by the connector's mapping. */
export const webhook = z.strictObject({
  setUp: z.string().describe("Where the operator makes it in the system."),
  signature,
  id: place.optional().describe("The same in every repeat, and signed; a digest of the body without it."),
  sendsBodyAs: z.enum(["one type", "several types"]).default("one type").describe("`several types`: two events of different types may have the same body, so the digest holds the type too."),
  type: z.array(place).min(1).describe("Joined by a dot."),
  at: z.array(place).default([]).describe("When it happened, by the first that is there: ISO 8601, or seconds or milliseconds since the epoch."),
  list: z.boolean().default(false).describe("The body is a list of events."),
  challenge: path.min(1).optional().describe("A text that the system wants back when it tries the address."),
  events: z.record(z.string(), z.strictObject({ what: z.string(), contact: path.optional(), case: path.optional() })),
});
export type Webhook = z.output<typeof webhook>;

/**
 * Whether a repeat can only be known by the body: what is signed holds no id. A token signs nothing, so whoever could repeat a request
 * with one could make a new one as well.
 */
export function isKnownByBody({ signature: { kind }, id }: Pick<Webhook, "signature" | "id">): boolean {
  return kind === "hmac" && id === undefined;
}

/** What is wrong with a connector's webhook. */
export function webhookFaults({ signature: proof, id }: Webhook): string[] {
  const isSigned = id === undefined || "at" in id || proof.kind === "token" || (proof.kind === "standard" && id.header === "webhook-id");
  return isSigned ? [] : ["webhook.id: the signature does not cover this header, so a repeat could change it. Leave it out: the digest of the body counts then."];
}
