import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before } from "node:test";
import { createBuiltInRedactor } from "../../src/guard/adapters/built-in-redactor.ts";
import { ensureTenant } from "../../src/identity/identity.store.ts";
import { AppError } from "../../src/lib/app-error.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { createLog } from "../../src/lib/log.ts";
import { openDatabase, type Database } from "../../src/storage/database.ts";
import { migrate } from "../../src/storage/migrate.ts";
import { connectorSource } from "../../src/tools/adapters/connector.ts";
import { callTool } from "../../src/tools/call-tool.ts";
import { resolveArguments } from "../../src/tools/resolve-arguments.ts";
import { createToolRunner } from "../../src/tools/run-call.ts";
import type { Tool } from "../../src/tools/tool.ts";
import type { ToolCallRecord } from "../../src/tools/tool-call.store.ts";
import { openWayOut } from "../../src/tools/tool-source.contract.ts";
import { startPeer, type Answer, type Heard } from "../../src/workflows/calls/outside-call.contract.ts";
import { makeDatabase } from "../start-test-app.ts";

export type { Answer, Heard } from "../../src/workflows/calls/outside-call.contract.ts";

const tenantId = "acme";
/** All calls are Ada's. */
const contact = { contactId: "cont_1", email: "ada@example.com", externalId: null, isVerified: true };
const SECRET = "sk-very-secret-4711";

/** A connector at a system, its tools called as a turn calls them. */
export type OpenConnector = AsyncDisposable & {
  heard: Heard[];
  url: string;
  tools: ReadonlyMap<string, Tool>;
  /** Through `callTool`; `key` is the call's own. */
  call(tool: string, given?: Record<string, unknown>, key?: string): Promise<ToolCallRecord>;
  /** What the tool itself throws at one attempt. */
  fault(tool: string, given?: Record<string, unknown>): Promise<AppError>;
};

/** Baton's own database, one for the tests of a file. */
export function openHouse(): () => Database {
  let database: Database | null = null;
  before(async () => {
    const { owner } = await makeDatabase();
    await migrate(owner);
    database = openDatabase({ connectionString: owner, maxConnections: 3, log: createLog({ level: "error", isPretty: true }) });
    await ensureTenant(database, tenantId, "Acme");
  });
  after(() => database?.close());
  return () => database ?? assert.fail("there is no database");
}

export const json = (body: unknown, status = 200, headers: Record<string, string> = {}): Answer => ({ status, headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(body) });

/** `GET /path`, without the query. */
export const asked = ({ method, url }: Heard) => `${method} ${url.split("?")[0] ?? ""}`;
/** A parameter of the query. */
export const queryOf = ({ url }: Heard, name: string) => new URL(url, "http://x").searchParams.get(name);
export const bodyOf = ({ body }: Heard): unknown => JSON.parse(body);

/** A scripted system: `answers` by method and path, one after the other while there are several; anything else is a 404. */
export async function scripted(house: Database, declared: Record<string, unknown>, answers: Record<string, Answer | Answer[] | ((heard: Heard) => Answer)>): Promise<OpenConnector> {
  const queues = new Map<string, number>();
  const peer = await startPeer((heard) => {
    const script = answers[asked(heard)];
    if (script === undefined) return json({ message: `nothing is scripted for ${asked(heard)}` }, 404);
    if (typeof script === "function") return script(heard);
    if (!Array.isArray(script)) return script;
    const turn = queues.get(asked(heard)) ?? 0;
    queues.set(asked(heard), turn + 1);
    return script[Math.min(turn, script.length - 1)] ?? json({}, 500);
  });
  const opened = await openAt(house, { server: peer.url, ...declared });
  return { ...opened, heard: peer.heard, url: peer.url, [Symbol.asyncDispose]: () => peer[Symbol.asyncDispose]() };
}

/** The declaration's tools at the system it names. `secret` is what the secret holds. */
export async function openAt(house: Database, declared: Record<string, unknown>, secret = SECRET): Promise<Pick<OpenConnector, "tools" | "call" | "fault">> {
  const lines: string[] = [];
  const log = createLog({ level: "debug", isPretty: false, write: (line) => lines.push(line) });
  const declaration = connectorSource.declaration.parse({ kind: "connector", ...declared });
  const secrets = { read: () => Promise.resolve(secret) };
  const opened = await connectorSource.open(declaration, { file: "tools/x.yaml", folder: ".", tenantId, at: () => "tools/x.yaml:1:1" }, { secrets, clock: systemClock, log, fileFolders: [], ...openWayOut(["127.0.0.1"]) });
  const tools = new Map(opened.tools.map(({ tool }) => [tool.name, { ...tool, retry: { attempts: 3, firstDelayMs: 1 } }]));
  const sql = { query: () => Promise.resolve([]), transaction: () => Promise.reject(new Error("no business database")) };
  const runner = createToolRunner({ log });
  const keepSecret = (told: unknown) => assert.ok(!`${JSON.stringify(told)}${lines.join("")}`.includes(secret), "a secret was told");
  return {
    tools,
    async call(tool, given = {}, key = `call_${randomBytes(8).toString("hex")}`) {
      const deps = { database: house, tools, fallbacks: new Map(), policy: { id: "all", hash: "all", decide: () => ({ effect: "allow" as const, rules: ["all"] }) }, redactor: createBuiltInRedactor(), runner, sql, clock: systemClock, log };
      const record = await callTool(deps, { tenantId, callId: key, tool, arguments: given, contact, principal: { type: "AiAgent", id: "assistant" }, channel: "web", turnId: null, conversationId: null, caseId: null });
      keepSecret(record);
      return record;
    },
    async fault(name, given = {}) {
      const tool = tools.get(name) ?? assert.fail(`there is no tool ${name}`);
      const resolved = resolveArguments(tool, given, { contact, conversationId: null, caseId: null });
      if (resolved.kind !== "resolved") return assert.fail(JSON.stringify(resolved));
      const thrown: unknown = await tool.run(resolved.value, { tenantId, contact, idempotencyKey: "call_1", sql, signal: new AbortController().signal }).then((result) => assert.fail(`nothing was thrown: ${JSON.stringify(result)}`), (error: unknown) => error);
      if (!(thrown instanceof AppError)) return assert.fail(String(thrown));
      keepSecret([thrown.message, thrown.details]);
      return thrown;
    },
  };
}

/** What came back of a call that went well. */
export function outputOf(record: ToolCallRecord): unknown {
  assert.deepEqual([record.status, record.reason], ["ok", null]);
  return record.output;
}
