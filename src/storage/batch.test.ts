import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import pg from "pg";
import { makeDatabase } from "../../test/start-test-app.ts";
import { createLog } from "../lib/log.ts";
import { createBatcher } from "./batch.ts";
import { openDatabase, type Database } from "./database.ts";
import { migrate } from "./migrate.ts";

/** A batcher whose work ends when it is told to; `runs` are the batches it was given. */
function observed(run: (items: readonly string[]) => Promise<readonly string[]> = async (items) => items.map((item) => item.toUpperCase())) {
  const runs: string[][] = [];
  const batcher = createBatcher<string, string>({
    async run(items) {
      runs.push([...items]);
      await new Promise((resolve) => setTimeout(resolve, 5));
      return run(items);
    },
    keyOf: (item) => item[0] ?? "", maxItems: 3, isCommon: (error) => error instanceof RangeError,
  });
  return { runs, batcher };
}

suite("a batcher", () => {
  test("carries out together what comes while earlier work is under way, and answers each its own", async () => {
    const { runs, batcher } = observed();
    const first = batcher("a");
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(await Promise.all([first, batcher("b"), batcher("c")]), ["A", "B", "C"]);
    assert.deepEqual(runs, [["a"], ["b", "c"]]);
  });

  test("keeps its bound, and two items of one key apart and in their order", async () => {
    const { runs, batcher } = observed();
    await Promise.all(["a1", "a2", "b1", "c1", "d1", "a3"].map((item) => batcher(item)));
    assert.deepEqual(runs, [["a1", "b1", "c1"], ["a2", "d1"], ["a3"]]);
  });

  test("an item that fails fails alone; an error of the whole batch is everybody's", async () => {
    const one = observed(async (items) => {
      if (items.includes("b")) throw new TypeError("b is bad");
      return items;
    });
    const outcomes = await Promise.allSettled(["a", "b", "c"].map((item) => one.batcher(item)));
    assert.deepEqual(outcomes.map((outcome) => outcome.status), ["fulfilled", "rejected", "fulfilled"]);
    const all = observed(async () => {
      throw new RangeError("gone");
    });
    const lost = await Promise.allSettled(["a", "b"].map((item) => all.batcher(item)));
    assert.deepEqual(lost.map((outcome) => outcome.status), ["rejected", "rejected"]);
    assert.equal(all.runs.length, 1, "nothing was tried again");
  });
});

suite("a batch on the database", () => {
  let url: string;
  let database: Database;
  const LOCKED = {
    name: "test_locked",
    textOf: (lock: string) => `with item as materialized (select * from jsonb_to_recordset($2::jsonb) as x(ord int, id text)),
      held as materialized (select t.id from tenant t where t.id in (select id from item) and t.id = $1 for no key update ${lock})
      select i.ord, h.id, h.id is null and ${lock !== ""} as is_skipped from item i left join held h on h.id = i.id`,
  };
  before(async () => {
    const made = await makeDatabase();
    url = made.superuser;
    await migrate(made.owner);
    database = openDatabase({ connectionString: made.owner, maxConnections: 4, log: createLog({ level: "error", isPretty: false }) });
    await database.query("acme", { name: "test_tenant", text: "insert into tenant (id, name) values ($1, 'Acme')" }, ["acme"]);
  });
  after(() => database.close());

  test("nor does one that waits alone", async () => {
    const holder = new pg.Client({ connectionString: url });
    await holder.connect();
    await holder.query("begin");
    await holder.query("select id from tenant where id = 'acme' for update");
    const waiting = database.batch("acme", LOCKED, { key: "acme", values: { id: "acme" } });
    await new Promise((resolve) => setTimeout(resolve, 50));
    const fromMs = performance.now();
    const other = await Promise.race([database.batch("acme", LOCKED, { key: "x", values: { id: "x" } }).then(() => "done"), new Promise((resolve) => setTimeout(() => resolve("stalled"), 2_000))]);
    assert.equal(other, "done", `after ${performance.now() - fromMs} ms`);
    await holder.query("commit");
    await holder.end();
    assert.equal((await waiting)?.["id"], "acme");
  });

  test("half a character in one item spoils nobody's", async () => {
    const ECHO = { name: "test_echo", textOf: () => "select i.ord, i.text from jsonb_to_recordset($2::jsonb) as i(ord int, text text) where $1 <> ''" };
    const rows = await Promise.all(["whole \u{1f600}", "half \ud83d", "told: \\ud83d"].map((text) => database.batch("acme", ECHO, { key: text, values: { text } })));
    assert.deepEqual(rows.map((row) => row?.["text"]), ["whole \u{1f600}", "half \ufffd", "told: \\ud83d"]);
  });

  test("who has the lock of one item keeps the others from nothing, and that item waits for it", async () => {
    const holder = new pg.Client({ connectionString: url });
    await holder.connect();
    await holder.query("begin");
    await holder.query("select id from tenant where id = 'acme' for update");
    const waiting = database.batch("acme", LOCKED, { key: "acme", values: { id: "acme" } });
    const others = await Promise.all(["x", "y"].map((id) => database.batch("acme", LOCKED, { key: id, values: { id } })));
    assert.deepEqual(others.map((row) => row?.["id"]), [null, null]);
    let isDone = false;
    void waiting.then(() => (isDone = true));
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(isDone, false);
    await holder.query("commit");
    await holder.end();
    assert.equal((await waiting)?.["id"], "acme");
  });
});
