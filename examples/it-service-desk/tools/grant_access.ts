import { defineTool } from "baton/tools";
import { z } from "zod";

export default defineTool({
  name: "grant_access", purpose: "Lets the employee use a system. What they have seen by then cannot be taken back.", risk: "irreversible", idempotency: "key", needsVerifiedContact: true, timeoutMs: 5_000,
  input: z.object({ system: z.string() }),
  output: z.object({ grantId: z.string() }),
  describe: ({ system }) => `Give access to ${system}.`,
  async run({ system }, { contact, sql, idempotencyKey }) {
    const [row] = await sql.query(
      "insert into directory.access (grant_id, email, system) select $1, lower($2), s.system from directory.systems s where s.system = lower($3) on conflict (grant_id) do update set is_revoked = false returning grant_id",
      [idempotencyKey, contact.email, system],
    );
    return row === undefined ? { kind: "not_found", say: `There is no system "${system}".` } : { kind: "ok", output: { grantId: idempotencyKey }, say: `You can now use ${system}.` };
  },
});
