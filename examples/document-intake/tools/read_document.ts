import { defineTool } from "baton/tools";
import { z } from "zod";

export default defineTool({
  name: "read_document", purpose: "Gives the text of a document that came in.", risk: "read", idempotency: "natural", needsVerifiedContact: false, timeoutMs: 5_000,
  input: z.object({ document_id: z.string() }),
  output: z.object({ text: z.string() }),
  describe: ({ document_id: documentId }) => `Read the document ${documentId}.`,
  async run({ document_id: documentId }, { sql }) {
    const [row] = await sql.query("select body from accounts.documents where document_id = $1", [documentId]);
    return row === undefined ? { kind: "not_found", say: `There is no document ${documentId}.` } : { kind: "ok", output: { text: z.string().parse(row["body"]) }, say: "Here is the document." };
  },
});
