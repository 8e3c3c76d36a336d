import { defineTool } from "baton/tools";
import { z } from "zod";

export default defineTool({
  name: "get_item", purpose: "Reads an order.", risk: "read", idempotency: "natural", needsVerifiedContact: true, timeoutMs: 5_000,
  input: z.object({ order: z.string() }),
  output: z.object({ order: z.string(), amount: z.number() }),
  describe: ({ order }) => `Read order ${order}.`,
  async run({ order }, { sql }) {
    const row = (await sql.query("select amount from desk.orders where number = $1", [order]))[0];
    return row === undefined ? { kind: "not_found", say: `There is no order ${order}.` } : { kind: "ok", output: { order, amount: Number(row["amount"]) }, say: `Order ${order} cost ${String(row["amount"])}.` };
  },
});
