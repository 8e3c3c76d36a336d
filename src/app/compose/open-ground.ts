import { createLedgerSigner } from "../../credentials/ledger-signer.ts";
import { createSecretReader, type SecretReader } from "../../credentials/secret-reader.ts";
import { createSharedTokens } from "../../credentials/shared-tokens.ts";
import { ensureTenant } from "../../identity/identity.store.ts";
import { splitList } from "../../lib/split-list.ts";
import { startSealer } from "../../observe/ledger.ts";
import type { LedgerSigner } from "../../observe/ledger-signature.ts";
import { openLive, type Live } from "../../observe/live.ts";
import { createAuthentication, type Authentication } from "../../outbound/authentication.ts";
import { createTargetRule, type TargetRule } from "../../outbound/guard-address.ts";
import { createOutbound, type Outbound } from "../../outbound/outbound.ts";
import { openDatabase, type Database } from "../../storage/database.ts";
import type { SqlClient } from "../../storage/sql-client.ts";
import { openWorkspaceSql } from "../../storage/workspace-sql.ts";
import type { McpWay, ToolSecrets } from "../../tools/declared/tool-source.ts";
import type { Workspace } from "../../workspace/workspace.ts";
import { mcpSignInStore } from "../mcp/sign-in-store.ts";
import { openKeys } from "../open-keys.ts";
import { oneText, openWorkspace } from "../open-workspace.ts";
import type { Composing } from "./composing.ts";
import { loadDemoData } from "./load-demo-data.ts";

/** The one way to other systems, and what it needs to be let in there. */
type WayOut = {
  /** Addresses inside the operator's network that may be called. */
  isAllowed: TargetRule;
  outbound: Outbound;
  authentication: Authentication;
  mcp: McpWay;
  secrets: SecretReader;
  toolSecrets: ToolSecrets;
  /** Of the ledger's ends. */
  signer: LedgerSigner;
};

/** What all other parts stand on. `sql`: the database of the workspace's own tools. */
export type Ground = Omit<WayOut, "mcp"> & { database: Database; workspace: Workspace; sql: SqlClient; live: Live };

/** Opens the store, the way out, the workspace with its database, and the ledger's sealer. `outboundAllow`: beside the settings'. */
export async function openGround(composing: Composing, outboundAllow: readonly string[]): Promise<Ground> {
  const { config, servers, clock, log, cleanup } = composing;
  const { databaseUrl } = servers;
  const { databaseConnections: maxConnections } = config;
  const database = cleanup.adopt(openDatabase({ connectionString: databaseUrl, maxConnections, log }), (opened) => opened.close());
  const { mcp, ...wayOut } = openWayOut(composing, database, outboundAllow);
  const { outbound, authentication, toolSecrets } = wayOut;
  const { webhookSecret } = config;
  const fileFolders = splitList(config.fileFolders);
  const options = { webhookSecret, fileFolders, secrets: toolSecrets, http: { outbound, authentication, mcp }, clock, log };
  const workspace = cleanup.use(await openWorkspace(config.workspace, options));
  const sql = cleanup.adopt(
    openWorkspaceSql({
      connectionString: config.workspaceDatabaseUrl ?? databaseUrl, isHouse: config.workspaceDatabaseUrl === undefined,
      maxConnections: Math.max(2, Math.floor(maxConnections / 2)), log,
    }),
    (opened) => opened.close(),
  );
  await ensureTenant(database, workspace.tenantId, workspace.tenantName);
  // Stopped after everything that may still write to the ledger, the engine above all.
  cleanup.defer(startSealer({ database, signer: wayOut.signer, log }));
  await loadDemoData(workspace, sql, clock);
  const sharing = servers.isDatabaseShared ? { connectionString: databaseUrl, log } : null;
  const live = cleanup.adopt(openLive(sharing), (opened) => opened.close());
  return { ...wayOut, database, workspace, sql, live };
}

function openWayOut({ config, clock, cleanup }: Composing, database: Database, outboundAllow: readonly string[]): WayOut {
  const keys = openKeys(config);
  const secrets = createSecretReader({ database, keys, clock }, process.env);
  const isAllowed = createTargetRule([...splitList(config.outboundAllow), ...outboundAllow]);
  const outbound = cleanup.adopt(createOutbound({ isAllowed }), (opened) => opened.close());
  const shared = createSharedTokens({ database, keys, clock });
  const mcpCommands = splitList(config.mcpCommands);
  return {
    isAllowed, outbound, secrets, toolSecrets: oneText(secrets), signer: createLedgerSigner({ database, keys, clock }), authentication: createAuthentication({ outbound, shared, clock }),
    mcp: {
      signIns: { outbound, shared, store: mcpSignInStore({ database, keys, clock }), clock },
      mayStart: (command) => mcpCommands.includes(command),
    },
  };
}
