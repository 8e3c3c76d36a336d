import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import pg from "pg";
import { createLog } from "../src/lib/log.ts";
import { openDatabase, type Database } from "../src/storage/database.ts";
import { migrate } from "../src/storage/migrate.ts";
import { makeDatabase, makeEmptyDatabase } from "./start-test-app.ts";

const log = createLog({ level: "error", isPretty: true });

type Column = { name: string; type: string; isNullable: boolean };

const opened: pg.Client[] = [];
after(() => Promise.all(opened.map((client) => client.end())));

async function connect(connectionString: string, role?: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString, ...(role === undefined ? {} : { options: `-c role=${role}` }) });
  opened.push(client);
  await client.connect();
  return client;
}

/** The SQLSTATE a statement fails with; "none" when it does not. */
async function stateOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return "none";
  } catch (error) {
    return error instanceof pg.DatabaseError ? (error.code ?? "unknown") : `not a database error: ${String(error)}`;
  }
}

const DENIED = "42501";

describe("two tenants in one database", () => {
  let urls: { owner: string; superuser: string };
  let superuser: pg.Client;
  let database: Database;
  /** Baton's tables by the column that names the tenant. */
  const tables = new Map<string, string>();
  const columns = new Map<string, Column[]>();

  before(async () => {
    urls = await makeDatabase();
    await migrate(urls.owner);
    superuser = await connect(urls.superuser);
    database = openDatabase({ connectionString: urls.owner, maxConnections: 2, log });
    const found = await superuser.query<{ table_name: string; column_name: string; data_type: string; is_nullable: string }>(
      "select table_name, column_name, data_type, is_nullable from information_schema.columns where table_schema = 'public' order by table_name, ordinal_position",
    );
    for (const row of found.rows) columns.set(row.table_name, [...(columns.get(row.table_name) ?? []), { name: row.column_name, type: row.data_type, isNullable: row.is_nullable === "YES" }]);
    for (const [table, list] of columns) if (list.some((column) => column.name === "tenant_id")) tables.set(table, "tenant_id");
    tables.set("tenant", "id");
    await fillTables("tenant-a");
    await fillTables("tenant-b");
  });
  after(() => database.close());

  /** One row of every table, without foreign keys and triggers, so that a table added later is covered as well. */
  async function fillTables(tenantId: string): Promise<void> {
    const checks = await superuser.query<{ place: string; value: string }>(
      `select c.conrelid::regclass::text || '.' || a.attname as place, (regexp_match(pg_get_constraintdef(c.oid), '''([a-z_]+)''::text'))[1] as value
       from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1] where c.contype = 'c' and c.connamespace = 'public'::regnamespace`,
    );
    const allowed = new Map(checks.rows.map((row) => [row.place, row.value]));
    await superuser.query("begin; set local session_replication_role = replica");
    for (const [table, key] of tables) {
      const list = columns.get(table) ?? [];
      const values = list.map(({ name, type }) => (name === key ? tenantId : (allowed.get(`${table}.${name}`) ?? sampleOf(type, `${tenantId}-${name}`))));
      await superuser.query(`insert into ${table} values (${values.map((_, place) => `$${place + 1}`).join(", ")})`, values);
    }
    await superuser.query("commit");
  }

  function sampleOf(type: string, text: string): unknown {
    if (type === "boolean") return true;
    if (type === "bigint" || type === "integer" || type === "double precision") return 1;
    if (type.startsWith("timestamp")) return new Date(0);
    if (type === "jsonb") return "{}";
    return type === "ARRAY" ? (text.endsWith("-taken") ? [1] : [text]) : text;
  }

  test("every table has row-level security on and forced, with a policy for the application", async () => {
    const found = await superuser.query<{ table: string; is_on: boolean; is_forced: boolean; policies: number }>(
      `select c.relname as table, c.relrowsecurity as is_on, c.relforcerowsecurity as is_forced,
         (select count(*)::int from pg_policy p where p.polrelid = c.oid and 'baton_app'::regrole = any(p.polroles) and p.polcmd = '*' and p.polwithcheck is not null) as policies
       from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and c.relname <> 'baton_migration' order by 1`,
    );
    assert.deepEqual(found.rows.map((row) => row.table), [...tables.keys()].sort(), "every table names its tenant");
    assert.deepEqual(found.rows.filter((row) => !row.is_on || !row.is_forced || row.policies !== 1), []);
    assert.ok(tables.size > 20);
  });

  test("the application sees its own tenant's rows only, on every table, without any condition", async () => {
    for (const [table, key] of tables) {
      const [row, ...more] = await database.transaction("tenant-a", (query) => query(`select * from ${table}`));
      assert.equal(row?.[key], "tenant-a", table);
      assert.equal(more.length, 0, `${table} shows another tenant's rows`);
      assert.deepEqual(await database.transaction("tenant-a", (query) => query(`select * from ${table} where ${key} = 'tenant-b' or true`)), [row], table);
    }
  });

  test("the application can neither insert, move, change nor delete another tenant's rows", async () => {
    const app = await connect(urls.owner, "baton_app");
    await app.query("set baton.tenant = 'tenant-a'");
    for (const [table, key] of tables) {
      const list = (columns.get(table) ?? []).map((column) => column.name);
      const copies = list.map((name) => (name === key ? "'tenant-c'" : name)).join(", ");
      assert.equal(await stateOf(app.query(`insert into ${table} (${list.join(", ")}) select ${copies} from ${table}`)), DENIED, `insert into ${table}`);
      assert.equal(await stateOf(app.query(`update ${table} set ${key} = 'tenant-c'`)), DENIED, `move rows of ${table}`);
      for (const change of [`update ${table} set ${key} = ${key}`, `delete from ${table}`]) {
        await app.query("begin");
        const state = await stateOf(app.query(change).then(({ rowCount }) => assert.ok((rowCount ?? 0) <= 1, `${change} reached ${rowCount} rows`)));
        // 23503: the own row is still referred to, which is found only after the other tenant's rows were left out.
        assert.ok(["none", DENIED, "23503"].includes(state), `${change}: ${state}`);
        await app.query("rollback");
      }
    }
    for (const table of tables.keys()) assert.equal((await superuser.query(`select 1 from ${table}`)).rowCount, 2, table);
  });

  test("the ledger cannot be changed by the application, not even its own tenant's", async () => {
    for (const table of ["ledger_entry", "ledger_link"]) {
      for (const change of [`update ${table} set tenant_id = tenant_id`, `delete from ${table}`, `truncate ${table}`]) assert.equal(await stateOf(database.transaction("tenant-a", (query) => query(change))), DENIED, change);
    }
  });

  test("without a tenant nothing is visible and nothing can be written", async () => {
    const app = await connect(urls.owner, "baton_app");
    for (const set of ["reset baton.tenant", "set baton.tenant = ''", "set baton.tenant = '%'"]) {
      await app.query(set);
      for (const [table, key] of tables) {
        assert.equal((await app.query(`select 1 from ${table}`)).rowCount, 0, `${table} after ${set}`);
        const list = (columns.get(table) ?? []).map((column) => column.name);
        const row = (await superuser.query<Record<string, unknown>>(`select * from ${table} where ${key} = 'tenant-a'`)).rows[0] ?? {};
        const values = list.map((name) => (typeof row[name] === "object" && row[name] !== null && !Array.isArray(row[name]) && !(row[name] instanceof Date) ? JSON.stringify(row[name]) : row[name]));
        assert.equal(await stateOf(app.query(`insert into ${table} values (${values.map((_, place) => `$${place + 1}`).join(", ")})`, values)), DENIED, `insert into ${table} after ${set}`);
      }
    }
  });

  test("a workspace's tools see none of Baton's tables and cannot call its functions on them", async () => {
    const workspace = await connect(urls.owner, "baton_workspace");
    await workspace.query("set baton.tenant = 'tenant-a'");
    for (const table of [...tables.keys(), "baton_migration"]) {
      for (const statement of [`select * from ${table}`, `insert into ${table} select * from ${table}`, `delete from ${table}`, `truncate ${table}`]) assert.equal(await stateOf(workspace.query(statement)), DENIED, statement);
    }
    assert.equal(await stateOf(workspace.query("select * from begin_turn('tenant-a', 'c', 't', 'k', now())")), DENIED);
    assert.equal(await stateOf(workspace.query("create table public.intruder (id int)")), DENIED);
  });

  test("the system role reads what its policies list, and writes nothing", async () => {
    const system = await connect(urls.owner, "baton_system");
    const readable: string[] = [];
    for (const table of tables.keys()) {
      if ((await stateOf(system.query(`select * from ${table}`))) === "none") readable.push(table);
      for (const statement of [`insert into ${table} select * from ${table}`, `update ${table} set ${tables.get(table)} = 'x'`, `delete from ${table}`]) assert.equal(await stateOf(system.query(statement)), DENIED, statement);
    }
    assert.deepEqual(readable.sort(), ["conversation", "ledger_unsealed", "outbox", "tenant", "workflow_delivery", "workflow_event"]);
  });

  test("one connection that serves two tenants in turn never mixes them", async () => {
    const narrow = openDatabase({ connectionString: urls.owner, maxConnections: 1, log });
    const read = { name: "whose", text: "select tenant_id from contact" };
    const seen = await Promise.all(Array.from({ length: 60 }, async (_, place) => {
      const tenantId = place % 3 === 0 ? "tenant-b" : "tenant-a";
      if (place % 10 === 5) await narrow.transaction(tenantId, (query) => query("select 1 / 0")).catch(() => {});
      const rows = place % 2 === 0 ? await narrow.query(tenantId, read, []) : await narrow.of(tenantId).selectFrom("contact").select("tenant_id").execute();
      return rows.every((row) => row["tenant_id"] === tenantId) && rows.length === 1;
    }));
    assert.deepEqual(seen.filter((isOwn) => !isOwn), []);
    await narrow.close();
  });

  test("a tenant id that is not one never reaches the database", async () => {
    for (const tenantId of ["", "a'; drop table contact; --", "A", "a b", "x".repeat(64), "ä"]) await assert.rejects(database.query(tenantId, { name: "never", text: "select 1" }, []), RangeError);
  });

  test("the schema types match the database", () => {
    const source = /export type Schema = \{\n([\s\S]*?)\n\};/.exec(readFileSync(new URL("../src/storage/schema.ts", import.meta.url), "utf8"))?.[1] ?? "";
    const declared = [...source.matchAll(/^ {2}(\w+): \{([\s\S]*?)\};$/gm)].map(([, table, body]) => {
      const list = (body ?? "").split(";").map((part) => /^\s*(\w+): ([\s\S]+)$/.exec(part)).filter((match) => match !== null);
      return [table, list.map(([, name, type]) => `${name}${/\| null\s*$/.test(type ?? "") ? "?" : ""}`).sort()] as const;
    });
    const actual = [...tables.keys()].map((table) => [table, (columns.get(table) ?? []).map((column) => `${column.name}${column.isNullable ? "?" : ""}`).sort()] as const);
    assert.deepEqual(Object.fromEntries(declared), Object.fromEntries(actual));
  });
});

describe("migrations", () => {
  const names = async (url: string) => {
    const client = await connect(url);
    const { rows } = await client.query<{ name: string }>("select name from baton_migration order by name");
    return rows.map((row) => row.name);
  };

  test("several processes that migrate one empty database at once apply each file once", async () => {
    const { owner } = await makeEmptyDatabase();
    const outcomes = await Promise.all(Array.from({ length: 4 }, () => migrate(owner)));
    assert.equal(outcomes.filter((outcome) => outcome.applied.length > 0).length, 1);
    assert.deepEqual(outcomes.flatMap((outcome) => outcome.applied).sort(), await names(owner));
    assert.deepEqual((await migrate(owner)).applied, [], "again is nothing to do");
  });

  test("several databases of one server can be migrated at once", async () => {
    const made = await Promise.all(Array.from({ length: 4 }, () => makeEmptyDatabase()));
    await Promise.all(made.map(({ owner }) => migrate(owner)));
  });

  test("a migration that was changed after it ran is refused, and nothing is applied", async () => {
    const { owner } = await makeEmptyDatabase();
    await migrate(owner);
    const client = await connect(owner);
    await client.query("update baton_migration set hash = 'of another text' where name like '0001-%'");
    await assert.rejects(migrate(owner), { code: "storage.outdated", message: /append-only/ });
  });

  test("a database from a newer version is refused, and names what is unknown", async () => {
    const { owner } = await makeEmptyDatabase();
    await migrate(owner);
    const before = await names(owner);
    const client = await connect(owner);
    await client.query("insert into baton_migration (name, hash) values ('9999-from-the-future.sql', 'x')");
    await assert.rejects(migrate(owner), { code: "storage.outdated", details: { unknown: ["9999-from-the-future.sql"] } });
    assert.deepEqual(await names(owner), [...before, "9999-from-the-future.sql"]);
  });
});
