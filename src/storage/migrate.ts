import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";
import { messageOf } from "../lib/app-error.ts";
import { sha256 } from "../lib/sha256.ts";
import { isConnectionError } from "./database.ts";
import { storageOutdated, storageRefused } from "./storage.errors.ts";

export type MigrateOutcome = { applied: string[]; version: number };

const FOLDER = join(import.meta.dirname, "migrations");

/**
 * Brings the database to this version of the code: numbered files, each in one transaction, in order, once.
 *
 * Errors: `storage.refused` when there is no such server, database or user; `storage.outdated` when the database holds a
 * migration this code does not know; a changed file is refused.
 * Replay: safe to run from several processes at once (advisory lock).
 */
export async function migrate(connectionString: string): Promise<MigrateOutcome> {
  const client = new pg.Client({ connectionString });
  // A connection that dies is told by the statement that fails; the event of its own must not end the process.
  client.on("error", () => {});
  await client.connect().catch((error: unknown) => {
    throw isConnectionError(error) || error instanceof pg.DatabaseError ? storageRefused({ cause: error, message: `The database cannot be used (${placeOf(connectionString)}): ${messageOf(error)}. Check DATABASE_URL.` }) : error;
  });
  try {
    await client.query("select pg_advisory_lock(7263554)");
    await client.query("create table if not exists baton_migration (name text primary key, hash text not null, applied_at timestamptz not null default now())");
    const known = new Map<string, string>();
    for (const row of (await client.query<{ name: string; hash: string }>("select name, hash from baton_migration")).rows) known.set(row.name, row.hash);
    const files = (await readdir(FOLDER)).filter((name) => /^\d{4}-.*\.sql$/.test(name)).sort();
    const unknown = [...known.keys()].filter((name) => !files.includes(name));
    if (unknown.length > 0) throw storageOutdated({ details: { unknown } });
    const applied: string[] = [];
    for (const name of files) {
      const text = await readFile(join(FOLDER, name), "utf8");
      const hash = sha256(text);
      const before = known.get(name);
      if (before === hash) continue;
      if (before !== undefined) throw storageOutdated({ message: `Migration ${name} was changed after it ran; migrations are append-only.` });
      await applyOne(client, name, text, hash);
      applied.push(name);
    }
    return { applied, version: files.length };
  } finally {
    await client.end();
  }
}

/** Host and database of an address, without user and password. */
function placeOf(connectionString: string): string {
  try {
    const url = new URL(connectionString);
    return `${url.searchParams.get("host") ?? url.host}${url.pathname}`;
  } catch {
    return "no valid address";
  }
}

const TRIES = 8;
/** Roles belong to the whole server, where another database's migration may be making them at the same moment. */
const RACES = new Set(["23505", "42710", "XX000"]);

async function applyOne(client: pg.Client, name: string, text: string, hash: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    await client.query("begin");
    try {
      await client.query(text);
      await client.query("insert into baton_migration (name, hash) values ($1, $2)", [name, hash]);
      await client.query("commit");
      return;
    } catch (error) {
      await client.query("rollback");
      const code = error instanceof pg.DatabaseError ? error.code : undefined;
      if (attempt >= TRIES || code === undefined || !RACES.has(code)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50 * attempt * (0.5 + Math.random())));
    }
  }
}
