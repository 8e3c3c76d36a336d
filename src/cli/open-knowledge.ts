import { readConfig } from "../app/config.ts";
import { composeKnowledge } from "../app/knowledge/compose-knowledge.ts";
import { createRecordReader } from "../app/knowledge/read-records.ts";
import { openKeys } from "../app/open-keys.ts";
import { oneText, openWorkspace } from "../app/open-workspace.ts";
import { createSecretReader } from "../credentials/secret-reader.ts";
import { createSharedTokens } from "../credentials/shared-tokens.ts";
import { durableUnavailable } from "../durable/durable.errors.ts";
import type { RequestSyncDeps } from "../knowledge/sync/request-sync.ts";
import { systemClock } from "../lib/clock.ts";
import { createLog } from "../lib/log.ts";
import { splitList } from "../lib/split-list.ts";
import { createAuthentication } from "../outbound/authentication.ts";
import { createTargetRule } from "../outbound/guard-address.ts";
import { createOutbound } from "../outbound/outbound.ts";
import { openWorkspaceSql } from "../storage/workspace-sql.ts";
import { createToolRunner } from "../tools/run-call.ts";
import { openStoreDatabase, readRunning, type RunningInfo } from "./open-store.ts";

/** `isRunning`: the Baton on this data folder (`running`) takes up syncs by itself. `folder`: the settings' workspace, which may be another than its. */
export type OpenKnowledge = AsyncDisposable & { deps: RequestSyncDeps; tenantId: string; folder: string; isRunning: boolean; running: RunningInfo | null };

/** What the knowledge commands work on: the store, and a way to the sources for when no Baton runs. */
export async function openKnowledge(): Promise<OpenKnowledge> {
  await using cleanup = new AsyncDisposableStack();
  const config = readConfig(process.env);
  const log = createLog({ level: "error", isPretty: true });
  const clock = systemClock;
  const { database } = cleanup.use(await openStoreDatabase(config));
  const running = await readRunning(config);
  const isAllowed = createTargetRule(splitList(config.outboundAllow));
  const outbound = cleanup.adopt(createOutbound({ isAllowed }), (opened) => opened.close());
  const keys = openKeys(config);
  const secrets = oneText(createSecretReader({ database, keys, clock }, process.env));
  const shared = createSharedTokens({ database, keys, clock });
  const mcp = { signIns: { outbound, shared, store: { read: () => Promise.resolve(null), write: () => Promise.resolve() }, clock }, mayStart: () => false };
  const workspace = cleanup.use(await openWorkspace(config.workspace, { fileFolders: splitList(config.fileFolders), secrets, http: { outbound, authentication: createAuthentication({ outbound, shared, clock }), mcp }, clock, log }));
  const connectionString = config.workspaceDatabaseUrl ?? config.databaseUrl ?? running?.databaseUrl;
  const sql = connectionString === undefined ? null : cleanup.adopt(openWorkspaceSql({ connectionString, isHouse: config.workspaceDatabaseUrl === undefined, maxConnections: 2, log }), (opened) => opened.close());
  const noSql = { query: () => Promise.reject(durableUnavailable({ message: "Start Baton first: this source reads the embedded database." })), transaction: () => Promise.reject(durableUnavailable()) };
  const deps = composeKnowledge({
    database, clock, log, live: { publish: () => {} }, workspace, outbound, isAllowed, secrets, readRecords: createRecordReader({ tools: workspace.tools, runner: createToolRunner({ log }), sql: sql ?? noSql }), dataDir: config.dataDir,
    fileFolders: splitList(config.fileFolders), onKnowledgeChanged: () => {}, engine: () => { throw durableUnavailable(); },
  });
  const disposal = cleanup.move();
  return { deps, tenantId: workspace.tenantId, folder: workspace.folder, isRunning: running !== null, running, [Symbol.asyncDispose]: () => disposal.disposeAsync() };
}
