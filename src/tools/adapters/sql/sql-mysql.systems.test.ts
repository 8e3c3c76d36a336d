import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, test } from "node:test";
import type { Connection } from "mysql2/promise";
import { startMariadb, whyNoMariadb, type TestMariadb } from "../../../../test/start-mariadb.ts";
import { openSqlWorld, outputOf, sqlContract, type SqlServer } from "./sql.contract.ts";

const PASSWORD = "pass-word-1234";
const whyNot = whyNoMariadb();
let mariadb: TestMariadb | null = null;
let root: Connection | null = null;

before(async () => {
  if (whyNot !== null) return;
  mariadb = await startMariadb();
  root = await mariadb.connect();
  await root.query("set global log_bin_trust_function_creators = 1");
});
after(async () => {
  await root?.end();
  await mariadb?.[Symbol.asyncDispose]();
});

/** A database and a user of its own on one server. */
async function start(): Promise<SqlServer> {
  const [server, connection] = [mariadb, root];
  if (server === null || connection === null) return assert.fail("there is no MariaDB");
  const name = `test_${randomBytes(5).toString("hex")}`;
  await connection.query(`create database ${name} character set utf8mb4; create user ${name}@'%' identified by '${PASSWORD}'; grant all on ${name}.* to ${name}@'%'`);
  return {
    dialect: "mariadb", password: PASSWORD, target: { host: "127.0.0.1", port: server.port },
    urlOf: (port) => `mariadb://${name}:${PASSWORD}@127.0.0.1:${port}/${name}`,
    async query(text) {
      await connection.query(`use ${name}`);
      const [rows] = await connection.query(text);
      return Array.isArray(rows) ? rows.map((row) => ({ ...row })) : [];
    },
  };
}

sqlContract("MariaDB", start, whyNot);

test("MariaDB: values come out as JSON has them, exact", whyNot === null ? {} : { skip: whyNot }, async () => {
  await using world = await openSqlWorld(start);
  await world.server.query("create table kinds (big bigint, exact decimal(22,2), flag tinyint(1), bits bit(4), day date, instant timestamp null, local datetime(2), bytes blob, json json, word text, nothing text)");
  await world.server.query("set time_zone = '+00:00'");
  await world.server.query("insert into kinds values (9007199254740993, 12345678901234567890.12, 1, b'101', '2026-01-31', '2026-01-31 09:00:00', '2026-01-31 10:00:00.25', x'00ff', '{\"a\":[1]}', 'Grüße 👋', null)");
  const run = await world.tools([{ name: "values", purpose: "x", risk: "read", query: "select * from kinds", rows: "one" }, { name: "typed", purpose: "x", risk: "read", query: "select flag, cast(12.25 as decimal(10,2)) as exact, json from kinds", rows: "one", output: { flag: { type: "boolean" }, exact: { type: "number" }, json: { type: "object" } } }]);
  const { json: _, ...values } = Object(outputOf(await run("values", {})));
  assert.deepEqual(values, { big: "9007199254740993", exact: "12345678901234567890.12", flag: 1, bits: 5, day: "2026-01-31", instant: "2026-01-31T09:00:00Z", local: "2026-01-31T10:00:00.25", bytes: "AP8=", word: "Grüße 👋", nothing: null });
  assert.deepEqual(outputOf(await run("typed", {})), { flag: true, exact: 12.25, json: { a: [1] } });
});

test("MariaDB: whole numbers, truth values and lists go in", whyNot === null ? {} : { skip: whyNot }, async () => {
  await using world = await openSqlWorld(start);
  const run = await world.tools([{ name: "take", purpose: "x", risk: "read", rows: "many", input: { limit: { type: "integer", default: 1 }, ids: { type: "array" }, isAll: { type: "boolean" } }, query: "select id from orders where :isAll or json_contains(:ids, id) order by id limit :limit" }]);
  assert.deepEqual(outputOf(await run("take", { ids: [2], isAll: false })), { rows: [{ id: 2 }], isCut: false, note: null });
  assert.deepEqual(outputOf(await run("take", { ids: [], isAll: true, limit: 2 })), { rows: [{ id: 1 }, { id: 2 }], isCut: false, note: null });
});
