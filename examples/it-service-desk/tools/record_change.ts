import { defineTool } from "baton/tools";
import { z } from "zod";

export default defineTool({
  name: "record_change", purpose: "Writes down what was changed for the employee, for the auditors.", risk: "write", idempotency: "key", needsVerifiedContact: true, timeoutMs: 5_000,
  input: z.object({ text: z.string().min(1).max(1_000) }),
  output: z.object({ changeId: z.string() }),
  describe: ({ text }) => `Write down: ${text}`,
  async run({ text }, { contact, sql, idempotencyKey }) {
    await sql.query("insert into directory.changes (change_id, email, text) values ($1, lower($2), $3) on conflict do nothing", [idempotencyKey, contact.email, text]);
    return { kind: "ok", output: { changeId: idempotencyKey }, say: "It is written down." };
  },
});
