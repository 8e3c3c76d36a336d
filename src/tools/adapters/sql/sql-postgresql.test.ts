import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import pg from "pg";
import { makeEmptyDatabase } from "../../../../test/start-test-app.ts";
import { openSqlWorld, outputOf, sqlContract, type SqlServer } from "./sql.contract.ts";

const PASSWORD = "not-asked-for-1234";

/** A database of its own on the run's server, reached over TCP. */
async function start(): Promise<SqlServer> {
  const url = new URL((await makeEmptyDatabase()).superuser.replace("postgresql:///", "postgresql://localhost/"));
  const name = url.pathname.slice(1);
  const [host, user, port] = [url.searchParams.get("host") ?? "", url.searchParams.get("user") ?? "", url.searchParams.get("port") ?? "5432"];
  return {
    dialect: "postgresql", password: PASSWORD,
    target: { path: join(host, `.s.PGSQL.${port}`) },
    urlOf: (tcpPort) => `postgresql://${user}:${PASSWORD}@127.0.0.1:${tcpPort}/${name}?sslmode=disable`,
    async query(text) {
      const client = new pg.Client({ host, port: Number(port), user, database: name });
      await client.connect();
      try {
        return (await client.query<Record<string, unknown>>(text)).rows;
      } finally {
        await client.end();
      }
    },
  };
}

sqlContract("PostgreSQL", start, null);

test("PostgreSQL: values come out as JSON has them, exact", async () => {
  await using world = await openSqlWorld(start);
  const columns = {
    small: "7::int", large: "9007199254740993::bigint", exact: "12345678901234567890.12::numeric", real: "1.5::float8", none: "'NaN'::float8", truth: "true", day: "date '2026-01-31'",
    instant: "timestamptz '2026-01-31 10:00:00.25+01'", local: "timestamp '2026-01-31 10:00:00'", bytes: "'\\x00ff'::bytea", json: "'{\"a\":[1]}'::jsonb", list: "array['a','b,c']", days: "array[date '2026-01-31']", numbers: "array[1,2]::bigint[]", span: "interval '1 day 2 hours'", nothing: "null::text",
  };
  const query = `select ${Object.entries(columns).map(([name, value]) => `${value} as "${name}"`).join(", ")}`;
  const run = await world.tools([{ name: "values", purpose: "x", risk: "read", query, rows: "one" }]);
  assert.deepEqual(outputOf(await run("values", {})), {
    small: 7, large: "9007199254740993", exact: "12345678901234567890.12", real: 1.5, none: "NaN", truth: true, day: "2026-01-31", instant: "2026-01-31T09:00:00.25Z", local: "2026-01-31T10:00:00",
    bytes: "AP8=", json: { a: [1] }, list: ["a", "b,c"], days: ["2026-01-31"], numbers: [1, 2], span: "P1DT2H", nothing: null,
  });
});

test("PostgreSQL: lists, optional parameters and objects go in", async () => {
  await using world = await openSqlWorld(start);
  const run = await world.tools([{ name: "take", purpose: "x", risk: "read", rows: "one", input: { ids: { type: "array", items: { type: "integer" } }, limit: { type: "integer", default: 1 }, word: { type: ["string", "null"] }, about: { type: "object" } },
    query: "select array(select id from orders where id = any(:ids::int[]) order by id limit :limit) as ids, :word::text as word, :about::jsonb as about" }]);
  assert.deepEqual(outputOf(await run("take", { ids: [1, 2, 3], about: { a: 1 } })), { ids: [1], word: null, about: { a: 1 } });
});

test("PostgreSQL: the limit of time is the database's own, and its locks are free again", async () => {
  await using world = await openSqlWorld(start);
  const run = await world.tools([{ name: "wait", purpose: "x", risk: "write", writes: true, timeoutMs: 300, query: "update orders set note = (select 'x' from pg_sleep(5)) where id = 1", rows: "changed" }, { name: "set", purpose: "x", risk: "write", writes: true, query: "update orders set note = 'y' where id = 1", rows: "changed" }]);
  await assert.rejects(run("wait", {}), /57014/);
  assert.deepEqual(outputOf(await run("set", {})), { changed: 1 });
});
