import { defineTool } from "baton/tools";
import { z } from "zod";

export default defineTool({
  name: "add_note", purpose: "Writes a note to a lead.", risk: "write", idempotency: "key", needsVerifiedContact: false, timeoutMs: 5_000,
  input: z.object({ lead_id: z.string(), text: z.string().min(1).max(2_000) }),
  output: z.object({ noteId: z.string() }),
  describe: ({ lead_id: leadId }) => `Write a note to the lead ${leadId}.`,
  async run({ lead_id: leadId, text }, { sql, idempotencyKey }) {
    await sql.query("insert into crm.notes (note_id, lead_id, text) values ($1, $2, $3) on conflict do nothing", [idempotencyKey, leadId, text]);
    return { kind: "ok", output: { noteId: idempotencyKey }, say: "The note is written." };
  },
});
