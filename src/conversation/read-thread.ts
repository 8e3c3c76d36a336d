import type { Page } from "../lib/page.ts";
import type { ThreadMessage } from "../shapes/conversation.ts";
import type { Database } from "../storage/database.ts";
import { readMessages } from "./read-conversations.ts";

/** The thread for staff: as `readMessages`, each message with the run that said it. */
export async function readThread(database: Database, tenantId: string, conversationId: string, range: Parameters<typeof readMessages>[3]): Promise<Page<ThreadMessage>> {
  const page = await readMessages(database, tenantId, conversationId, range);
  const senders = await readSenders(database, tenantId, page.items.filter((message) => message.author === "ai").map((message) => message.id));
  return { ...page, items: page.items.map((message) => ({ ...message, sentBy: senders.get(message.id) ?? null })) };
}

async function readSenders(database: Database, tenantId: string, messageIds: readonly string[]): Promise<Map<string, ThreadMessage["sentBy"]>> {
  if (messageIds.length === 0) return new Map();
  const rows = await database.of(tenantId).selectFrom("workflow_message").select(["message_id", "run_id", "workflow", "pointer"]).where("tenant_id", "=", tenantId).where("message_id", "in", messageIds).execute();
  return new Map(rows.map((row) => [row.message_id, { runId: row.run_id, workflow: row.workflow, pointer: row.pointer }]));
}
