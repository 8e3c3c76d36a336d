import assert from "node:assert/strict";
import { test } from "node:test";
import { startTcpProxy, type TcpProxy } from "../../../../test/tcp-proxy.ts";
import { AppError } from "../../../lib/app-error.ts";
import { createLog } from "../../../lib/log.ts";
import { systemClock } from "../../../lib/clock.ts";
import type { Tool, ToolContext, ToolResult } from "../../tool.ts";
import { openWayOut, toolSourceContract, type ContractSystem } from "../../tool-source.contract.ts";
import type { SqlDialect } from "./sql-query.ts";
import { sqlSource } from "../sql.ts";

/** A real server, and a database of its own in it with the tables below. */
export type SqlServer = { dialect: SqlDialect; target: Parameters<typeof startTcpProxy>[0]; urlOf(port: number): string; password: string; query(text: string): Promise<Record<string, unknown>[]> };

const orders = (dialect: SqlDialect) => ({
  schema: [
    "create table orders (id integer primary key, email varchar(100) not null, total decimal(10,2) not null, note text, call_key varchar(100) unique)",
    "insert into orders (id, email, total, note) values (1, 'ada@example.com', 12.50, null), (2, 'eve@example.com', 99.00, 'hers')",
    "create table baton_calls (call_id varchar(255) primary key, tool varchar(63) not null, output text, made_at timestamp not null default current_timestamp)",
  ],
  sleep: dialect === "postgresql" ? "select 1 as id from (select pg_sleep(5)) as s" : "select sleep(5) as id",
  large: dialect === "postgresql" ? "select n, repeat('x', 1000) as text from generate_series(1, 5000) as n" : "select seq as n, repeat('x', 1000) as text from seq_1_to_5000",
});

const ID = { type: "integer", minimum: 1 };
const rules = { purpose: "For the test.", retry: { attempts: 3, firstDelayMs: 1 } };
const reading = { ...rules, risk: "read" };

function declarationOf(dialect: SqlDialect) {
  const { sleep, large } = orders(dialect);
  return {
    kind: "sql", database: dialect, connection: "${secret:shop_database}", connections: 2,
    tools: [
      { ...reading, name: "get_order", bind: { email: "contact.email" }, input: { id: ID }, query: "select id, total, note from orders where id = :id and email = :email -- of :nobody else", rows: "one", output: { id: { type: "integer" }, total: { type: "number" }, note: { type: ["string", "null"] } } },
      { ...reading, name: "sleep", timeoutMs: 300, query: sleep, rows: "one" },
      { ...reading, name: "large", maxRows: 10_000, maxOutputBytes: 20_000, query: large, rows: "many" },
      { ...reading, name: "odd", query: "select id, note as total from orders where id = 2", rows: "one", output: { id: { type: "integer" }, total: { type: "number" } } },
      { ...reading, name: "list_orders", maxRows: 1, query: "select id from orders order by id desc;", rows: "many" },
      { ...reading, name: "echo", input: { text: { type: "string" } }, query: "select :text as text", rows: "one" },
      { ...rules, risk: "write", writes: true, idempotency: "key", name: "add_order", input: { total: { type: "number" } }, bind: { email: "contact.email" }, query: "insert into orders (id, email, total) select max(id) + 1, :email, :total from orders", rows: "changed" },
      { ...rules, risk: "write", writes: true, name: "add_twice", input: { total: { type: "number" } }, query: "insert into orders (id, email, total) select max(id) + 1, 'x', :total from orders", rows: "changed" },
      { ...rules, risk: "write", writes: true, idempotency: { field: "call_key" }, name: "add_keyed", input: { id: ID }, query: "insert into orders (id, email, total, call_key) values (:id, 'keyed', 5, :call_key)", repeat: "select id from orders where call_key = :call_key", rows: "changed" },
      { ...rules, risk: "write", writes: true, idempotency: "natural", name: "set_note", input: { id: ID, note: { type: "string" } }, query: "update orders set note = :note where id = :id", rows: "changed" },
      { ...rules, risk: "write", writes: true, idempotency: "natural", name: "clear_notes", maxRows: 1, query: "update orders set note = 'cleared'", rows: "changed" },
    ],
  };
}

/** The contract of every source, and what SQL adds to it, on one kind of server. `start` makes a database of its own each time. */
export function sqlContract(name: string, start: () => Promise<SqlServer>, whyNot: string | null): void {
  toolSourceContract(name, sqlSource, () => openSystem(start), { whyNot });
  const fact = (what: string, check: (world: SqlWorld) => Promise<void>) =>
    test(`${name}: ${what}`, whyNot === null ? {} : { skip: whyNot }, async () => {
      await using world = await openSqlWorld(start);
      await check(world);
    });

  fact("a list is cut at its rows, in its own order, and says so", async ({ run }) => {
    assert.deepEqual(await run("list_orders", {}), { kind: "ok", say: "Done.", output: { rows: [{ id: 2 }], isCut: true, note: "There are more than 1 rows; only the first 1 are given. Ask for something narrower." } });
  });

  fact("a value is a value, whatever it looks like", async ({ run, server }) => {
    for (const text of ["'; drop table orders; --", "\\' or 1=1 #", "${secret:x} :id $1 ?", "Grüße 👋", ""]) assert.deepEqual(outputOf(await run("echo", { text })), { text });
    assert.equal((await server.query("select id from orders")).length, 2);
  });

  fact("a query that says nothing of writing cannot write, whatever it calls", async ({ server, tools }) => {
    await server.query(server.dialect === "postgresql" ? "create function sneak() returns integer language sql as 'delete from orders returning 1'" : "create function sneak() returns integer modifies sql data begin delete from orders; return 1; end");
    const sneak = await tools([{ ...reading, name: "sneak", query: "select sneak() as done", rows: "one" }]);
    await assert.rejects(sneak("sneak", {}), isFault);
    assert.equal((await server.query("select id from orders")).length, 2);
  });

  fact("a key of its own column has one effect; another unique key is no repetition", async ({ run, server }) => {
    assert.deepEqual(outputOf(await run("add_keyed", { id: 7 }, "call_a")), { changed: 1 });
    assert.deepEqual(outputOf(await run("add_keyed", { id: 7 }, "call_a")), { changed: 1 });
    await assert.rejects(run("add_keyed", { id: 1 }, "call_b"), isFault);
    assert.equal((await server.query("select id from orders")).length, 3);
  });

  fact("calls of one key at the same time have one effect", async ({ run, server }) => {
    const answers = await Promise.all([1, 2, 3].map(() => run("add_order", { total: 3 }, "call_same")));
    assert.deepEqual(answers.map(outputOf), [{ changed: 1 }, { changed: 1 }, { changed: 1 }]);
    assert.equal((await server.query("select id from orders")).length, 3);
  });

  fact("a change of nothing is not found, one of too much is rolled back", async ({ run, server }) => {
    assert.equal((await run("set_note", { id: 99, note: "x" })).kind, "not_found");
    assert.deepEqual(outputOf(await run("set_note", { id: 1, note: "seen" })), { changed: 1 });
    await assert.rejects(run("clear_notes", {}), /more than 1 row/);
    assert.deepEqual((await server.query("select note from orders order by id")).map(({ note }) => note), ["seen", "hers"]);
  });

  fact("a database's own refusal is told in its words; its other errors hold no value", async ({ server, tools }) => {
    await server.query(server.dialect === "postgresql" ? "create function refuse() returns integer language plpgsql as $$ begin raise exception 'This order is locked.'; end $$" : "create function refuse() returns integer begin signal sqlstate '45000' set message_text = 'This order is locked.'; return 1; end");
    const run = await tools([
      { ...rules, risk: "write", writes: true, name: "refuse", query: "select refuse() as done", rows: "one" },
      { ...rules, risk: "write", writes: true, name: "too_long", input: { key: { type: "string" } }, query: "update orders set call_key = :key where id = 1", rows: "changed" },
      { ...reading, name: "no_column", query: "select nowhere from orders", rows: "one" },
    ]);
    assert.deepEqual(await run("refuse", {}), { kind: "refused", reason: "This order is locked.", say: "This order is locked." });
    await assert.rejects(run("too_long", { key: "secret-value".repeat(20) }), (error) => isFault(error) && error instanceof Error && !error.message.includes("secret-value"));
    await assert.rejects(run("no_column", {}), /nowhere/);
  });

  fact("a changed secret is used by the next call", async ({ run, change }) => {
    assert.equal((await run("list_orders", {})).kind, "ok");
    change("not a url");
    await assert.rejects(run("list_orders", {}), (error) => isFault(error) && error instanceof Error && !error.message.includes("not a url"));
    change(null);
    assert.equal((await run("list_orders", {})).kind, "ok");
  });
}

export type RunTool = (tool: string, given: Record<string, unknown>, key?: string) => Promise<ToolResult>;
export type SqlWorld = AsyncDisposable & { server: SqlServer; run: RunTool; /** Other tools on the same database. */ tools(declared: readonly unknown[]): Promise<RunTool>; /** Another value of the secret; null: the right one again. */ change(secret: string | null): void };

export async function openSqlWorld(start: () => Promise<SqlServer>): Promise<SqlWorld> {
  await using cleanup = new AsyncDisposableStack();
  const { server, proxy } = await openServer(start, cleanup);
  let secret = server.urlOf(proxy.port);
  const log = createLog({ level: "error", isPretty: true });
  const disposal = cleanup.move();
  const open = async (declared: Record<string, unknown>): Promise<RunTool> => {
    const opened = disposal.use(await sqlSource.open(sqlSource.declaration.parse(declared), { file: "tools/x.yaml", folder: ".", tenantId: "acme", at: () => "tools/x.yaml:1:1" }, { secrets: { read: () => Promise.resolve(secret) }, clock: systemClock, log, fileFolders: [], ...openWayOut([]) }));
    const tools = new Map(opened.tools.map(({ tool }) => [tool.name, tool]));
    return (name, given, key = "call_1") => runTool(tools.get(name) ?? assert.fail(name), given, key);
  };
  const declared = declarationOf(server.dialect);
  const run = await open(declared);
  return { server, run, tools: (tools) => open({ ...declared, tools }), change: (value) => (secret = value ?? server.urlOf(proxy.port)), [Symbol.asyncDispose]: () => disposal.disposeAsync() };
}

export function outputOf(result: ToolResult): unknown {
  return result.kind === "ok" ? result.output : assert.fail(JSON.stringify(result));
}

function isFault(error: unknown): boolean {
  return error instanceof AppError && error.code === "tools.system_fault";
}

function runTool(tool: Tool, given: Record<string, unknown>, idempotencyKey: string): Promise<ToolResult> {
  const bound = Object.fromEntries(Object.keys(tool.bound).map((name) => [name, "ada@example.com"]));
  const input = tool.input.parse({ ...given, ...bound });
  if (!input.isFit) return assert.fail(input.reason);
  const context: ToolContext = { tenantId: "acme", contact: { contactId: "cont_1", email: "ada@example.com", externalId: null }, idempotencyKey, sql: { query: () => Promise.resolve([]), transaction: () => Promise.reject(new Error("none")) }, signal: new AbortController().signal };
  return tool.run(input.value, context);
}

async function openServer(start: () => Promise<SqlServer>, cleanup: AsyncDisposableStack): Promise<{ server: SqlServer; proxy: TcpProxy }> {
  const server = await start();
  for (const text of orders(server.dialect).schema) await server.query(text);
  return { server, proxy: cleanup.use(await startTcpProxy(server.target)) };
}

async function openSystem(start: () => Promise<SqlServer>): Promise<ContractSystem> {
  await using cleanup = new AsyncDisposableStack();
  const { server, proxy } = await openServer(start, cleanup);
  const disposal = cleanup.move();
  return {
    declaration: declarationOf(server.dialect), secrets: { shop_database: server.urlOf(proxy.port) }, hidden: [server.password],
    found: { tool: "get_order", arguments: { id: 1 }, output: { id: 1, total: 12.5, note: null } },
    missing: { tool: "get_order", arguments: { id: 99 } },
    bound: { argument: "email", others: { tool: "get_order", arguments: { id: 2 } } },
    slow: { tool: "sleep", arguments: {} },
    large: { tool: "large", arguments: {} },
    odd: { tool: "odd", arguments: {} },
    effect: { tool: "add_order", arguments: { total: 1.25 }, count: async () => (await server.query("select id from orders where total = 1.25")).length },
    unrepeatable: { tool: "add_twice", arguments: { total: 1 } },
    leave: () => proxy.cut(),
    [Symbol.asyncDispose]: () => disposal.disposeAsync(),
  };
}
