import { z } from "zod";
import type { Database } from "../storage/database.ts";

const countRow = z.object({ rule: z.string(), calls: z.coerce.number() });

const COUNTS = {
  name: "rule_counts",
  text: `select rule, count(*) as calls from tool_call, jsonb_array_elements_text(case jsonb_typeof(output->'rules') when 'array' then output->'rules' else '[]' end) as rule
    where tenant_id = $1 and created_at >= $2 group by rule`,
};

/** How many calls of tools each policy has decided since a moment. */
export async function countByRule(database: Database, tenantId: string, since: Date): Promise<Map<string, number>> {
  const rows = await database.query(tenantId, COUNTS, [tenantId, since]);
  return new Map(rows.map((row) => countRow.parse(row)).map(({ rule, calls }) => [rule, calls]));
}
