import { defineTool } from "baton/tools";
import { z } from "zod";

const output = z.object({ leadId: z.string(), company: z.string(), owner: z.string().nullable() });

export default defineTool({
  name: "find_lead", purpose: "Finds the open lead with an email address.", risk: "read", idempotency: "natural", needsVerifiedContact: false, timeoutMs: 3_000,
  input: z.object({ email: z.email() }),
  output,
  describe: ({ email }) => `Look for a lead of ${email}.`,
  async run({ email }, { sql }) {
    const [row] = await sql.query(`select lead_id as "leadId", company, owner from crm.leads where lower(email) = lower($1) and status = 'open'`, [email]);
    return row === undefined ? { kind: "not_found", say: `There is no open lead of ${email}.` } : { kind: "ok", output: output.parse(row), say: `There is a lead of ${email}.` };
  },
});
