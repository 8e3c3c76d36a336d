import { defineTool, type ToolResult } from "baton/tools";
import { z } from "zod";
import { orderNumber } from "../orders/order-number.ts";
import type { OwnOrder } from "../orders/order.store.ts";
import { performOnce, readFacts } from "../orders/perform-once.ts";
import { formatMoney, nameOfPayment, sayOrderNotFound } from "../orders/wording.ts";

const output = z.object({ orderNumber: z.number().int(), status: z.literal("returned"), refundedCents: z.number().int(), currency: z.string() });

export default defineTool({
  name: "refund_order",
  purpose: "Refunds one delivered order of the contact in full, to the way it was paid, and sends a return label.",
  risk: "money",
  idempotency: "key",
  needsVerifiedContact: true,
  timeoutMs: 5_000,
  input: z.object({
    order_number: orderNumber,
    reason: z.string().trim().max(300).optional().describe("Why the contact wants the refund, in a few words"),
  }),
  output,
  describe: (input) =>
    `Refund order ${input.order_number} in full to the original payment method${input.reason ? ` (reason: ${input.reason})` : ""}. A prepaid return label is sent by email, and the items must be posted within 14 days.`,
  notFound: (input) => sayOrderNotFound(input.order_number),
  facts: (input, context) => readFacts(context, input.order_number),
  // How old and how large an order may be is for policy to say, since a person may go beyond it. What is possible at all is checked here.
  run: (input, context) =>
    performOnce(context, { tool: "refund_order", orderNumber: input.order_number, output }, async (client, order): Promise<ToolResult<z.output<typeof output>>> => {
      if (order.status !== "delivered") return { kind: "refused", reason: `order.${order.status}`, say: sayWhyNot(order) };
      await client.query("insert into shop.refunds (order_number, amount_cents, currency, reason, idempotency_key) values ($1, $2, $3, $4, $5)", [
        order.orderNumber, order.totalCents, order.currency, input.reason ?? null, context.idempotencyKey,
      ]);
      await client.query("update shop.orders set status = 'returned', returned_at = now() where order_number = $1", [order.orderNumber]);
      return {
        kind: "ok",
        output: { orderNumber: order.orderNumber, status: "returned", refundedCents: order.totalCents, currency: order.currency },
        say:
          `I have refunded ${formatMoney(order.totalCents, order.currency)} for order ${order.orderNumber} to ${nameOfPayment(order.paymentMethod)}; ` +
          "the money arrives within 5 to 7 working days. A prepaid return label is on its way to you by email: please post the items within 14 days.",
        evidence: `shop.refunds ${order.orderNumber} amount_cents=${order.totalCents}`,
      };
    }),
});

function sayWhyNot(order: OwnOrder): string {
  switch (order.status) {
    case "processing":
      return `Order ${order.orderNumber} has not been sent yet, so there is nothing to refund. I can cancel it for you instead.`;
    case "shipped":
      return `Order ${order.orderNumber} is still on its way. A refund is possible once it has been delivered.`;
    case "cancelled":
      return `Order ${order.orderNumber} was cancelled, so there is nothing left to refund.`;
    default:
      return `Order ${order.orderNumber} has already been refunded.`;
  }
}
