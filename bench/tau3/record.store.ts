import pg from "pg";
import { isRecord } from "../../src/lib/is-record.ts";
import type { SqlClient } from "../../src/tools/tool.ts";
import type { Domain } from "./data-set.ts";

/** Collection by name, record by key. */
export type State = Record<string, Record<string, unknown>>;

export type Changed = { collection: string; key: string; before: unknown; after: unknown };

/** Bodies are kept as they were written (`json`, not `jsonb`): the bank's tools answer the members of a record in their order. */
const INSERT = (table: string) => `insert into ${table} (collection, key, body) select value->>'collection', value->>'key', value->'body' from json_array_elements($1::json) with ordinality order by ordinality`;

/** Makes a domain's tables and fills them: `record` is what tools work on, `base` stays as it is. `url` is the owner's. */
export async function createTables(url: string, domain: Domain, state: State): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(`
      create schema tau3_${domain};
      create table tau3_${domain}.base (collection text not null, key text not null, place serial, body json not null, primary key (collection, key));
      create table tau3_${domain}.record (like tau3_${domain}.base including all);
      grant usage on schema tau3_${domain} to baton_workspace;
      grant select, insert, update, delete on all tables in schema tau3_${domain} to baton_workspace;
      grant usage on all sequences in schema tau3_${domain} to baton_workspace`);
    await fill({ query: async (text, values = []) => (await client.query(text, [...values])).rows }, domain, state);
    await client.query(`analyze tau3_${domain}.record; analyze tau3_${domain}.base`);
  } finally {
    await client.end();
  }
}

/** Another beginning for the tasks that come: all records are taken out and these put in. */
export async function replaceTables(sql: SqlClient, domain: Domain, state: State): Promise<void> {
  await sql.transaction(async (client) => {
    await client.query(`delete from tau3_${domain}.record`);
    await client.query(`delete from tau3_${domain}.base`);
    await fill(client, domain, state);
  });
}

async function fill(sql: Pick<SqlClient, "query">, domain: Domain, state: State): Promise<void> {
  const rows = Object.entries(state).flatMap(([collection, records]) => Object.entries(records).map(([key, body]) => ({ collection, key, body })));
  for (let from = 0; from < rows.length; from += 500) await sql.query(INSERT(`tau3_${domain}.base`), [JSON.stringify(rows.slice(from, from + 500))]);
  await sql.query(`insert into tau3_${domain}.record select * from tau3_${domain}.base`);
}

/** Every record that is not as it was at the start, found by the database over all of them. */
export async function listChanged(sql: SqlClient, domain: Domain): Promise<Changed[]> {
  const rows = await sql.query(`
    select coalesce(r.collection, b.collection) as collection, coalesce(r.key, b.key) as key, b.body as before, r.body as after
    from tau3_${domain}.base b full join tau3_${domain}.record r on r.collection = b.collection and r.key = b.key
    where r.body::jsonb is distinct from b.body::jsonb order by 1, 2`);
  return rows.map((row) => ({ collection: String(row["collection"]), key: String(row["key"]), before: row["before"] ?? undefined, after: row["after"] ?? undefined }));
}

/** Puts back what has changed, or sets a task's own beginning. */
export async function resetTables(sql: SqlClient, domain: Domain): Promise<void> {
  await sql.query(`
    with changed as (
      select coalesce(r.collection, b.collection) as collection, coalesce(r.key, b.key) as key, b.body, b.place
      from tau3_${domain}.base b full join tau3_${domain}.record r on r.collection = b.collection and r.key = b.key where r.body::jsonb is distinct from b.body::jsonb),
    gone as (delete from tau3_${domain}.record r using changed c where r.collection = c.collection and r.key = c.key and c.body is null)
    insert into tau3_${domain}.record (collection, key, place, body) select collection, key, place, body from changed where body is not null
    on conflict (collection, key) do update set body = excluded.body`);
}

/** A domain's records as its tools read and write them. */
export type Records = {
  /** Undefined: there is none. `isLocked`: nobody else changes it until the transaction ends. */
  find(collection: string, key: string, isLocked?: boolean): Promise<unknown>;
  /** In the order they were put there. */
  list(collection: string, where?: { member: string; is: string }): Promise<{ key: string; body: unknown }[]>;
  put(collection: string, key: string, body: unknown): Promise<void>;
  remove(collection: string, key: string): Promise<void>;
};

export function recordsOf(sql: SqlClient, domain: Domain): Records {
  const table = `tau3_${domain}.record`;
  return {
    async find(collection, key, isLocked = false) {
      return (await sql.query(`select body from ${table} where collection = $1 and key = $2${isLocked ? " for update" : ""}`, [collection, key]))[0]?.["body"];
    },
    async list(collection, where) {
      const rows = await sql.query(`select key, body from ${table} where collection = $1 and ($2::text is null or body->>$2::text = $3) order by place`, [collection, where?.member ?? null, where?.is ?? null]);
      return rows.map((row) => ({ key: String(row["key"]), body: row["body"] }));
    },
    async put(collection, key, body) {
      await sql.query(`insert into ${table} (collection, key, body) values ($1, $2, $3) on conflict (collection, key) do update set body = excluded.body`, [collection, key, JSON.stringify(body)]);
    },
    async remove(collection, key) {
      await sql.query(`delete from ${table} where collection = $1 and key = $2`, [collection, key]);
    },
  };
}

/** What the tables hold, whole. */
export async function readState(sql: SqlClient, domain: Domain): Promise<State> {
  const state: State = {};
  for (const row of await sql.query(`select collection, key, body from tau3_${domain}.record order by place`)) (state[String(row["collection"])] ??= {})[String(row["key"])] = row["body"];
  return state;
}

export function toState(value: unknown): State {
  if (!isRecord(value)) throw new Error("a database is an object of collections");
  return Object.fromEntries(Object.entries(value).map(([name, records]) => [name, isRecord(records) ? records : {}]));
}
