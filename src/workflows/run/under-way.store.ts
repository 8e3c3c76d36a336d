import { z } from "zod";
import type { Database } from "../../storage/database.ts";

const UNDER_WAY = {
  name: "workflow_run_under_way",
  text: "select input -> 'entities' as entities from workflow_run where tenant_id = $1 and conversation_id = $2 and name = $3 and status in ('running', 'waiting') and parent_run_id is null",
};

const entities = z.record(z.string(), z.array(z.string())).nullable().catch(null);

/**
 * Whether a run of this workflow is under way in the conversation about one of these records, such as
 * `{ order_number: ["1042"] }`. A run that named none, and a wish that names none, may be about any.
 */
export async function isUnderWay(database: Database, tenantId: string, asked: { conversationId: string; workflow: string; records: Readonly<Record<string, readonly string[]>> }): Promise<boolean> {
  const rows = await database.query(tenantId, UNDER_WAY, [tenantId, asked.conversationId, asked.workflow]);
  return rows.some((row) => mayBeAboutTheSame(entities.parse(row["entities"]), asked.records));
}

function mayBeAboutTheSame(one: Readonly<Record<string, readonly string[]>> | null, other: Readonly<Record<string, readonly string[]>>): boolean {
  const named = (records: Readonly<Record<string, readonly string[]>>) => Object.entries(records).filter(([kind, values]) => kind.endsWith("_number") && values.length > 0);
  if (one === null || named(one).length === 0 || named(other).length === 0) return true;
  return named(other).some(([kind, values]) => values.some((value) => one[kind]?.includes(value) === true));
}
