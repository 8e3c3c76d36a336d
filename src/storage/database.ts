import { Kysely, PostgresDialect, type PostgresCursor, type PostgresPoolClient, type PostgresQueryResult } from "kysely";
import pg from "pg";
import { AppError } from "../lib/app-error.ts";
import type { Log } from "../lib/log.ts";
import { createBatcher } from "./batch.ts";
import { storageUnavailable } from "./storage.errors.ts";
import type { Schema } from "./schema.ts";

/** A statement with a name is prepared once per connection; the name must stand for this text only. */
export type Statement = { name: string; text: string };

export type Row = Record<string, unknown>;

/**
 * A statement that does the same work for many items at once: `$1` is the tenant, `$2` the items as a JSON array, each
 * with its place as `ord`; a row it returns names the place it belongs to as `ord`, at most one row an item.
 *
 * `textOf` is given how to lock rows: "skip locked" in a batch, so that nobody waits for a lock that somebody else's item
 * needs; "" for one item alone. A row with `is_skipped` says that its item was not done for that reason; it is then done
 * alone and waits.
 */
export type BatchStatement = { name: string; textOf(lock: "skip locked" | ""): string };

/** `key`: what the item locks; two of one key are never carried out together. */
export type BatchItem = { key: string; values: Record<string, unknown> };

/**
 * The one way to PostgreSQL. Every read and write is made for one tenant: the connection carries the tenant's id, the
 * role `baton_app` has no right around it, and row-level security does the rest in the database itself.
 *
 * Throws: `storage.unavailable` (retryable) when the server cannot be reached; database errors otherwise.
 */
export type Database = {
  /** Typed query builder bound to the tenant. */
  of(tenantId: string): Kysely<Schema>;
  /** A prepared statement in its own transaction; for paths walked on every message. */
  query(tenantId: string, statement: Statement, values: readonly unknown[]): Promise<Row[]>;
  /**
   * The same work for many callers in one statement and one transaction: what is asked for while an earlier batch is under
   * way goes out together. Resolves with the item's row, or null. An item that fails fails alone.
   */
  batch(tenantId: string, statement: BatchStatement, item: BatchItem): Promise<Row | null>;
  /** Several statements in one transaction on one connection. */
  transaction<T>(tenantId: string, work: (query: TransactionQuery) => Promise<T>): Promise<T>;
  /** Reads over all tenants as `baton_system`, only what its policies list. */
  system(text: string, values?: readonly unknown[]): Promise<Row[]>;
  /** Throws when the server does not answer. */
  ping(): Promise<void>;
  close(): Promise<void>;
};

export type TransactionQuery = (text: string, values?: readonly unknown[]) => Promise<Row[]>;

/** A hung statement must not hang all that waits behind its locks. */
const LIMITS = "-c statement_timeout=30000 -c lock_timeout=15000 -c idle_in_transaction_session_timeout=60000";

const BATCH_ITEMS = 64;

const TENANT_ID = /^[a-z0-9][a-z0-9_-]{0,62}$/;

// timestamptz as ISO text and bigint as number: rows go to JSON as they come, and our bigints stay far below 2^53.
const types = new pg.TypeOverrides();
types.setTypeParser(1184, (text) => new Date(text).toISOString());
types.setTypeParser(20, (text) => Number(text));

/** Whether an error means "no connection", so that the same work may succeed later. */
export function isConnectionError(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false;
  const code = "code" in thrown && typeof thrown.code === "string" ? thrown.code : "";
  if (/^(ECONN|ENOENT$|ETIMEDOUT$|EPIPE$|ENOTFOUND$|EAI_AGAIN$|57P0[1-5]|08|53300)/.test(code)) return true;
  return /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|not queryable/.test(thrown.message);
}

export type DatabaseOptions = { connectionString: string; maxConnections: number; log: Log };

export function openDatabase(options: DatabaseOptions): Database {
  const pool = new pg.Pool({ connectionString: options.connectionString, max: options.maxConnections, options: `-c role=baton_app ${LIMITS}`, types, connectionTimeoutMillis: 5_000, idleTimeoutMillis: 60_000 });
  const systemPool = new pg.Pool({ connectionString: options.connectionString, max: 2, options: "-c role=baton_system", types, connectionTimeoutMillis: 5_000, idleTimeoutMillis: 60_000 });
  for (const each of [pool, systemPool]) hearLosses(each, options.log);
  const tenantOf = new WeakMap<pg.PoolClient, string>();
  const builders = new Map<string, Kysely<Schema>>();
  const batchers = new Map<string, (item: BatchItem) => Promise<Row | null>>();

  const acquire = async (tenantId: string): Promise<pg.PoolClient> => {
    if (!TENANT_ID.test(tenantId)) throw new RangeError("not a tenant id");
    const client = await guard(pool.connect());
    if (tenantOf.get(client) === tenantId) return client;
    try {
      await guard(client.query(`set baton.tenant = '${tenantId}'`));
    } catch (error) {
      client.release(true);
      throw error;
    }
    tenantOf.set(client, tenantId);
    return client;
  };

  const query = async (tenantId: string, statement: Statement, values: readonly unknown[]): Promise<Row[]> => {
    const client = await acquire(tenantId);
    try {
      const result = await client.query({ name: statement.name, text: statement.text, values: [...values] });
      client.release();
      return result.rows;
    } catch (error) {
      client.release(isConnectionError(error));
      throw mapError(error);
    }
  };

  const batcherOf = (tenantId: string, statement: BatchStatement) => {
    const name = `${tenantId}/${statement.name}`;
    const known = batchers.get(name);
    if (known !== undefined) return known;
    const together = { name: statement.name, text: statement.textOf("skip locked") };
    const made = createBatcher<BatchItem, Row | null>({
      run: (items) => runBatch(items, (list) => query(tenantId, together, [tenantId, list])),
      keyOf: (item) => item.key, maxItems: BATCH_ITEMS, isCommon: (error) => error instanceof AppError && isConnectionError(error.cause),
    });
    batchers.set(name, made);
    return made;
  };

  return {
    async batch(tenantId, statement, item) {
      const row = await batcherOf(tenantId, statement)(item);
      if (row?.["is_skipped"] !== true) return row;
      const [waited = null] = await query(tenantId, { name: `${statement.name}_alone`, text: statement.textOf("") }, [tenantId, toJson([{ ...item.values, ord: 0 }])]);
      return waited;
    },
    query,
    of(tenantId) {
      const known = builders.get(tenantId);
      if (known) return known;
      const made = new Kysely<Schema>({ dialect: new PostgresDialect({ pool: { options: {}, connect: async () => guarded(await acquire(tenantId)), end: async () => {} } }) });
      builders.set(tenantId, made);
      return made;
    },
    async transaction(tenantId, work) {
      const client = await acquire(tenantId);
      try {
        await client.query("begin");
        const outcome = await work(async (text, values = []) => (await client.query({ text, values: [...values] })).rows);
        await client.query("commit");
        client.release();
        return outcome;
      } catch (error) {
        const isLost = isConnectionError(error);
        if (!isLost) await client.query("rollback").catch((reason: Error) => options.log.warn("storage.rollback_failed", { error: reason.message }));
        client.release(isLost);
        throw mapError(error);
      }
    },
    async system(text, values = []) {
      return (await guard(systemPool.query({ text, values: [...values] }))).rows;
    },
    async ping() {
      await guard(pool.query("select 1"));
    },
    async close() {
      await Promise.all([pool.end(), systemPool.end()]);
    },
  };
}

/** JSON as jsonb takes it: JavaScript writes half a character as an escape, which PostgreSQL refuses for the whole batch. */
function toJson(items: readonly Record<string, unknown>[]): string {
  const text = JSON.stringify(items);
  return text.includes("\\ud") ? JSON.stringify(items, (_, value: unknown) => (typeof value === "string" ? value.toWellFormed() : value)) : text;
}

async function runBatch(items: readonly BatchItem[], run: (list: string) => Promise<Row[]>): Promise<(Row | null)[]> {
  const rows = await run(toJson(items.map((item, ord) => ({ ...item.values, ord }))));
  const answers: (Row | null)[] = items.map(() => null);
  for (const row of rows) answers[Number(row["ord"])] = row;
  return answers;
}

/**
 * A connection that is lost while it is lent out tells its client, not the pool; unheard, that would end the process.
 * Whoever borrowed it learns of it by the failing query.
 */
export function hearLosses(pool: pg.Pool, log: Log): void {
  pool.on("connect", (client) => client.on("error", (error) => log.warn("storage.connection_lost", { error: error.message })));
  // Told above already.
  pool.on("error", () => {});
}

/** The connection as the query builder uses it, with our errors. */
function guarded(client: PostgresPoolClient): PostgresPoolClient {
  function query<R>(sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>>;
  function query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>;
  function query<R>(given: string | PostgresCursor<R>, parameters: readonly unknown[] = []) {
    return typeof given === "string" ? guard(client.query<R>(given, parameters)) : client.query<R>(given);
  }
  return { query, release: (isBroken) => client.release(isBroken) };
}

/** What passes by itself: deadlocks and serialisation (40), no room or memory (53), cancelled or shut down (57), locks (55P03), a standby (25006). */
function isPassing(error: unknown): boolean {
  return error instanceof pg.DatabaseError && /^(40|53|57|58|55P03|25006)/.test(error.code ?? "");
}

function mapError(error: unknown): unknown {
  return isConnectionError(error) || isPassing(error) ? storageUnavailable({ cause: error }) : error;
}

async function guard<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw mapError(error);
  }
}
