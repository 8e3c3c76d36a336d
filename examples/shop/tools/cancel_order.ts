import { defineTool, type ToolResult } from "baton/tools";
import { z } from "zod";
import { orderNumber } from "../orders/order-number.ts";
import type { OwnOrder } from "../orders/order.store.ts";
import { performOnce, readFacts } from "../orders/perform-once.ts";
import { formatDate, sayMoneyAfterCancelling, sayOrderNotFound } from "../orders/wording.ts";

const output = z.object({ orderNumber: z.number().int(), status: z.literal("cancelled"), totalCents: z.number().int(), currency: z.string() });

export default defineTool({
  name: "cancel_order",
  purpose: "Cancels one order of the contact that is still being processed. It cannot be undone.",
  risk: "irreversible",
  idempotency: "key",
  needsVerifiedContact: true,
  timeoutMs: 5_000,
  input: z.object({ order_number: orderNumber }),
  output,
  describe: (input) => `Cancel order ${input.order_number}. Nothing will be sent, and a cancelled order cannot be taken up again.`,
  notFound: (input) => sayOrderNotFound(input.order_number),
  facts: (input, context) => readFacts(context, input.order_number),
  run: (input, context) =>
    performOnce(context, { tool: "cancel_order", orderNumber: input.order_number, output }, async (client, order): Promise<ToolResult<z.output<typeof output>>> => {
      if (order.status !== "processing") return { kind: "refused", reason: `order.${order.status}`, say: sayWhyNot(order) };
      await client.query("update shop.orders set status = 'cancelled', cancelled_at = now() where order_number = $1", [order.orderNumber]);
      return {
        kind: "ok",
        output: { orderNumber: order.orderNumber, status: "cancelled", totalCents: order.totalCents, currency: order.currency },
        say: `Order ${order.orderNumber} is cancelled and will not be sent. ${sayMoneyAfterCancelling(order)}`,
        evidence: `shop.orders ${order.orderNumber} status=cancelled`,
      };
    }),
});

function sayWhyNot(order: OwnOrder): string {
  switch (order.status) {
    case "cancelled":
      return `Order ${order.orderNumber} was already cancelled on ${formatDate(order.cancelledAt ?? order.placedAt)}.`;
    case "shipped":
      return `Order ${order.orderNumber} left our warehouse on ${formatDate(order.shippedAt ?? order.placedAt)}, so it can no longer be cancelled. You can return unused items within 30 days of delivery.`;
    case "delivered":
      return `Order ${order.orderNumber} was delivered on ${formatDate(order.deliveredAt ?? order.placedAt)}, so it can no longer be cancelled. You can return unused items within 30 days of delivery.`;
    default:
      return `Order ${order.orderNumber} was already returned, so there is nothing left to cancel.`;
  }
}
