import { defineTool } from "baton/tools";
import { z } from "zod";

export default defineTool({
  name: "pay_back", purpose: "Pays an order back.", risk: "money", idempotency: "key", needsVerifiedContact: true, timeoutMs: 5_000,
  input: z.object({ order: z.string(), amount: z.number() }),
  output: z.object({ paymentId: z.string() }),
  describe: ({ order, amount }) => `Pay back ${amount} for order ${order}.`,
  facts: async ({ amount }) => ({ amount }),
  async run({ order, amount }, { sql, idempotencyKey }) {
    await sql.query("insert into desk.payments (key, number, amount) values ($1, $2, $3) on conflict do nothing", [idempotencyKey, order, amount]);
    return { kind: "ok", output: { paymentId: idempotencyKey }, say: `${amount} were paid back for order ${order}.` };
  },
});
