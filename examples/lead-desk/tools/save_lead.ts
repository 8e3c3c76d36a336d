import { defineTool } from "baton/tools";
import { z } from "zod";

export default defineTool({
  name: "save_lead", purpose: "Puts a new lead into the CRM.", risk: "write", idempotency: "key", needsVerifiedContact: false, timeoutMs: 5_000,
  input: z.object({ email: z.email(), name: z.string().min(1).max(200), company: z.string().min(1).max(200), employees: z.number().int().min(0), message: z.string().max(2_000) }),
  output: z.object({ leadId: z.string() }),
  describe: ({ name, company }) => `Save the lead ${name} of ${company}.`,
  async run({ email, name, company, employees, message }, { sql, idempotencyKey }) {
    await sql.query("insert into crm.leads (lead_id, email, name, company, employees, message) values ($1, $2, $3, $4, $5, $6) on conflict (lead_id) do nothing", [idempotencyKey, email, name, company, employees, message]);
    return { kind: "ok", output: { leadId: idempotencyKey }, say: `The lead ${name} of ${company} is saved.` };
  },
});
