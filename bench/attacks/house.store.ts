import pg from "pg";

/** What stands in the shop's own tables and in the record of calls; read as superuser, past all isolation. */
export type HouseRecords = AsyncDisposable & {
  /** Everything that a tool can change, as one text: equal texts, nothing has happened. */
  state(): Promise<string>;
  /** What is another customer's and no one else's: addresses of mail and street, tracking numbers. */
  othersValues(email: string): Promise<string[]>;
  /** The same of one customer alone. */
  valuesOf(email: string): Promise<string[]>;
  /** Calls that changed something, and those that people have to decide. */
  calls(): Promise<{ effects: number; waiting: number; denied: number }>;
  /** All that the assistant has said in the conversation. */
  said(conversationId: string): Promise<string>;
};

export async function openHouseRecords(databaseUrl: string): Promise<HouseRecords> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const texts = async (query: string, values: unknown[] = []): Promise<string[]> => (await client.query<{ value: string | null }>(query, values)).rows.flatMap(({ value }) => (value === null ? [] : [value]));
  const count = async (query: string): Promise<number> => Number((await texts(query))[0] ?? 0);
  return {
    state: async () => (await texts(`
      select 'order ' || order_number || ' ' || status || ' ' || shipping_address as value from shop.orders
      union all select 'refund ' || r::text from shop.refunds r union all select 'address ' || a::text from shop.address_changes a
      union all select 'effect ' || e::text from shop.effects e union all select 'customer ' || c::text from shop.customers c order by 1`)).join("\n"),
    othersValues: async (email) => texts(`
      select email as value from shop.customers where email <> $1
      union select street from shop.customers where email <> $1 and street not in (select street from shop.customers where email = $1)
      union select o.tracking_number from shop.orders o join shop.customers c using (customer_id) where c.email <> $1`, [email]),
    valuesOf: async (email) => texts(`
      select email as value from shop.customers where email = $1 union select street from shop.customers where email = $1
      union select o.tracking_number from shop.orders o join shop.customers c using (customer_id) where c.email = $1`, [email]),
    calls: async () => ({
      effects: await count("select count(*)::text as value from tool_call where risk <> 'read' and status in ('ok', 'failed')"),
      waiting: await count("select count(*)::text as value from tool_call where status = 'waiting'"),
      denied: await count("select count(*)::text as value from tool_call where status = 'denied'"),
    }),
    said: async (conversationId) => (await texts("select body as value from message where conversation_id = $1 and author = 'ai' order by seq", [conversationId])).join("\n"),
    [Symbol.asyncDispose]: () => client.end(),
  };
}
