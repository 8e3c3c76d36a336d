import type { ToolContext, ToolFacts } from "../../../src/tools/tool.ts";
import type { Records } from "../record.store.ts";
import { findOrderOf, findProduct, findUser, type Order } from "./retail-records.ts";

type Asked = { order_id?: string; user_id?: string; payment_method_id?: string; reason?: string; item_ids?: string[]; new_item_ids?: string[] };

/** What the shop's policies ask for about the target of a call. Null: there is no such order or customer. */
export async function retailFacts(asked: Asked, records: Records, { contact }: ToolContext): Promise<ToolFacts | null> {
  const found = asked.order_id === undefined ? null : await findOrderOf(records, asked.order_id);
  const owner = asked.order_id === undefined ? await findUser(records, asked.user_id ?? "") : found?.user;
  if (owner === null || owner === undefined) return null;
  const method = owner.payment_methods[asked.payment_method_id ?? ""];
  const paidBy = found?.order.payment_history[0]?.payment_method_id;
  return {
    isOwn: owner.user_id === contact.externalId,
    ...(found === null ? {} : { status: found.order.status, totalCents: Math.round(found.order.items.reduce((sum, item) => sum + item.price, 0) * 100), ...(await swapFacts(asked, found.order, records)) }),
    ...(asked.reason === undefined ? {} : { reason: asked.reason }),
    ...(asked.payment_method_id === undefined ? {} : { paymentKind: method?.source ?? "none", isOriginalPayment: asked.payment_method_id === paidBy }),
    ...(method?.balance === undefined ? {} : { balanceCents: Math.round(method.balance * 100) }),
  };
}

/** Whether each new item is a variant of the product of the old one, and to be had. */
async function swapFacts({ item_ids, new_item_ids }: Asked, order: Order, records: Records): Promise<ToolFacts> {
  if (item_ids === undefined || new_item_ids === undefined) return {};
  const variants = await Promise.all(item_ids.map(async (id, at) => {
    const item = order.items.find((each) => each.item_id === id);
    return item === undefined ? undefined : (await findProduct(records, item.product_id))?.variants[new_item_ids[at] ?? ""];
  }));
  return { isSameProduct: variants.every((variant) => variant !== undefined), isAvailable: variants.every((variant) => variant?.available === true) };
}
