import { z } from "zod";

const gateState = z.enum(["closed", "open", "trying"]);

/** A tool of the workspace, and how it does. `state`: of the breakers in the process that answers. Durations in µs. */
const toolView = z.object({
  name: z.string(), purpose: z.string(), risk: z.enum(["read", "write", "money", "irreversible"]), system: z.string(), idempotency: z.string(), needsVerifiedContact: z.boolean(), bound: z.record(z.string(), z.string()), accepts: z.array(z.string()),
  timeoutMs: z.number(), rateLimit: z.string().nullable(), undo: z.string().nullable(), fallback: z.string().nullable(), arguments: z.array(z.object({ name: z.string(), description: z.string().nullable(), isRequired: z.boolean() })),
  state: gateState,
  stats: z.object({ calls: z.number(), ok: z.number(), failed: z.number(), denied: z.number(), p50Us: z.number().nullable(), p95Us: z.number().nullable(), lastFailure: z.object({ at: z.string(), reason: z.string() }).nullable() }),
});
export type ToolView = z.output<typeof toolView>;

const systemView = z.object({ system: z.string(), state: gateState, running: z.number(), waiting: z.number(), lastError: z.string().nullable() });
export type SystemView = z.output<typeof systemView>;

/** `hours`: how far the figures look back. */
export const toolsView = z.object({ hours: z.number(), systems: z.array(systemView), tools: z.array(toolView) });
export type ToolsView = z.output<typeof toolsView>;
