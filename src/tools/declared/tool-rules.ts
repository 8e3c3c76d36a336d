import { z } from "zod";
import { TOOL_DEFAULTS } from "../define-tool.ts";

const toolName = z.string().regex(/^[a-z][a-z0-9_]{0,62}$/, "a name such as get_order");
const count = (max: number) => z.number().int().min(1).max(max);

/**
 * What a workspace says of a tool that it declares in YAML, whatever the source: how much harm it can do, for whom it works,
 * what the server binds. Nothing here has a default that could allow an effect: `risk` must be said.
 */
export const toolRules = z.strictObject({
  name: toolName.describe("What models, policies and workflows call it."),
  purpose: z.string().min(1).max(1_000).describe("What it does and when to use it, for the model."),
  risk: z.enum(["read", "write", "money", "irreversible"]).describe("How much harm a call can do."),
  idempotency: z.union([z.enum(["natural", "key", "none"]), z.strictObject({ header: z.string().min(1) }), z.strictObject({ field: z.string().min(1) })]).optional()
    .describe("Why a second call has no second effect; `natural` for a tool that reads, else `none`: then it is never repeated."),
  verified: z.boolean().default(true).describe("Only for contacts who have proved who they are."),
  bind: z.record(z.string(), z.enum(["contact.id", "contact.email", "contact.externalId", "conversation.id", "case.id"])).default({}).describe("Arguments that the server sets; callers can neither see nor set them."),
  accepts: z.array(z.enum(["personal", "payment", "credential"])).default([...TOOL_DEFAULTS.accepts]).describe("What kinds of data its arguments may hold."),
  timeoutMs: count(300_000).default(10_000),
  retry: z.strictObject({ attempts: count(10), firstDelayMs: count(60_000) }).default({ ...TOOL_DEFAULTS.retry }),
  rateLimit: z.strictObject({ calls: count(1_000_000), perMs: count(86_400_000), scope: z.enum(["tenant", "contact"]).default("tenant") }).nullable().default(null),
  maxOutputBytes: count(5_000_000).default(TOOL_DEFAULTS.maxOutputBytes),
  undo: z.strictObject({ tool: toolName, arguments: z.record(z.string(), z.unknown()).default({}), take: z.record(z.string(), z.string()).default({}) }).nullable().default(null),
  facts: z.strictObject({ tool: toolName, take: z.record(z.string(), z.string()).default({}) }).nullable().default(null)
    .describe("A tool that reads, called with the same arguments before the call: what `take` names of its output, policies can ask for."),
  describe: z.string().max(500).optional().describe("What the call would do, for the person who confirms or approves: `Refund order {order_number}`."),
  say: z.string().max(1_000).optional().describe("What the contact is told when it worked: `Order {input.order_number} is {output.status}.`"),
  notFound: z.string().max(500).default("I could not find that in your account.").describe("What the contact is told when there is no such record."),
});
export type ToolRules = z.output<typeof toolRules>;

/** See `facts` above. */
export type FactsRule = NonNullable<ToolRules["facts"]>;

/** Rules of an operation whose name and purpose the source tells itself. */
export const operationRules = toolRules.partial({ name: true, purpose: true });
