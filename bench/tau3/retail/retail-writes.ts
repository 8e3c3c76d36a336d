import { z } from "zod";
import type { Tool, ToolResult } from "../../../src/tools/tool.ts";
import { done, makeTool, notFound, refused } from "../make-tool.ts";
import { roundTo } from "../python-number.ts";
import type { Records } from "../record.store.ts";
import { retailFacts } from "./retail-facts.ts";
import { address, findOrderOf, findUser, order, user, type Order, type User } from "./retail-records.ts";

const domain = "retail";
const ORDER_NOT_FOUND = "Order not found";

/** The tools of the shop that change an order's or a customer's data, but not its items; see `retailItems`. */
export function retailWrites(): Tool[] {
  return [
    makeTool({
      domain, name: "cancel_pending_order", purpose: "Cancels a pending order and refunds it.", risk: "irreversible", input: z.strictObject({ order_id: z.string(), reason: z.string() }), output: order,
      facts: retailFacts,
      run: async ({ order_id, reason }, records) => {
        const found = await findOrderOf(records, order_id);
        if (found === null) return notFound(ORDER_NOT_FOUND);
        if (found.order.status !== "pending") return refused("Non-pending order cannot be cancelled");
        if (reason !== "no longer needed" && reason !== "ordered by mistake") return refused("Invalid reason");
        const refunds = found.order.payment_history.map((payment) => ({ ...payment, transaction_type: "refund" as const }));
        const balances = refunds.reduce((owner, refund) => withBalance(owner, refund.payment_method_id, refund.amount), found.user);
        return saveOrder(records, { ...found.order, status: "cancelled", cancel_reason: reason, payment_history: [...found.order.payment_history, ...refunds] }, balances);
      },
    }),
    makeTool({
      domain, name: "modify_pending_order_address", purpose: "Changes where a pending order is sent.", risk: "write", input: z.strictObject({ order_id: z.string(), ...address.shape }), output: order,
      facts: retailFacts,
      run: async ({ order_id, ...given }, records) => {
        const found = await findOrderOf(records, order_id);
        if (found === null) return notFound(ORDER_NOT_FOUND);
        // An order whose items were changed is still pending here.
        return found.order.status.startsWith("pending") ? saveOrder(records, { ...found.order, address: given }) : refused("Non-pending order cannot be modified");
      },
    }),
    makeTool({
      domain, name: "modify_pending_order_payment", purpose: "Pays a pending order by another method.", risk: "money", input: z.strictObject({ order_id: z.string(), payment_method_id: z.string() }), output: order,
      facts: retailFacts, run: changePayment,
    }),
    makeTool({
      domain, name: "modify_user_address", purpose: "Changes a customer's own address.", risk: "write", input: z.strictObject({ user_id: z.string(), ...address.shape }), output: user,
      facts: retailFacts,
      run: async ({ user_id, ...given }, records) => {
        const found = await findUser(records, user_id);
        if (found === null) return notFound("User not found");
        const changed: User = { ...found, address: given };
        await records.put("users", user_id, changed);
        return done(changed);
      },
    }),
  ];
}

async function changePayment({ order_id, payment_method_id }: { order_id: string; payment_method_id: string }, records: Records): Promise<ToolResult<Order>> {
  const found = await findOrderOf(records, order_id);
  if (found === null) return notFound(ORDER_NOT_FOUND);
  const method = found.user.payment_methods[payment_method_id];
  const [paid, ...others] = found.order.payment_history;
  if (!found.order.status.startsWith("pending")) return refused("Non-pending order cannot be modified");
  if (method === undefined) return notFound("Payment method not found");
  if (paid === undefined || others.length > 0 || paid.transaction_type !== "payment") return refused("There should be exactly one payment for a pending order");
  if (paid.payment_method_id === payment_method_id) return refused("The new payment method should be different from the current one");
  if (method.source === "gift_card" && (method.balance ?? 0) < paid.amount) return refused("Insufficient gift card balance to pay for the order");
  const history = [paid, { transaction_type: "payment" as const, amount: paid.amount, payment_method_id }, { ...paid, transaction_type: "refund" as const }];
  return saveOrder(records, { ...found.order, payment_history: history }, withBalance(withBalance(found.user, payment_method_id, -paid.amount), paid.payment_method_id, paid.amount));
}

/** The customer with money added to a gift card; other methods hold none. */
export function withBalance(owner: User, methodId: string, amount: number): User {
  const method = owner.payment_methods[methodId];
  if (method?.source !== "gift_card") return owner;
  return { ...owner, payment_methods: { ...owner.payment_methods, [methodId]: { ...method, balance: roundTo((method.balance ?? 0) + amount, 2) } } };
}

export async function saveOrder(records: Records, changed: Order, owner?: User): Promise<ToolResult<Order>> {
  await records.put("orders", changed.order_id, changed);
  if (owner !== undefined) await records.put("users", owner.user_id, owner);
  return done(changed);
}
