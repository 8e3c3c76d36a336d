import { z } from "zod";

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
export const signature = z.discriminatedUnion("kind", [
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
  id: place.optional().describe("The same in every repeat; a digest of the body without it."),
  type: z.array(place).min(1).describe("Joined by a dot."),
  at: place.optional().describe("When it happened: ISO 8601, or seconds or milliseconds since the epoch."),
  list: z.boolean().default(false).describe("The body is a list of events."),
  challenge: path.min(1).optional().describe("A text that the system wants back when it tries the address."),
  events: z.record(z.string(), z.strictObject({ what: z.string(), contact: path.optional(), case: path.optional() })),
});
export type Webhook = z.output<typeof webhook>;
