import type { Database } from "../storage/database.ts";
import { describeCall } from "./describe-call.ts";
import { listToolCalls } from "./tool-call.store.ts";

const TRIED_DAYS = 7;

/** What was tried in a conversation of late, in plain words, for the person who takes over; without the calls named in `except`. */
export async function listTried(database: Database, target: { tenantId: string; conversationId: string }, nowMs: number, except: ReadonlySet<string> = new Set()): Promise<{ what: string; result: string; at: string }[]> {
  const calls = await listToolCalls(database, target.tenantId, { conversationId: target.conversationId, sinceMs: nowMs - TRIED_DAYS * 86_400_000 });
  return calls.filter((call) => !except.has(call.id)).map((call) => ({ what: describeCall(call.tool, call.arguments), result: call.say ?? call.status, at: call.at }));
}
