import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import pg from "pg";
import { eventOf, makeEventParts, TENANT } from "/work/main/src/workflows/events/events.contract.ts";
import { claimPending } from "/work/main/src/workflows/events/event.store.ts";
import { publishEvent } from "/work/main/src/workflows/events/publish-event.ts";
import { closeWait, listDueDeliveries, lockCandidates } from "/work/main/src/workflows/events/waits/wait.store.ts";

type Parts = Awaited<ReturnType<typeof makeEventParts>>;

const WAITS = 100_000;

describe("with 100,000 waits of one type open", () => {
  let parts: Parts;
  before(async () => {
    parts = await makeEventParts();
    await withoutStatistics(parts.url);
    await asOwner(parts.url, (client) => client.query(`create or replace function event_is_heard(p_tenant text, p_type text) returns boolean language plpgsql stable as $$ begin return exists (select from workflow_listener l where l.tenant_id = p_tenant and l.event_type in (p_type, '*')) or exists (select from workflow_wait_key k where k.tenant_id = p_tenant and k.event_type in (p_type, '*')); end $$`));
    await parts.database.transaction(TENANT, async (query) => {
      await query(
        `with numbers as (select n::text as n from generate_series(1, $2::int) n),
          waits as (insert into workflow_wait (tenant_id, id, run_id, types, filters, language, scope, is_once_per_filter, external_id, opened_at, last_seq) select $1, 'w' || n, 'run' || n, '{many.x}', '[]', 'jq', '{"input":{},"context":{},"variables":{}}', false, 'ext' || n, now(), 1 from numbers),
          keys as (insert into workflow_wait_key (tenant_id, wait_id, filter, event_type, match_from, match_value) select $1, 'w' || n, 0, 'many.x', '@data/order', 'o' || n from numbers),
          given as (insert into workflow_delivery (tenant_id, wait_id, seq, filter, event, created_at, delivered_at) select $1, 'w' || n, 1, 0, '{}', now(), now() from numbers),
          told as (insert into workflow_event (tenant_id, source, id, type, event, status, received_at) select $1, 's', 'e' || n, 'many.x', '{}', 'done', now() from numbers)
        insert into workflow_wait_shape (tenant_id, event_type, match_from) values ($1, 'many.x', '@data/order')`,
        [TENANT, WAITS],
      );
    });
  });
  after(() => parts[Symbol.asyncDispose]());

  let counted = 0;
  const key = (n: number) => [{ matchFrom: "@data/order", matchValue: `o${n}` }];
  const inTransaction = (work: Parameters<typeof parts.database.transaction<unknown>>[1]) => parts.database.transaction(TENANT, work);
  const looks: Record<string, () => Promise<unknown>> = {
    "finding the waits of an event": () => inTransaction(async (query) => assert.equal((await lockCandidates(query, TENANT, "many.x", key((counted += 1)))).length, 1)),
    "asking whether anybody hears a type": () => inTransaction(async (query) => assert.equal((await query("select event_is_heard($1, 'message.received') as is_heard", [TENANT]))[0]?.["is_heard"], false)),
    "asking for a type that is heard": () => inTransaction(async (query) => assert.equal((await query("select event_is_heard($1, 'many.x') as is_heard", [TENANT]))[0]?.["is_heard"], true)),
    "telling what nobody hears": () => inTransaction((query) => query("select tell_event($1, 'tool.failed', $2, 's', '{}', now())", [TENANT, `t${(counted += 1)}`])),
    "looking for pending events": () => inTransaction((query) => claimPending(query, TENANT)),
    "looking for due deliveries": () => listDueDeliveries(parts.database, TENANT, new Date(), 100),
    "closing a wait": () => closeWait(parts.database, TENANT, `w${50_000 + (counted += 1)}`, new Date()),
    "opening a wait": () => parts.waits.take({ tenantId: TENANT, runId: "run_new", waitId: `new${(counted += 1)}`, filters: [{ with: { type: "many.x", data: { order: `n${counted}` } }, correlate: {} }], language: "jq", scope: { input: {}, context: {}, variables: {} }, isOncePerFilter: false }, 0, "ext"),
    "an event that one wait is for": async () => assert.equal((await publishEvent(parts.deps, TENANT, eventOf(`n${(counted += 1)}`, "many.x", { order: `o${counted}` }))).listeners, 1),
    "an event that no wait is for": async () => assert.equal((await publishEvent(parts.deps, TENANT, eventOf(`n${(counted += 1)}`, "many.x", { order: "none" }))).listeners, 0),
  };

  // A plan that is kept is made at the sixth execution.
  const medianMs = async (look: () => Promise<unknown>) => {
    const times: number[] = [];
    for (let count = 0; count < 15; count += 1) {
      const from = performance.now();
      await look();
      times.push(performance.now() - from);
    }
    return times.slice(6).sort((a, b) => a - b)[4] ?? 0;
  };

  for (const [kind, prepare] of [["without statistics", async () => {}], ["with fresh statistics", () => analyze(parts.url)]] as const) {
    test(`nothing reads a whole table, ${kind}`, async (context) => {
      await prepare();
      let read = await scanned(parts);
      for (const [name, look] of Object.entries(looks)) {
        const ms = await medianMs(look);
        const now = await scanned(parts);
        context.diagnostic(`${name}: ${ms.toFixed(2)} ms, ${now - read} rows`);
        assert.ok(now - read < WAITS, `${name} read ${now - read} rows by scans of whole tables or indexes`);
        read = now;
      }
    });
  }
});

async function asOwner(url: string, work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

const TABLES = ["workflow_wait", "workflow_wait_key", "workflow_delivery", "workflow_event"];

function withoutStatistics(url: string): Promise<void> {
  return asOwner(url, async (client) => {
    for (const table of TABLES) await client.query(`alter table ${table} set (autovacuum_enabled = off)`);
  });
}

function analyze(url: string): Promise<void> {
  return asOwner(url, (client) => client.query("analyze"));
}

/** Rows and index entries read so far from the tables that grow with waits. */
async function scanned({ url, database }: Parts): Promise<number> {
  const read: number[] = [];
  // Each connection keeps what it has counted until it is told to say so.
  await Promise.all(Array.from({ length: 8 }, () => database.transaction(TENANT, (query) => query("select pg_stat_force_next_flush(), pg_sleep(0.1)"))));
  await asOwner(url, async (client) => {
    const { rows } = await client.query<{ read: string }>("select (select sum(seq_tup_read) from pg_stat_user_tables where relname = any ($1)) + (select sum(idx_tup_read) from pg_stat_user_indexes where relname = any ($1)) as read", [TABLES]);
    read.push(Number(rows[0]?.read));
  });
  return read[0] ?? 0;
}
