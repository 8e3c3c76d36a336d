import { defineTool } from "baton/tools";
import { z } from "zod";

export default defineTool({
  name: "book_invoice", purpose: "Books an invoice on its order, so that it is paid with the next run.", risk: "money", idempotency: "key", needsVerifiedContact: false, timeoutMs: 5_000,
  input: z.object({ document_id: z.string(), order_id: z.string(), invoice_number: z.string().min(1), total_cents: z.number().int().positive(), currency: z.string().length(3) }),
  output: z.object({ bookingId: z.string() }),
  describe: (given) => `Book invoice ${given.invoice_number} of ${(given.total_cents / 100).toFixed(2)} ${given.currency} on order ${given.order_id}.`,
  notFound: (given) => `There is no order ${given.order_id}.`,
  async facts({ order_id: orderId, total_cents: totalCents }, { sql }) {
    const [row] = await sql.query("select total_cents from accounts.orders where order_id = $1", [orderId]);
    return row === undefined ? null : { totalCents, orderCents: Number(row["total_cents"]) };
  },
  run: (given, { sql, idempotencyKey }) =>
    sql.transaction(async (client) => {
      const [order] = await client.query("select is_open from accounts.orders where order_id = $1 for update", [given.order_id]);
      if (order === undefined) return { kind: "not_found" as const, say: `There is no order ${given.order_id}.` };
      const [known] = await client.query("select booking_id from accounts.bookings where booking_id = $1", [idempotencyKey]);
      if (known === undefined && order["is_open"] !== true) return { kind: "refused" as const, reason: "order.closed", say: `Order ${given.order_id} has been invoiced already.` };
      await client.query("insert into accounts.bookings (booking_id, document_id, order_id, invoice_number, total_cents, currency) values ($1, $2, $3, $4, $5, $6) on conflict do nothing", [idempotencyKey, given.document_id, given.order_id, given.invoice_number, given.total_cents, given.currency]);
      await client.query("update accounts.orders set is_open = false where order_id = $1", [given.order_id]);
      await client.query("update accounts.documents set status = 'booked' where document_id = $1", [given.document_id]);
      return { kind: "ok" as const, output: { bookingId: idempotencyKey }, say: `Invoice ${given.invoice_number} is booked.` };
    }),
});
