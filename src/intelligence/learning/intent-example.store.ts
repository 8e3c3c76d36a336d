import { z } from "zod";
import type { Database, Row, TransactionQuery } from "../../storage/database.ts";

/** A message that somebody has said the intent of. `learnedIn`: the training it was learned in; null while it waits. */
export type IntentCorrection = { id: string; text: string; intent: string; readAs: string | null; messageId: string | null; by: string; at: string; learnedIn: number | null };

const row = z.object({ id: z.string(), text: z.string(), intent: z.string(), read_as: z.string().nullable(), message_id: z.string().nullable(), made_by: z.string(), made_at: z.string(), learned_in: z.number().nullable() });

const ALL = { name: "intent_examples", text: "select id, text, intent, read_as, message_id, made_by, made_at, learned_in from intent_example where tenant_id = $1 order by made_at, id" };

/** All of a tenant's, oldest first. */
export async function listCorrections(database: Database, tenantId: string): Promise<IntentCorrection[]> {
  return (await database.query(tenantId, ALL, [tenantId])).map(toCorrection);
}

export async function insertCorrection(query: TransactionQuery, tenantId: string, made: Omit<IntentCorrection, "learnedIn" | "at">, at: Date): Promise<void> {
  // Whoever corrects a message again means the later one.
  await query("delete from intent_example where tenant_id = $1 and message_id = $2 and learned_in is null", [tenantId, made.messageId]);
  await query("insert into intent_example (tenant_id, id, text, intent, read_as, message_id, made_by, made_at) values ($1, $2, $3, $4, $5, $6, $7, $8)", [tenantId, made.id, made.text, made.intent, made.readAs, made.messageId, made.by, at]);
}

/** Null when there is none that waits. */
export async function deleteWaiting(query: TransactionQuery, tenantId: string, id: string): Promise<IntentCorrection | null> {
  const found = (await query("delete from intent_example where tenant_id = $1 and id = $2 and learned_in is null returning id, text, intent, read_as, message_id, made_by, made_at, learned_in", [tenantId, id]))[0];
  return found === undefined ? null : toCorrection(found);
}

/** Those named become learned in a training. */
export async function markLearned(query: TransactionQuery, tenantId: string, number: number, ids: readonly string[]): Promise<number> {
  return (await query("update intent_example set learned_in = $2 where tenant_id = $1 and learned_in is null and id = any($3::text[]) returning id", [tenantId, number, ids])).length;
}

export async function unlearn(query: TransactionQuery, tenantId: string, number: number): Promise<void> {
  await query("update intent_example set learned_in = null where tenant_id = $1 and learned_in = $2", [tenantId, number]);
}

function toCorrection(given: Row): IntentCorrection {
  const { id, text, intent, read_as: readAs, message_id: messageId, made_by: by, made_at: at, learned_in: learnedIn } = row.parse(given);
  return { id, text, intent, readAs, messageId, by, at, learnedIn };
}
