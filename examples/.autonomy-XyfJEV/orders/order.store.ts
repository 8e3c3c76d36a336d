import { z } from "zod";
import type { SqlClient, ToolContact } from "baton/tools";

const orderRow = z.object({
  orderNumber: z.number().int(),
  status: z.enum(["processing", "shipped", "delivered", "cancelled", "returned"]),
  currency: z.enum(["EUR", "GBP", "USD"]),
  itemsCents: z.number().int(),
  shippingCents: z.number().int(),
  totalCents: z.number().int(),
  itemCount: z.number().int(),
  paymentMethod: z.enum(["card", "apple_pay", "google_pay", "paypal", "klarna", "ideal"]),
  shippingAddress: z.string(),
  carrier: z.string().nullable(),
  trackingNumber: z.string().nullable(),
  placedAt: z.string(),
  shippedAt: z.string().nullable(),
  expectedAt: z.string().nullable(),
  deliveredAt: z.string().nullable(),
  cancelledAt: z.string().nullable(),
  returnedAt: z.string().nullable(),
  /** On its way, and past the day it should have arrived, by the database's clock. */
  isLate: z.boolean(),
  /** Whole days since delivery by the database's clock; null before delivery. */
  daysSinceDelivery: z.number().int().nullable(),
});

/** An order of the contact at hand. Money is in minor units of `currency`, times are ISO 8601 UTC. */
export type OwnOrder = z.output<typeof orderRow>;
export type OrderStatus = OwnOrder["status"];
export type PaymentMethod = OwnOrder["paymentMethod"];

const itemRow = z.object({ name: z.string(), quantity: z.number().int(), unitPriceCents: z.number().int() });
export type OrderItem = z.output<typeof itemRow>;

const iso = (column: string): string => `to_char(o.${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`;

const SELECT_OWN = `
  select o.order_number as "orderNumber", o.status, o.currency, o.items_cents as "itemsCents", o.shipping_cents as "shippingCents",
    o.total_cents as "totalCents", o.payment_method as "paymentMethod", o.shipping_address as "shippingAddress", o.carrier,
    o.tracking_number as "trackingNumber", ${iso("placed_at")} as "placedAt", ${iso("shipped_at")} as "shippedAt", ${iso("expected_at")} as "expectedAt",
    ${iso("delivered_at")} as "deliveredAt", ${iso("cancelled_at")} as "cancelledAt", ${iso("returned_at")} as "returnedAt",
    floor(extract(epoch from now() - o.delivered_at) / 86400)::int as "daysSinceDelivery",
    o.status = 'shipped' and coalesce(o.expected_at < now(), false) as "isLate",
    (select coalesce(sum(i.quantity), 0)::int from shop.order_items i where i.order_number = o.order_number) as "itemCount"
  from shop.orders o join shop.customers c on c.customer_id = o.customer_id
  where lower(c.email) = lower($1)`;

/** The contact's own order. Null: there is none of this number, or it belongs to somebody else. */
export async function findOwnOrder(sql: SqlClient, contact: ToolContact, orderNumber: number): Promise<OwnOrder | null> {
  const [row] = await sql.query(`${SELECT_OWN} and o.order_number = $2`, [contact.email, orderNumber]);
  return row === undefined ? null : orderRow.parse(row);
}

/** As `findOwnOrder`, and holds the order's row until the transaction ends. */
export async function lockOwnOrder(client: SqlClient, contact: ToolContact, orderNumber: number): Promise<OwnOrder | null> {
  const [row] = await client.query(`${SELECT_OWN} and o.order_number = $2 for update of o`, [contact.email, orderNumber]);
  return row === undefined ? null : orderRow.parse(row);
}

/** The contact's orders, the newest first. */
export async function listOwnOrders(sql: SqlClient, contact: ToolContact, limit: number): Promise<OwnOrder[]> {
  const rows = await sql.query(`${SELECT_OWN} order by o.placed_at desc, o.order_number desc limit $2`, [contact.email, limit]);
  return rows.map((row) => orderRow.parse(row));
}

export async function countOwnOrders(sql: SqlClient, contact: ToolContact): Promise<number> {
  const [row] = await sql.query(
    "select count(*)::int as count from shop.orders o join shop.customers c on c.customer_id = o.customer_id where lower(c.email) = lower($1)",
    [contact.email],
  );
  return z.object({ count: z.number().int() }).parse(row).count;
}

export async function listItems(sql: SqlClient, orderNumber: number): Promise<OrderItem[]> {
  const rows = await sql.query(
    `select p.name, i.quantity, i.unit_price_cents as "unitPriceCents"
     from shop.order_items i join shop.products p on p.sku = i.sku where i.order_number = $1 order by i.line_number`,
    [orderNumber],
  );
  return rows.map((row) => itemRow.parse(row));
}

/** What policies may ask about an order; unknown facts are left out. */
export function factsOf(order: OwnOrder): Record<string, string | number> {
  const facts = { status: order.status, totalCents: order.totalCents, currency: order.currency, itemCount: order.itemCount };
  return order.daysSinceDelivery === null ? facts : { ...facts, daysSinceDelivery: order.daysSinceDelivery };
}
