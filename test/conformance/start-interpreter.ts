import { randomBytes } from "node:crypto";
import { startRestateEngine } from "../../src/durable/adapters/restate.ts";
import type { DurableEngine } from "../../src/durable/durable.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { createLog, type Log } from "../../src/lib/log.ts";
import { sha256 } from "../../src/lib/sha256.ts";
import { openDatabase, type Database } from "../../src/storage/database.ts";
import { migrate } from "../../src/storage/migrate.ts";
import type { WorkflowSource } from "../../src/workflows/document/definition.ts";
import { readWorkflow } from "../../src/workflows/document/read-workflow.ts";
import { cloudEvent } from "../../src/workflows/events/cloud-event.ts";
import { createListeners } from "../../src/workflows/events/starts/listeners.ts";
import { createEventMatcher } from "../../src/workflows/events/waits/match-filter.ts";
import { createEventSink, publishEvent, type EventDeps } from "../../src/workflows/events/publish-event.ts";
import { startEventRelay } from "../../src/workflows/events/relay-events.ts";
import { createStoredWaits } from "../../src/workflows/events/waits/stored-waits.ts";
import { createLanguages } from "../../src/workflows/expressions/languages.ts";
import type { WorkflowFunction } from "../../src/workflows/functions/function.ts";
import { resumeRun, cancelRun } from "../../src/workflows/run/control-run.ts";
import type { RunDeps } from "../../src/workflows/run/run-deps.ts";
import { WORKFLOW_SERVICE, deriveRunId, runEnd, type RunEnd } from "../../src/workflows/run/run-input.ts";
import { createRunRecords, readRunRow, readTaskRows } from "../../src/workflows/run/run.store.ts";
import { startRun, toRunInput, type StartRun } from "../../src/workflows/run/start-run.ts";
import { workflowServices } from "../../src/workflows/run/workflow-services.ts";
import { createProcessTokens } from "../../src/credentials/shared-tokens.ts";
import { createAuthentication } from "../../src/outbound/authentication.ts";
import { createHttpCall } from "../../src/workflows/calls/call-http.ts";
import { createMcpCall } from "../../src/workflows/calls/call-mcp.ts";
import { createOpenApiCall } from "../../src/workflows/calls/call-openapi.ts";
import { createOutbound } from "../../src/outbound/outbound.ts";
import { createTargetRule } from "../../src/outbound/guard-address.ts";
import { createOpenApiDocuments } from "../../src/outbound/openapi-documents.ts";
import { makeDatabase, testServers } from "../start-test-app.ts";

export const TENANT = "acme";

/** The interpreter on a real engine and a real database, without the rest of the product. */
export type Interpreter = AsyncDisposable & {
  engine: DurableEngine;
  database: Database;
  deps: RunDeps;
  /** Makes a document runnable; the text of a version, as published. */
  publish(text: string): { hash: string; source: WorkflowSource };
  /** Starts a run of the document and waits for its end, a minute at most. */
  run(text: string, input?: unknown): Promise<{ runId: string; end: RunEnd }>;
  start(text: string, input?: unknown, more?: Partial<StartRun>): Promise<string>;
  /** The record, once it has this status. */
  until(runId: string, status: string): Promise<NonNullable<Awaited<ReturnType<typeof readRunRow>>>>;
  tasks(runId: string): ReturnType<typeof readTaskRows>;
  cancel(runId: string): Promise<unknown>;
  resume(runId: string): Promise<unknown>;
  publishEvent(event: { type: string; id?: string; source?: string; data?: unknown; [attribute: string]: unknown }): Promise<{ listeners: number }>;
};

export type InterpreterOptions = { functions?: readonly WorkflowFunction[]; log?: Log; secrets?: Record<string, Record<string, string> | string>; mayRunProcesses?: boolean; servers?: { ingress: string; admin: string }; databaseUrl?: string; namespace?: string; endpointPort?: number; /** Published before the engine may call. */ documents?: readonly string[]; /** Carries on deliveries that the engine could not take. */ withRelay?: boolean };

export async function startInterpreter(options: InterpreterOptions = {}): Promise<Interpreter> {
  const log = options.log ?? createLog({ level: "error", isPretty: true });
  const url = options.databaseUrl ?? (await makeDatabase()).owner;
  await migrate(url);
  const database = openDatabase({ connectionString: url, maxConnections: 8, log });
  await database.of(TENANT).insertInto("tenant").values({ id: TENANT, name: "Acme" }).onConflict((conflict) => conflict.doNothing()).execute();
  const versions = new Map<string, WorkflowSource>();
  const parts: { engine: DurableEngine | null } = { engine: null };
  const engineOf = (): DurableEngine => {
    if (parts.engine === null) throw new Error("the engine is not up yet");
    return parts.engine;
  };
  const { deps, events } = makeDeps(options, log, database, versions, engineOf);
  const publish = (text: string) => {
    const hash = sha256(text);
    const source = versions.get(hash) ?? readWorkflow(text, "workflow.yaml");
    versions.set(hash, source);
    return { hash, source };
  };
  for (const text of options.documents ?? []) publish(text);
  const servers = options.servers ?? testServers();
  const engine = await startRestateEngine({ ingressUrl: servers.ingress, adminUrl: servers.admin, services: workflowServices(deps), log, namespace: options.namespace ?? `t${randomBytes(6).toString("hex")}_`, endpointHost: "127.0.0.1", endpointPort: options.endpointPort ?? 0, isEmbedded: true, journalRetentionMs: 0 });
  parts.engine = engine;
  const relay = options.withRelay === true ? startEventRelay({ ...events, tenantId: TENANT }) : null;
  const control = { database, engine: engineOf, clock: systemClock, version: "test" };
  const toStart = (text: string, input: unknown, more: Partial<StartRun> = {}): StartRun => ({ tenantId: TENANT, runId: deriveRunId(randomBytes(9).toString("hex")), hash: publish(text).hash, input, startedBy: "test", ...more });
  return {
    engine, database, deps, publish,
    async run(text, input = {}) {
      const start = toStart(text, input);
      return { runId: start.runId, end: runEnd.parse(await engine.call({ service: WORKFLOW_SERVICE, handler: "run", input: toRunInput(start, Date.now()), idempotencyKey: start.runId })) };
    },
    start: async (text, input = {}, more = {}) => (await startRun(control, toStart(text, input, more))).runId,
    async until(runId, status) {
      for (const from = performance.now(); performance.now() - from < 20_000; ) {
        const row = await readRunRow(database, TENANT, runId);
        if (row?.status === status) return row;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      throw new Error(`run ${runId} is ${(await readRunRow(database, TENANT, runId))?.status ?? "not known"}, not ${status}`);
    },
    tasks: (runId) => readTaskRows(database, TENANT, runId),
    cancel: (runId) => cancelRun(control, TENANT, runId),
    resume: (runId) => resumeRun(control, TENANT, runId),
    publishEvent: ({ id, source, ...rest }) => publishEvent(events, TENANT, cloudEvent.parse({ specversion: "1.0", id: id ?? randomBytes(6).toString("hex"), source: source ?? "https://test", ...rest })),
    async [Symbol.asyncDispose]() {
      await relay?.stop();
      await engine.close();
      await database.close();
    },
  };
}

function makeDeps(options: InterpreterOptions, log: Log, database: Database, versions: Map<string, WorkflowSource>, engine: () => DurableEngine): { deps: RunDeps; events: EventDeps } {
  const languages = createLanguages();
  const matcher = createEventMatcher(languages);
  const active = { active: async () => [...versions].map(([hash, { definition }]) => ({ hash, namespace: definition.document.namespace, name: definition.document.name })), load: async (_: string, hash: string) => found(versions.get(hash)) };
  const events: EventDeps = { database, engine, matcher, listeners: createListeners({ workflows: active, log }), clock: systemClock, log, version: "test" };
  const outbound = createOutbound({ isAllowed: createTargetRule(["127.0.0.0/8"]) });
  const calls = { outbound, authentication: createAuthentication({ outbound, shared: createProcessTokens({ clock: systemClock }), clock: systemClock }), limits: { timeoutMs: 5_000, maxBytes: 1_000_000 } };
  const deps: RunDeps = {
    languages, waits: createStoredWaits({ database, matcher, clock: systemClock }), events: createEventSink(events), records: createRunRecords(database), clock: systemClock, log, version: "test",
    versions: {
      load: async (_, hash) => found(versions.get(hash)),
      resolve: async (_, { namespace, name, version }) => [...versions].findLast(([, { definition: { document } }]) => document.namespace === namespace && document.name === name && (version === "latest" || document.version === version))?.[0] ?? null,
    },
    functions: new Map((options.functions ?? []).map((fn) => [fn.name, fn])),
    calls: { http: createHttpCall(calls), openapi: createOpenApiCall({ ...calls, documents: createOpenApiDocuments({ outbound, clock: systemClock, folder: null }) }), mcp: createMcpCall({ ...calls, mayStart: () => false }) },
    secrets: { read: async (_, name) => options.secrets?.[name] ?? null },
    permissions: { mayRun: () => options.mayRunProcesses ?? false },
  };
  return { deps, events };
}

function found(source: WorkflowSource | undefined): WorkflowSource {
  if (source === undefined) throw new Error("no such version");
  return source;
}
