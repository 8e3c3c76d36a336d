import { defineTool } from "baton/tools";
import { z } from "zod";
import { orderNumber } from "../orders/order-number.ts";
import { factsOf, findOwnOrder, listItems } from "../orders/order.store.ts";
import { formatMoney, joinWords, sayOrderNotFound, sayStatus } from "../orders/wording.ts";

export default defineTool({
  name: "get_order",
  purpose: "Looks up one order of the contact by its number: status, items, total, carrier, tracking number and delivery dates.",
  risk: "read",
  idempotency: "natural",
  needsVerifiedContact: true,
  timeoutMs: 3_000,
  input: z.object({ order_number: orderNumber }),
  output: z.object({
    orderNumber: z.number().int(),
    status: z.string(),
    items: z.array(z.object({ name: z.string(), quantity: z.number().int(), unitPriceCents: z.number().int() })),
    itemsCents: z.number().int(),
    shippingCents: z.number().int(),
    totalCents: z.number().int(),
    total: z.string().describe("The amount in words, as €89.90"),
    currency: z.string(),
    paymentMethod: z.string(),
    shippingAddress: z.string(),
    carrier: z.string().nullable(),
    trackingNumber: z.string().nullable(),
    placedAt: z.string(),
    shippedAt: z.string().nullable(),
    expectedAt: z.string().nullable(),
    deliveredAt: z.string().nullable(),
    cancelledAt: z.string().nullable(),
    returnedAt: z.string().nullable(),
    isLate: z.boolean().describe("On its way, and past the day it should have arrived"),
    daysSinceDelivery: z.number().int().nullable(),
  }),
  describe: (input) => `Look up order ${input.order_number}.`,
  async facts(input, { contact, sql }) {
    const order = await findOwnOrder(sql, contact, input.order_number);
    return order === null ? null : factsOf(order);
  },
  async run(input, { contact, sql }) {
    const order = await findOwnOrder(sql, contact, input.order_number);
    if (order === null) return { kind: "not_found", say: sayOrderNotFound(input.order_number) };
    const items = await listItems(sql, order.orderNumber);
    const { itemCount: _itemCount, ...output } = order;
    const lines = items.map((item) => `${item.quantity > 1 ? `${item.quantity} × ` : ""}${item.name} (${formatMoney(item.quantity * item.unitPriceCents, order.currency)})`);
    return {
      kind: "ok",
      output: { ...output, total: formatMoney(order.totalCents, order.currency), items },
      say: `${sayStatus(order)} It contains ${joinWords(lines)}.`,
      evidence: `shop.orders ${order.orderNumber} status=${order.status}`,
    };
  },
});
