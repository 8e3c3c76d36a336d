import { z } from "zod";
import type { Records } from "../record.store.ts";

export const address = z.object({ address1: z.string(), address2: z.string(), city: z.string(), country: z.string(), state: z.string(), zip: z.string() });

const paymentMethod = z.looseObject({ source: z.enum(["credit_card", "gift_card", "paypal"]), id: z.string(), balance: z.number().optional() });
export const user = z.object({ user_id: z.string(), name: z.object({ first_name: z.string(), last_name: z.string() }), address, email: z.string(), payment_methods: z.record(z.string(), paymentMethod), orders: z.array(z.string()) });

const options = z.record(z.string(), z.string());
const variant = z.object({ item_id: z.string(), options, available: z.boolean(), price: z.number() });
export const product = z.object({ name: z.string(), product_id: z.string(), variants: z.record(z.string(), variant) });

const payment = z.object({ transaction_type: z.enum(["payment", "refund"]), amount: z.number(), payment_method_id: z.string() });
const maybe = z.string().nullable();
const items = z.array(z.string()).nullable();
export const order = z.object({
  order_id: z.string(), user_id: z.string(), address, items: z.array(z.object({ name: z.string(), product_id: z.string(), item_id: z.string(), price: z.number(), options })), status: z.string(),
  fulfillments: z.array(z.object({ tracking_id: z.array(z.string()), item_ids: z.array(z.string()) })), payment_history: z.array(payment),
  cancel_reason: maybe, exchange_items: items, exchange_new_items: items, exchange_payment_method_id: maybe, exchange_price_difference: z.number().nullable(), return_items: items, return_payment_method_id: maybe,
});
export { variant };

export type Order = z.output<typeof order>;
export type User = z.output<typeof user>;
export type Product = z.output<typeof product>;
export type Variant = z.output<typeof variant>;
export type PaymentMethod = z.output<typeof paymentMethod>;

export async function findOrder(records: Records, id: string): Promise<Order | null> {
  const found = await records.find("orders", id, true);
  return found === undefined ? null : order.parse(found);
}

export async function findUser(records: Records, id: string): Promise<User | null> {
  const found = await records.find("users", id, true);
  return found === undefined ? null : user.parse(found);
}

export async function findProduct(records: Records, id: string): Promise<Product | null> {
  const found = await records.find("products", id);
  return found === undefined ? null : product.parse(found);
}

/** The order with its customer; the tools act on both. */
export async function findOrderOf(records: Records, orderId: string): Promise<{ order: Order; user: User } | null> {
  const found = await findOrder(records, orderId);
  const owner = found === null ? null : await findUser(records, found.user_id);
  return found === null || owner === null ? null : { order: found, user: owner };
}
