import { readFile } from "node:fs/promises";
import type { SqlClient } from "baton/tools";
import { generateShop, type Shop } from "./generate.ts";

/** Any number that no other part uses; held for the length of the transaction. */
const LOAD_LOCK = 20_260_101;

/** How each table is read out of one JSON array: column names in the order of the record. */
const TABLES = {
  customers: {
    columns: "customer_id, name, email, street, postal_code, city, country, loyalty_points, created_at",
    record: `"customerId" int, name text, email text, street text, "postalCode" text, city text, country text, "loyaltyPoints" int, "createdAt" timestamptz`,
  },
  products: {
    columns: "sku, name, category, price_eur_cents, price_gbp_cents, price_usd_cents",
    record: `sku text, name text, category text, "priceEurCents" int, "priceGbpCents" int, "priceUsdCents" int`,
  },
  orders: {
    columns:
      "order_number, customer_id, status, currency, items_cents, shipping_cents, total_cents, payment_method, shipping_address, carrier, tracking_number, " +
      "placed_at, shipped_at, expected_at, delivered_at, cancelled_at, returned_at",
    record:
      `"orderNumber" int, "customerId" int, status text, currency text, "itemsCents" int, "shippingCents" int, "totalCents" int, "paymentMethod" text, ` +
      `"shippingAddress" text, carrier text, "trackingNumber" text, "placedAt" timestamptz, "shippedAt" timestamptz, "expectedAt" timestamptz, ` +
      `"deliveredAt" timestamptz, "cancelledAt" timestamptz, "returnedAt" timestamptz`,
  },
  order_items: {
    columns: "order_number, line_number, sku, quantity, unit_price_cents",
    record: `"orderNumber" int, "lineNumber" int, sku text, quantity int, "unitPriceCents" int`,
  },
} as const;

/**
 * Creates the schema `shop` when it is missing and fills it when it holds no customer.
 *
 * Shapes: returns how many customers and orders are there afterwards.
 * Replay: safe to call at every start, by several processes at once and after a kill: one transaction under an advisory lock.
 */
export async function loadShop(sql: SqlClient, options: { seed: number; nowMs: number }): Promise<{ customers: number; orders: number }> {
  const schema = await readFile(new URL("./schema.sql", import.meta.url), "utf8");
  return sql.transaction(async (client) => {
    await client.query("select pg_advisory_xact_lock($1)", [LOAD_LOCK]);
    for (const statement of statementsOf(schema)) await client.query(statement);
    const [found] = await client.query("select exists (select from shop.customers) as found");
    if (found?.["found"] !== true) await insertShop(client, generateShop(options.seed, options.nowMs));
    const [counted] = await client.query(
      "select (select count(*) from shop.customers)::int as customers, (select count(*) from shop.orders)::int as orders",
    );
    return { customers: Number(counted?.["customers"]), orders: Number(counted?.["orders"]) };
  });
}

/** The file has no function bodies and no semicolon inside a statement, so a line's last semicolon ends one. */
function statementsOf(text: string): string[] {
  return text
    .split(/;\s*$/m)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== "");
}

async function insertShop(client: SqlClient, shop: Shop): Promise<void> {
  await insertRows(client, "customers", shop.customers);
  await insertRows(client, "products", shop.products);
  await insertRows(client, "orders", shop.orders);
  await insertRows(client, "order_items", shop.orderItems);
}

/** One statement a table, whatever the number of rows. */
async function insertRows(client: SqlClient, table: keyof typeof TABLES, rows: readonly object[]): Promise<void> {
  const { columns, record } = TABLES[table];
  await client.query(`insert into shop.${table} (${columns}) select * from json_to_recordset($1::json) as record(${record})`, [JSON.stringify(rows)]);
}

/** What `demoData` in baton.yaml runs at every start. */
export { loadShop as load };
