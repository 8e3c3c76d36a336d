import { z } from "zod";
import { answerRule, operation } from "./operation.ts";
import { webhook } from "./webhook.ts";

const name = z.string().regex(/^[a-z][a-z0-9_]{1,30}$/, "a name such as zendesk");
const path = z.string().min(1).max(200);

const parameter = z.strictObject({
  description: z.string(),
  example: z.string(),
  pattern: z.string().describe("For the whole value."),
  default: z.string().optional(),
});

/** How long to wait before the next call, by the first header that is there: seconds, milliseconds, or the moment as seconds since the epoch. */
const wait = z.strictObject({ header: z.string(), unit: z.enum(["seconds", "milliseconds", "epoch"]), status: z.array(z.number().int()).optional() });

/** A value by its path, or one of several by what stands there. */
const mapped = z.union([path, z.strictObject({ at: path, values: z.record(z.string(), z.string()) })]);

/** How the system's records become a contact and a case: name → where it stands in the record. */
const mapping = z.strictObject({
  contact: z.strictObject({ id: mapped, email: mapped.optional(), name: mapped.optional(), phone: mapped.optional() }).optional(),
  case: z
    .strictObject({
      id: mapped, title: mapped.optional(), contactId: mapped.optional(), url: mapped.optional(), openedAt: mapped.optional(), updatedAt: mapped.optional(),
      status: z.strictObject({ at: path, values: z.record(z.string(), z.enum(["open", "waiting", "resolved"])) }),
    })
    .optional(),
});
export type RecordMapping = z.output<typeof mapping>;

/**
 * `connectors/<name>.yaml`: a business system as data. How it is reached and signed in to, how it says "not now", what can be done
 * in it, what it sends by itself, and how its records become contacts and cases.
 *
 * Texts of `url` and `authentications` take `{parameter}`; those of `authentications` also `{secret}`, and `{server}`, the system's address here.
 */
export const connectorFile = z.strictObject({
  name,
  title: z.string(),
  about: z.string(),
  documentation: z.url(),
  category: z.enum(["helpdesk", "CRM", "shop", "billing", "engineering", "logs", "live infrastructure", "chat", "webhook"]),
  parameters: z.record(z.string().regex(/^[a-z][a-zA-Z0-9_]*$/), parameter).default({}),
  url: z.string(),
  headers: z.record(z.string(), z.string()).default({}),
  secret: z.string().nullable().describe("What the secret holds; null when the system may go without one."),
  authentications: z
    .record(z.string(), z.strictObject({ about: z.string(), use: z.record(z.string(), z.unknown()).optional(), headers: z.record(z.string(), z.string()).optional(), query: z.record(z.string(), z.string()).optional(), signs: z.literal("standard_webhooks").optional() }))
    .describe("The first is used unless the workspace names another."),
  limits: z.strictObject({ about: z.string(), wait: z.array(wait).default([{ header: "retry-after", unit: "seconds" }]), rateLimit: z.strictObject({ calls: z.number().int().min(1), perMs: z.number().int().min(1) }).optional() }),
  answers: z
    .strictObject({ refused: z.array(z.number().int()).default([409, 422]), words: path.optional(), rules: z.array(answerRule).default([]) })
    .prefault({}),
  operations: z.record(z.string().regex(/^[a-z][a-z0-9_]{1,40}$/), operation),
  mapping: mapping.prefault({}),
  webhook: webhook.optional(),
});
export type Connector = z.output<typeof connectorFile>;
