import { defineTool } from "baton/tools";
import { z } from "zod";

const output = z.object({ title: z.string(), isSensitive: z.boolean(), hasAccess: z.boolean() });

export default defineTool({
  name: "get_system", purpose: "Looks up a system, and whether the employee may use it already.", risk: "read", idempotency: "natural", needsVerifiedContact: true, timeoutMs: 3_000,
  input: z.object({ system: z.string() }),
  output,
  describe: ({ system }) => `Look up the system ${system}.`,
  async run({ system }, { contact, sql }) {
    const [row] = await sql.query(
      `select s.title, s.is_sensitive as "isSensitive", exists (select from directory.access a where a.system = s.system and a.email = lower($2) and not a.is_revoked) as "hasAccess" from directory.systems s where s.system = lower($1)`,
      [system, contact.email],
    );
    return row === undefined ? { kind: "not_found", say: `There is no system "${system}".` } : { kind: "ok", output: output.parse(row), say: "The system is known." };
  },
});
