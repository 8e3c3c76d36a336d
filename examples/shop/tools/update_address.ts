import { defineTool, type ToolResult } from "baton/tools";
import { z } from "zod";
import { orderNumber } from "../orders/order-number.ts";
import { performOnce, readFacts } from "../orders/perform-once.ts";
import { labelOf, sayOrderNotFound } from "../orders/wording.ts";

const output = z.object({ orderNumber: z.number().int(), oldAddress: z.string(), newAddress: z.string() });

export default defineTool({
  name: "update_address",
  purpose: "Changes the delivery address of one order of the contact that is still being processed. The address of the account stays as it is.",
  risk: "write",
  idempotency: "key",
  needsVerifiedContact: true,
  timeoutMs: 5_000,
  input: z.object({
    order_number: orderNumber,
    address: z
      .string()
      .trim()
      .min(10)
      .max(300)
      .regex(/\d/, "an address has a house number or a postal code")
      .describe("The whole new address on one line: street and number, postal code, city, country"),
  }),
  output,
  describe: (input) => `Send order ${input.order_number} to this address instead: ${input.address}.`,
  notFound: (input) => sayOrderNotFound(input.order_number),
  facts: (input, context) => readFacts(context, input.order_number),
  run: (input, context) =>
    performOnce(context, { tool: "update_address", orderNumber: input.order_number, output }, async (client, order): Promise<ToolResult<z.output<typeof output>>> => {
      if (order.status !== "processing")
        return {
          kind: "refused",
          reason: `order.${order.status}`,
          say: `The address of order ${order.orderNumber} can no longer be changed: it can only be changed while the order is being processed, and its status is now ${labelOf(order.status)}.`,
        };
      await client.query("update shop.orders set shipping_address = $2 where order_number = $1", [order.orderNumber, input.address]);
      await client.query("insert into shop.address_changes (idempotency_key, order_number, old_address, new_address) values ($1, $2, $3, $4)", [
        context.idempotencyKey, order.orderNumber, order.shippingAddress, input.address,
      ]);
      return {
        kind: "ok",
        output: { orderNumber: order.orderNumber, oldAddress: order.shippingAddress, newAddress: input.address },
        say: `Order ${order.orderNumber} will now be sent to ${input.address}.`,
        evidence: `shop.orders ${order.orderNumber} shipping_address changed`,
      };
    }),
});
