import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { startEmbeddedRestate } from "../src/durable/embedded-restate.ts";
import { openDataFolder } from "../src/lib/data-folder.ts";
import { createLog } from "../src/lib/log.ts";
import { startEmbeddedPostgres } from "../src/storage/embedded-postgres.ts";
import { migrate } from "../src/storage/migrate.ts";

/** What a test run hands to its files in the environment. */
export type TestServers = AsyncDisposable & { env: Record<string, string> };

/** The database of this version without a row, of which the tests' own are copies. */
export const MIGRATED = "baton_migrated";

async function makeMigrated(owner: string): Promise<void> {
  const client = new pg.Client({ connectionString: owner });
  await client.connect();
  await client.query(`create database ${MIGRATED}`);
  await client.end();
  await migrate(databaseAt(owner, MIGRATED));
}

/** The address of another database on the same server. */
export function databaseAt(url: string, name: string): string {
  return url.replace(/\/[^/?]*(\?|$)/, `/${name}$1`);
}

/** One real PostgreSQL and one real Restate for a whole test run, in a folder that goes with it. */
export async function startTestServers(): Promise<TestServers> {
  const path = await mkdtemp(join(tmpdir(), "baton-test-"));
  const log = createLog({ level: "warn", isPretty: true });
  const folder = await openDataFolder(path, log);
  const [postgres, restate] = await Promise.all([startEmbeddedPostgres({ folder, log }), startEmbeddedRestate({ folder, log, partitions: 1 })]);
  // The roles belong to the whole server: they are made by the owner that the tests' databases are migrated by.
  await migrate(postgres.connectionString);
  await makeMigrated(postgres.connectionString);
  return {
    env: { BATON_TEST_DATABASE_URL: postgres.superuserConnectionString, BATON_TEST_OWNER_URL: postgres.connectionString, BATON_TEST_RESTATE_INGRESS_URL: restate.ingressUrl, BATON_TEST_RESTATE_ADMIN_URL: restate.adminUrl },
    async [Symbol.asyncDispose]() {
      await Promise.all([postgres.stop(), restate.stop()]);
      await folder[Symbol.asyncDispose]();
      await rm(path, { recursive: true, force: true });
    },
  };
}
