import { defineTool } from "baton/tools";
import { z } from "zod";

export default defineTool({
  name: "set_aside", purpose: "Puts a document on the pile that people go through.", risk: "write", idempotency: "key", needsVerifiedContact: false, timeoutMs: 5_000,
  input: z.object({ document_id: z.string(), reason: z.string().min(1).max(1_000) }),
  output: z.object({}),
  describe: ({ document_id: documentId }) => `Set the document ${documentId} aside.`,
  async run({ document_id: documentId, reason }, { sql }) {
    await sql.query("update accounts.documents set status = 'set_aside', reason = $2 where document_id = $1", [documentId, reason]);
    return { kind: "ok", output: {}, say: "The document is set aside." };
  },
});
