import { z } from "zod";
import type { Tool, ToolResult } from "../../../src/tools/tool.ts";
import { makeTool, notFound, refused } from "../make-tool.ts";
import { roundTo } from "../python-number.ts";
import type { Records } from "../record.store.ts";
import { retailFacts } from "./retail-facts.ts";
import { findOrderOf, findProduct, order, type Order, type User, type Variant } from "./retail-records.ts";
import { saveOrder, withBalance } from "./retail-writes.ts";

const domain = "retail";
const swapInput = z.strictObject({ order_id: z.string(), item_ids: z.array(z.string()), new_item_ids: z.array(z.string()), payment_method_id: z.string() });
type Swap = z.output<typeof swapInput>;

/** The tools of the shop that give other items, or take items back. */
export function retailItems(): Tool[] {
  return [
    makeTool({ domain, name: "modify_pending_order_items", purpose: "Changes items of a pending order to other variants of the same products, once.", risk: "money", input: swapInput, output: order, facts: retailFacts, run: changeItems }),
    makeTool({ domain, name: "exchange_delivered_order_items", purpose: "Exchanges items of a delivered order for other variants of the same products, once.", risk: "irreversible", input: swapInput, output: order, facts: retailFacts, run: exchangeItems }),
    makeTool({
      domain, name: "return_delivered_order_items", purpose: "Takes back items of a delivered order.", risk: "irreversible", input: swapInput.omit({ new_item_ids: true }), output: order,
      facts: retailFacts, run: returnItems,
    }),
  ];
}

async function changeItems(input: Swap, records: Records): Promise<ToolResult<Order>> {
  const found = await findOrderOf(records, input.order_id);
  if (found === null) return notFound("Order not found");
  if (found.order.status !== "pending") return refused("Non-pending order cannot be modified");
  const swap = await planSwap(input, found, records);
  if (swap.kind === "refused") return swap;
  const { method, difference } = swap;
  if (method.source === "gift_card" && (method.balance ?? 0) < difference) return refused("Insufficient gift card balance to pay for the new item");
  // The reference shop gives every changed item the price and the options of the last one; its data are the measure here.
  const last = swap.pairs.at(-1)?.to;
  const items = [...found.order.items];
  for (const { from, to } of swap.pairs) {
    const at = items.findIndex((item) => item.item_id === from);
    const item = items[at];
    if (item !== undefined && last !== undefined) items[at] = { ...item, item_id: to.item_id, price: last.price, options: last.options };
  }
  const paid = { transaction_type: difference > 0 ? ("payment" as const) : ("refund" as const), amount: Math.abs(difference), payment_method_id: method.id };
  return saveOrder(records, { ...found.order, items, status: "pending (item modified)", payment_history: [...found.order.payment_history, paid] }, withBalance(found.user, method.id, -difference));
}

async function exchangeItems(input: Swap, records: Records): Promise<ToolResult<Order>> {
  const found = await findOrderOf(records, input.order_id);
  if (found === null) return notFound("Order not found");
  if (found.order.status !== "delivered") return refused("Non-delivered order cannot be exchanged");
  const swap = await planSwap(input, found, records, true);
  if (swap.kind === "refused") return swap;
  const difference = roundTo(swap.difference, 2);
  if (swap.method.source === "gift_card" && (swap.method.balance ?? 0) < difference) return refused("Insufficient gift card balance to pay for the price difference");
  return saveOrder(records, {
    ...found.order, status: "exchange requested", exchange_items: [...input.item_ids].sort(), exchange_new_items: [...input.new_item_ids].sort(), exchange_payment_method_id: input.payment_method_id, exchange_price_difference: difference,
  });
}

async function returnItems(input: Omit<Swap, "new_item_ids">, records: Records): Promise<ToolResult<Order>> {
  const found = await findOrderOf(records, input.order_id);
  if (found === null) return notFound("Order not found");
  if (found.order.status !== "delivered") return refused("Non-delivered order cannot be returned");
  const method = found.user.payment_methods[input.payment_method_id];
  if (method === undefined) return refused("Payment method not found");
  if (method.source !== "gift_card" && method.id !== found.order.payment_history[0]?.payment_method_id) return refused("Payment method should be the original payment method");
  const missing = firstMissing(found.order, input.item_ids);
  if (missing !== null) return refused("Some item not found");
  return saveOrder(records, { ...found.order, status: "return requested", return_items: [...input.item_ids].sort(), return_payment_method_id: method.id });
}

type Planned = { kind: "planned"; pairs: { from: string; to: Variant }[]; difference: number; method: User["payment_methods"][string] };

/** What a swap would come to: each new item beside the old one, and the difference in price, not rounded. */
async function planSwap(input: Swap, { order, user }: { order: Order; user: User }, records: Records, maySame = false): Promise<Planned | Extract<ToolResult<never>, { kind: "refused" }>> {
  const no = (reason: string) => ({ kind: "refused" as const, reason, say: reason });
  const missing = firstMissing(order, input.item_ids);
  if (missing !== null) return no(`Number of ${missing} not found.`);
  if (input.item_ids.length !== input.new_item_ids.length) return no("The number of items to be exchanged should match.");
  const pairs: Planned["pairs"] = [];
  let difference = 0;
  for (const [at, from] of input.item_ids.entries()) {
    const newId = input.new_item_ids[at] ?? "";
    const item = order.items.find((each) => each.item_id === from);
    const to = item === undefined ? undefined : (await findProduct(records, item.product_id))?.variants[newId];
    if (from === newId && !maySame) return no("The new item id should be different from the old item id");
    if (item === undefined || to === undefined || !to.available) return no(`New item ${newId} not found or available`);
    pairs.push({ from, to });
    difference += to.price - item.price;
  }
  const method = user.payment_methods[input.payment_method_id];
  return method === undefined ? no("Payment method not found") : { kind: "planned", pairs, difference, method };
}

/** The first id that is asked for more often than the order holds it. */
function firstMissing(order: Order, asked: readonly string[]): string | null {
  const count = (ids: readonly string[], id: string) => ids.filter((each) => each === id).length;
  const held = order.items.map((item) => item.item_id);
  return asked.find((id) => count(asked, id) > count(held, id)) ?? null;
}
