import { defineTool } from "baton/tools";
import { z } from "zod";

export default defineTool({
  name: "reverse_booking", purpose: "Takes a booking back and opens its order again.", risk: "write", idempotency: "key", needsVerifiedContact: false, timeoutMs: 5_000,
  input: z.object({ booking_id: z.string() }),
  output: z.object({}),
  describe: ({ booking_id: bookingId }) => `Reverse the booking ${bookingId}.`,
  run: ({ booking_id: bookingId }, { sql }) =>
    sql.transaction(async (client) => {
      const [row] = await client.query("update accounts.bookings set is_reversed = true where booking_id = $1 returning order_id, document_id", [bookingId]);
      if (row === undefined) return { kind: "not_found" as const, say: `There is no booking ${bookingId}.` };
      await client.query("update accounts.orders set is_open = true where order_id = $1", [row["order_id"]]);
      await client.query("update accounts.documents set status = 'new' where document_id = $1", [row["document_id"]]);
      return { kind: "ok" as const, output: {}, say: "The booking is reversed." };
    }),
});
