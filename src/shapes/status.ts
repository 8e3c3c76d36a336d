import { z } from "@hono/zod-openapi";

/** Whether the store or the engine answers. */
export const part = z.enum(["ok", "down"]);

/** The health line of the workspace; also sent on the event stream every few seconds. */
export const statusView = z.object({
  tenant: z.object({ id: z.string(), name: z.string() }), version: z.string(), startedAt: z.string(),
  model: z.object({ id: z.string(), kind: z.enum(["extractive", "external"]) }), database: part, engine: part,
  openConversations: z.number(), waitingHandoffs: z.number(), turnsLastHour: z.number(), replyP50Us: z.number().nullable(),
  documents: z.number(),
}).openapi("Status");

export type StatusView = z.output<typeof statusView>;
