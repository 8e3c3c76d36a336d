import { defineTool } from "baton/tools";
import { z } from "zod";

export default defineTool({
  name: "revoke_access", purpose: "Takes an access back.", risk: "write", idempotency: "key", needsVerifiedContact: true, timeoutMs: 5_000,
  input: z.object({ grant_id: z.string() }),
  output: z.object({}),
  describe: ({ grant_id: grantId }) => `Take the access ${grantId} back.`,
  async run({ grant_id: grantId }, { contact, sql }) {
    await sql.query("update directory.access set is_revoked = true where grant_id = $1 and email = lower($2)", [grantId, contact.email]);
    return { kind: "ok", output: {}, say: "The access is taken back." };
  },
});
