import type { DurableCall, DurableEngine } from "../../durable/durable.ts";
import { durableUnavailable } from "../../durable/durable.errors.ts";
import { ensureTenant } from "../../identity/identity.store.ts";
import { createFakeClock } from "../../lib/clock.ts";
import { createLog } from "../../lib/log.ts";
import { sha256 } from "../../lib/sha256.ts";
import { openDatabase, type Database } from "../../storage/database.ts";
import { migrate } from "../../storage/migrate.ts";
import { makeDatabase } from "../../../test/start-test-app.ts";
import { readWorkflow } from "../document/read-workflow.ts";
import { createLanguages } from "../expressions/languages.ts";
import { activateVersions, insertVersions } from "../versions/version.store.ts";
import { createPublishedVersions } from "../versions/workflow-versions.ts";
import { cloudEvent, type CloudEvent } from "./cloud-event.ts";
import { createListeners } from "./starts/listeners.ts";
import { createEventMatcher } from "./waits/match-filter.ts";
import type { EventDeps } from "./publish-event.ts";
import { createStoredWaits } from "./waits/stored-waits.ts";

/** What the tests of events share: the parts over a real database, and an engine that keeps what it is handed and can be away. */
export const TENANT = "acme";

const notHere = () => Promise.reject(new Error("not part of this test"));

export function createKeepingEngine() {
  const resolved = new Map<string, unknown[]>();
  const started: DurableCall[] = [];
  const engine = { isAway: false, resolved, started };
  const durable: DurableEngine = {
    id: "keeping", send: notHere, call: notHere, reject: notHere, cancel: notHere, ping: () => Promise.resolve(), close: () => Promise.resolve(),
    resolve(externalId, value) {
      if (engine.isAway) return Promise.reject(durableUnavailable());
      resolved.set(externalId, [...(resolved.get(externalId) ?? []), value]);
      return Promise.resolve();
    },
    start(call) {
      if (engine.isAway) return Promise.reject(durableUnavailable());
      if (!started.some((each) => each.idempotencyKey === call.idempotencyKey)) started.push(call);
      return Promise.resolve({ invocationId: `inv_${call.idempotencyKey}` });
    },
  };
  return { ...engine, durable, setAway: (isAway: boolean) => void (engine.isAway = isAway) };
}

export async function makeEventParts() {
  const url = (await makeDatabase()).owner;
  await migrate(url);
  const log = createLog({ level: "error", isPretty: true });
  const database = openDatabase({ connectionString: url, maxConnections: 8, log });
  await ensureTenant(database, TENANT, "Acme");
  const clock = createFakeClock();
  const engine = createKeepingEngine();
  const versions = createPublishedVersions({ database });
  const matcher = createEventMatcher(createLanguages());
  const deps: EventDeps = { database, engine: () => engine.durable, matcher, listeners: createListeners({ workflows: versions, log }), clock, log, version: "test" };
  /** Another process over the same database. */
  const another = (): EventDeps => ({ ...deps, listeners: createListeners({ workflows: createPublishedVersions({ database }), log }) });
  return {
    url, database, clock, engine, deps, another, waits: createStoredWaits({ database, matcher, clock }),
    publish: async (...texts: string[]) => {
      await publishVersions(database, TENANT, clock.nowMs(), texts);
      versions.forget(TENANT);
    },
    /** For a tenant beside the one of the tests. */
    publishFor: async (tenantId: string, ...texts: string[]) => {
      await ensureTenant(database, tenantId, tenantId);
      await publishVersions(database, tenantId, clock.nowMs(), texts);
    },
    [Symbol.asyncDispose]: () => database.close(),
  };
}

async function publishVersions(database: Database, tenantId: string, nowMs: number, texts: readonly string[]): Promise<void> {
  const rows = texts.map((text) => ({ ...readWorkflow(text, "w.yaml").definition.document, hash: sha256(text), file: "w.yaml", text }));
  await database.transaction(tenantId, async (query) => {
    await insertVersions(query, tenantId, rows, "test", new Date(nowMs));
    await activateVersions(query, tenantId, rows.map((row) => row.hash));
  });
}

export function workflowText(name: string, schedule: string, more = ""): string {
  return `document: { dsl: '1.0.3', namespace: test, name: ${name}, version: '1.0.0'${more} }\nschedule:\n  ${schedule.split("\n").join("\n  ")}\ndo:\n  - done: { set: { ok: true } }\n`;
}

export function eventOf(id: string, type: string, data: unknown = {}, more: Record<string, unknown> = {}): CloudEvent {
  return cloudEvent.parse({ specversion: "1.0", id, source: "/test", type, data, ...more });
}
