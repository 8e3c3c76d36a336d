import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";
import { superviseChild } from "../lib/child-server.ts";
import type { ChildState } from "../lib/child-server.ts";
import type { DataFolder } from "../lib/data-folder.ts";
import type { Log } from "../lib/log.ts";
import { chooseProcessUser, giveFolder, pathInChild } from "../lib/process-user.ts";
import type { StopStep } from "../lib/process-table.ts";
import { clearPostgresLeftovers } from "./clear-postgres-leftovers.ts";
import { initialisePostgres } from "./initialise-postgres.ts";
import { preparePostgresBinaries } from "./postgres-binaries.ts";
import { chooseSocketFolder } from "./socket-folder.ts";

/** Fast shutdown with a checkpoint; then at once, recovery at the next start; then by force. Nothing committed is lost by any. */
const STOP_STEPS: readonly StopStep[] = [
  { signal: "SIGINT", waitMs: 3000 },
  { signal: "SIGQUIT", waitMs: 1000 },
  { signal: "SIGKILL", waitMs: 1000 },
];
const READY_TIMEOUT_MS = 300_000;
const PORT = 5432;

const SETTINGS: Record<string, string> = {
  listen_addresses: "",
  port: String(PORT),
  unix_socket_permissions: "0700",
  max_connections: "100",
  shared_buffers: "128MB",
  fsync: "on",
  synchronous_commit: "on",
  wal_compression: "on",
  autovacuum: "on",
  // A new database has no statistics, and its first plans read whole tables: they must not live for the usual minute.
  autovacuum_naptime: "2s",
  jit: "off",
  timezone: "UTC",
  log_timezone: "UTC",
  log_min_messages: "warning",
  log_checkpoints: "off",
};

/** A PostgreSQL of our own. The address stays the same over every restart. */
export type EmbeddedPostgres = {
  /** As role `baton`: owner of the database `baton`, may make roles and databases, no superuser (row-level security can bind it). */
  connectionString: string;
  /** As the superuser `postgres`, for repairs. */
  superuserConnectionString: string;
  version: string;
  pid(): number | null;
  state(): ChildState;
  restarts(): number;
  stop(): Promise<void>;
};

/**
 * Starts PostgreSQL in the data folder's `postgres/`, making its files at the first start, and keeps it running.
 *
 * It listens on a Unix socket only, in a folder that nobody but its user (and root) may enter, and trusts whoever gets there.
 * Throws: `child_server.cannot_start`, `platform_package.missing`, `process_user.cannot_drop`, `data_folder.unusable`,
 * `embedded_postgres.init_failed`, `embedded_postgres.version_differs`.
 */
export async function startEmbeddedPostgres({ folder, log }: { folder: DataFolder; log: Log }): Promise<EmbeddedPostgres> {
  const user = await chooseProcessUser(folder.path);
  const binaries = await preparePostgresBinaries(user);
  const home = folder.pathTo("postgres");
  await mkdir(home, { recursive: true, mode: 0o700 });
  await giveFolder(home, user);
  const sockets = await chooseSocketFolder(home, user);
  await initialisePostgres({ folder, home, binaries, user, log });

  const socketsInChild = pathInChild(user, 1, sockets.path).replaceAll('"', '""');
  const settings = Object.entries({ ...SETTINGS, unix_socket_directories: `"${socketsInChild}"` });
  const dataPath = join(home, "data");
  const server = await superviseChild(folder, {
    name: "postgres",
    program: {
      command: binaries.postgres,
      args: ["-D", join(pathInChild(user, 0, home), "data"), ...settings.flatMap(([name, value]) => ["-c", `${name}=${value}`])],
      env: { LC_ALL: "C" },
      cwd: home,
      user,
      handles: [home, sockets.path],
    },
    isReady: (pid) => isReady(dataPath, pid),
    readyTimeoutMs: READY_TIMEOUT_MS,
    stopSteps: STOP_STEPS,
    beforeStart: () => clearPostgresLeftovers(dataPath, sockets.path, STOP_STEPS, log),
  }, log);

  const stop = async () => {
    await server.stop();
    await sockets.remove();
  };
  try {
    const connectionString = addressOf(sockets.path, "baton", "baton");
    const superuserConnectionString = addressOf(sockets.path, "postgres", "postgres");
    const version = await ensureDatabase(connectionString, superuserConnectionString);
    return { connectionString, superuserConnectionString, version, pid: server.pid, state: server.state, restarts: server.restarts, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Without user name and host before the path, so that `new URL` takes it too; every member that the environment could change is given. */
function addressOf(socketFolder: string, user: string, database: string): string {
  return `postgresql:///${database}?host=${encodeURIComponent(socketFolder)}&port=${PORT}&user=${user}&sslmode=disable`;
}

/** PostgreSQL writes its pid into line 1 of `postmaster.pid` and its state into line 8; pg_ctl waits for the same. */
async function isReady(dataPath: string, pid: number): Promise<boolean> {
  const lines = (await readFile(join(dataPath, "postmaster.pid"), "utf8")).split("\n");
  return lines[0]?.trim() === String(pid) && lines[7]?.trim() === "ready";
}

/** Makes role and database when they are not there yet; returns the server's version, such as `18.4`. */
async function ensureDatabase(connectionString: string, superuserConnectionString: string): Promise<string> {
  const version = await readVersion(connectionString);
  if (version !== null) return version;
  const client = new pg.Client({ connectionString: superuserConnectionString });
  await client.connect();
  try {
    const { rowCount } = await client.query("select from pg_roles where rolname = 'baton'");
    if (rowCount === 0) await client.query("create role baton login createdb createrole");
    await client.query("create database baton owner baton");
  } finally {
    await client.end();
  }
  return (await readVersion(connectionString)) ?? "";
}

/** Null when the role (28000) or the database (3D000) does not exist. */
async function readVersion(connectionString: string): Promise<string | null> {
  const client = new pg.Client({ connectionString });
  try {
    await client.connect();
    const { rows } = await client.query<{ server_version: string }>("show server_version");
    return rows[0]?.server_version ?? null;
  } catch (error) {
    if (error instanceof pg.DatabaseError && (error.code === "28000" || error.code === "3D000")) return null;
    throw error;
  } finally {
    await client.end();
  }
}
