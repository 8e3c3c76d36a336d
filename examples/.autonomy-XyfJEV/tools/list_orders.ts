import { defineTool } from "baton/tools";
import { z } from "zod";
import { countOwnOrders, listOwnOrders } from "../orders/order.store.ts";
import { formatDate, formatMoney, joinWords, labelOf } from "../orders/wording.ts";

export default defineTool({
  name: "list_orders",
  purpose: "Lists the contact's latest orders with number, date, status and total, the newest first.",
  risk: "read",
  idempotency: "natural",
  needsVerifiedContact: true,
  timeoutMs: 3_000,
  input: z.object({ limit: z.number().int().min(1).max(20).default(5).describe("How many orders at most") }),
  output: z.object({
    orderCount: z.number().int(),
    orders: z.array(
      z.object({
        orderNumber: z.number().int(),
        status: z.string(),
        totalCents: z.number().int(),
        currency: z.string(),
        itemCount: z.number().int(),
        placedAt: z.string(),
        trackingNumber: z.string().nullable(),
      }),
    ),
  }),
  describe: (input) => `List your latest orders, ${input.limit} at most.`,
  async run(input, { contact, sql }) {
    const orders = await listOwnOrders(sql, contact, input.limit);
    const orderCount = await countOwnOrders(sql, contact);
    const lines = orders.map(
      (order) => `${order.orderNumber} of ${formatDate(order.placedAt)} (${order.isLate ? "late" : labelOf(order.status).toLowerCase()}, ${formatMoney(order.totalCents, order.currency)})`,
    );
    return {
      kind: "ok",
      output: {
        orderCount,
        orders: orders.map(({ orderNumber, status, totalCents, currency, itemCount, placedAt, trackingNumber }) => ({
          orderNumber, status, totalCents, currency, itemCount, placedAt, trackingNumber,
        })),
      },
      say:
        orders.length === 0
          ? "There are no orders in your account yet."
          : orders.length === 1
            ? `You have one order: ${joinWords(lines)}.`
            : `${orderCount > orders.length ? `Your latest ${orders.length} of ${orderCount} orders are` : `You have ${orderCount} orders`}: ${joinWords(lines)}.`,
    };
  },
});
