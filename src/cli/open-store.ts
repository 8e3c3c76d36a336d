import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { readConfig } from "../app/config.ts";
import type { Config } from "../app/settings.ts";
import { startServers } from "../app/start-servers.ts";
import { createLog } from "../lib/log.ts";
import { openDatabase, type Database } from "../storage/database.ts";
import { migrate } from "../storage/migrate.ts";
import { openWorkspace } from "../app/open-workspace.ts";
import type { Workspace } from "../workspace/workspace.ts";

export type OpenStore = AsyncDisposable & { database: Database; tenantId: string; /** The one that was named, else that of the settings. */ workspace: Workspace };

/**
 * The database for a command. With a running Baton on the same data folder its database is used as it stands; without
 * one, the embedded database is started for the length of the command. `folder`: another workspace than that of the settings.
 */
export async function openStore(folder?: string): Promise<OpenStore> {
  await using cleanup = new AsyncDisposableStack();
  const config = readConfig(process.env);
  const { database } = cleanup.use(await openStoreDatabase(config));
  const workspace = cleanup.use(await openWorkspace(folder ?? config.workspace, { log: createLog({ level: "warn", isPretty: true }) }));
  const disposal = cleanup.move();
  return { database, tenantId: workspace.tenantId, workspace, [Symbol.asyncDispose]: () => disposal.disposeAsync() };
}

/** The database alone, for a command that goes before the workspace is complete. */
export async function openStoreDatabase(config: Config): Promise<AsyncDisposable & { database: Database }> {
  await using cleanup = new AsyncDisposableStack();
  const log = createLog({ level: "warn", isPretty: true });
  const running = await readRunning(config);
  const databaseUrl = config.databaseUrl ?? running?.databaseUrl ?? cleanup.use(await startServers({ ...config, restateIngressUrl: "unused", restateAdminUrl: "unused" }, log)).databaseUrl;
  if (running === null) await migrate(databaseUrl);
  const database = cleanup.adopt(openDatabase({ connectionString: databaseUrl, maxConnections: 2, log }), (opened) => opened.close());
  const disposal = cleanup.move();
  return { database, [Symbol.asyncDispose]: () => disposal.disposeAsync() };
}

/** `workspace`: the folder it was started with; null where it has not written that down. */
export type RunningInfo = { pid: number; url: string; databaseUrl: string; workspace: { folder: string; tenantId: string } | null };

/** What the Baton on this data folder has written down about itself; null when none runs. */
export async function readRunning(config: Pick<Config, "dataDir">): Promise<RunningInfo | null> {
  try {
    const info: unknown = JSON.parse(await readFile(join(resolve(config.dataDir), "baton.json"), "utf8"));
    if (typeof info !== "object" || info === null || !("pid" in info) || !("url" in info) || !("databaseUrl" in info)) return null;
    const { pid, url, databaseUrl } = info;
    if (typeof pid !== "number" || typeof url !== "string" || typeof databaseUrl !== "string") return null;
    process.kill(pid, 0);
    const workspace = "workspace" in info && typeof info.workspace === "string" && "tenantId" in info && typeof info.tenantId === "string" ? { folder: info.workspace, tenantId: info.tenantId } : null;
    return { pid, url, databaseUrl, workspace };
  } catch {
    // No file, or the process it names is gone: nothing runs.
    return null;
  }
}
