import { defineTool } from "baton/tools";
import { z } from "zod";

const output = z.object({ orderId: z.string(), supplier: z.string(), totalCents: z.number().int(), currency: z.string(), isOpen: z.boolean() });

export default defineTool({
  name: "find_order", purpose: "Looks up one of our own orders by its number.", risk: "read", idempotency: "natural", needsVerifiedContact: false, timeoutMs: 3_000,
  input: z.object({ order_id: z.string() }),
  output,
  describe: ({ order_id: orderId }) => `Look up the order ${orderId}.`,
  async run({ order_id: orderId }, { sql }) {
    const [row] = await sql.query(`select order_id as "orderId", supplier, total_cents as "totalCents", currency, is_open as "isOpen" from accounts.orders where order_id = $1`, [orderId]);
    return row === undefined ? { kind: "not_found", say: `There is no order ${orderId}.` } : { kind: "ok", output: output.parse(row), say: `Order ${orderId} is known.` };
  },
});
