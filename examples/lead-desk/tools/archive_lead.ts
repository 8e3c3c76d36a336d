import { defineTool } from "baton/tools";
import { z } from "zod";

export default defineTool({
  name: "archive_lead", purpose: "Takes a lead out of the open ones.", risk: "write", idempotency: "key", needsVerifiedContact: false, timeoutMs: 5_000,
  input: z.object({ lead_id: z.string() }),
  output: z.object({}),
  describe: ({ lead_id: leadId }) => `Archive the lead ${leadId}.`,
  async run({ lead_id: leadId }, { sql }) {
    await sql.query("update crm.leads set status = 'archived' where lead_id = $1", [leadId]);
    return { kind: "ok", output: {}, say: "The lead is archived." };
  },
});
