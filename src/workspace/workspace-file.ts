import { z } from "zod";
import { guardSection } from "../guard/guard-file.ts";
import { redactionSection } from "../guard/redaction-file.ts";
import { entitiesSection, understandingSection } from "../intelligence/understanding-file.ts";
import { knowledgeSection } from "../knowledge/knowledge-file.ts";
import { embeddingsSection } from "../models/embeddings/embeddings-file.ts";
import { retentionSection } from "../privacy/retention-file.ts";
import { autonomySection } from "../policy/autonomy-file.ts";

const action = z.union([
  z.strictObject({ answer: z.literal("knowledge") }).transform(() => ({ kind: "knowledge" as const })),
  z.strictObject({ handoff: z.string().min(1) }).transform((given) => ({ kind: "handoff" as const, reason: given.handoff })),
  z.strictObject({ reply: z.string().min(1) }).transform((given) => ({ kind: "say" as const, text: given.reply })),
  z.strictObject({ workflow: z.string().min(1), verified: z.boolean().default(true) }).transform((given) => ({ kind: "workflow" as const, workflow: given.workflow, isVerified: given.verified })),
  z.strictObject({ tool: z.string().min(1), needs: z.array(z.string()).default([]), confirm: z.enum(["never", "inferred", "always"]).default("always"), verified: z.boolean().default(true), then: z.strictObject({ when: z.string().min(1), workflow: z.string().min(1) }).optional() })
    .transform((given) => ({ kind: "tool" as const, tool: given.tool, needs: given.needs, confirm: given.confirm, ...(given.then === undefined ? {} : { follow: given.then }) })),
]);

/** `intents.yaml`: what contacts want, how they say it, what is done about it. */
export const intentsFile = z.strictObject({
  intents: z.array(z.strictObject({ name: z.string().regex(/^[a-z][a-z0-9_]*$/), description: z.string(), examples: z.array(z.string().min(1)).min(1), action })).min(1),
  out_of_scope: z.array(z.string().min(1)).default([]),
});

/** `baton.yaml`: the workspace itself. */
export const batonFile = z.strictObject({
  tenant: z.strictObject({ id: z.string().regex(/^[a-z0-9][a-z0-9_-]{0,62}$/), name: z.string().min(1).max(120) }),
  greeting: z.string().max(1_000).default("Hello! How can I help?"),
  suggestions: z.array(z.string().max(200)).max(8).default([]),
  demo: z.boolean().default(false),
  seed: z.number().int().default(1),
  demoData: z.string().optional(),
  demoCustomers: z.array(z.strictObject({ name: z.string(), email: z.email(), hint: z.string() })).default([]),
  channels: z.array(z.enum(["web", "api", "webhook"])).default(["web", "api"]),
  webhook: z.strictObject({ url: z.url({ protocol: /^https?$/ }) }).optional(),
  audiences: z.array(z.string().min(1)).min(1).default(["public", "customer", "employee"]),
  intents: z.array(z.string()).optional(),
  entities: entitiesSection,
  /** Who reads messages, and when a model is asked. */
  understanding: understandingSection.default({}),
  /** How much of every workflow its tests must walk, in percent. */
  tests: z.strictObject({ coverage: z.number().min(0).max(100).default(100) }).default({ coverage: 100 }),
  /** What stands in for tools that read while their system is away. */
  fallbacks: z.record(z.string(), z.union([z.strictObject({ tool: z.string() }), z.strictObject({ say: z.string().min(1).max(1_000) })])).default({}),
  /** How far the AI may go, by intent, channel, risk and amount. */
  autonomy: autonomySection.prefault({}),
  /** After how many days what is forgotten; without a time it is kept. */
  retention: retentionSection.default({}),
  /** What finds passages by their meaning beside their words. */
  embeddings: embeddingsSection,
  /** How passages are put in order, and what narrows a search. */
  knowledge: knowledgeSection.prefault({}),
  /** Who judges replies, and what none may say. */
  guard: guardSection,
  /** What is hidden from models beside what always is. */
  redaction: redactionSection.prefault({}),
  contactPanel: z.strictObject({ tool: z.string(), title: z.string() }).optional(),
  assistantName: z.string().max(60).default("Assistant"),
});
