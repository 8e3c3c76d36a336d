import { defineTool } from "baton/tools";
import { z } from "zod";

export default defineTool({
  name: "take_back", purpose: "Takes a payment back.", risk: "write", idempotency: "key", needsVerifiedContact: true, timeoutMs: 5_000,
  input: z.object({ payment: z.string() }),
  output: z.object({}),
  describe: ({ payment }) => `Take the payment ${payment} back.`,
  async run({ payment }, { sql }) {
    await sql.query("update desk.payments set taken_back = true where key = $1", [payment]);
    return { kind: "ok", output: {}, say: "The payment was taken back." };
  },
});
