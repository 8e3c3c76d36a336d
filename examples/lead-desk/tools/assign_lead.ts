import { defineTool } from "baton/tools";
import { z } from "zod";

export default defineTool({
  name: "assign_lead", purpose: "Gives a lead to a salesperson, or to nobody.", risk: "write", idempotency: "key", needsVerifiedContact: false, timeoutMs: 5_000,
  input: z.object({ lead_id: z.string(), owner: z.email().nullable() }),
  output: z.object({ previousOwner: z.string().nullable() }),
  describe: ({ lead_id: leadId, owner }) => `Give the lead ${leadId} to ${owner ?? "nobody"}.`,
  run: ({ lead_id: leadId, owner }, { sql }) =>
    sql.transaction(async (client) => {
      const [row] = await client.query("select owner from crm.leads where lead_id = $1 for update", [leadId]);
      if (row === undefined) return { kind: "not_found" as const, say: `There is no lead ${leadId}.` };
      await client.query("update crm.leads set owner = $2 where lead_id = $1", [leadId, owner]);
      return { kind: "ok" as const, output: { previousOwner: z.string().nullable().parse(row["owner"]) }, say: `The lead belongs to ${owner ?? "nobody"}.` };
    }),
});
