import { randomUUID } from "node:crypto";
import { createBuiltInRedactor } from "../../src/guard/adapters/built-in-redactor.ts";
import { ensureTenant } from "../../src/identity/identity.store.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { createLog } from "../../src/lib/log.ts";
import type { Policy } from "../../src/policy/policy.ts";
import { openDatabase } from "../../src/storage/database.ts";
import type { SqlClient } from "../../src/storage/sql-client.ts";
import { openWorkspaceSql } from "../../src/storage/workspace-sql.ts";
import { callTool, type CallToolDeps } from "../../src/tools/call-tool.ts";
import { createToolRunner } from "../../src/tools/run-call.ts";
import type { Tool } from "../../src/tools/tool.ts";
import type { ToolCallRecord } from "../../src/tools/tool-call.store.ts";
import { startBenchServers } from "../servers.ts";

const TENANT = "tau3";
const CONNECTIONS = 2;

/** One real PostgreSQL with all that a call needs: Baton's own tables, the tools' database under its role, the redactor, the runner. */
export type House = AsyncDisposable & { databaseUrl: string; sql: SqlClient; deps: Omit<CallToolDeps, "tools" | "policy"> };

export async function openHouse(): Promise<House> {
  await using cleanup = new AsyncDisposableStack();
  const servers = cleanup.use(await startBenchServers());
  const log = createLog({ level: "error", isPretty: true });
  const database = cleanup.adopt(openDatabase({ connectionString: servers.databaseUrl, maxConnections: CONNECTIONS, log }), (each) => each.close());
  const sql = cleanup.adopt(openWorkspaceSql({ connectionString: servers.databaseUrl, isHouse: true, maxConnections: CONNECTIONS, log }), (each) => each.close());
  await ensureTenant(database, TENANT, "Real tasks");
  const owned = cleanup.move();
  return {
    databaseUrl: servers.databaseUrl, sql, deps: { database, fallbacks: new Map(), redactor: createBuiltInRedactor(), runner: createToolRunner({ log }), sql, clock: systemClock, log },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** A customer who proved who they are, by the business's own id; null: nobody has. */
export type Caller = (call: { name: string; arguments: Record<string, unknown>; customer?: string | null }) => Promise<ToolCallRecord>;

/** Calls tools as a turn does, by `callTool`, each call under an id of its own. */
export function createCaller(house: House, tools: readonly Tool[], policy: Policy): Caller {
  const deps: CallToolDeps = { ...house.deps, tools: new Map(tools.map((tool) => [tool.name, tool])), policy };
  return ({ name, arguments: given, customer = null }) => callTool(deps, {
    tenantId: TENANT, callId: `call_${randomUUID()}`, tool: name, arguments: given, contact: customer === null ? null : { contactId: `con_${customer}`, email: "", externalId: customer, isVerified: true },
    principal: { type: "AiAgent", id: "assistant" }, channel: "web", turnId: null, conversationId: null, caseId: null,
  });
}
