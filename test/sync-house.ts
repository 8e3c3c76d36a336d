import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureTenant } from "../src/identity/identity.store.ts";
import { sourceAway } from "../src/knowledge/knowledge.errors.ts";
import { listManagedDocuments } from "../src/knowledge/managed-document.store.ts";
import { SOURCE_KINDS } from "../src/knowledge/sources/adapters/index.ts";
import { saveSource, type GivenSource } from "../src/knowledge/sources/change-source.ts";
import type { ReadRecords } from "../src/knowledge/sources/source-kind.ts";
import type { ParseFile } from "../src/knowledge/sync/make-document.ts";
import { putSyncRow } from "../src/knowledge/sync/request-sync.ts";
import { HERE, runSync } from "../src/knowledge/sync/run-sync.ts";
import { listProblems } from "../src/knowledge/sync/sync-item.store.ts";
import { findSync, type Sync } from "../src/knowledge/sync/sync.store.ts";
import type { SyncDeps } from "../src/knowledge/sync/sync-deps.ts";
import { systemClock } from "../src/lib/clock.ts";
import { createLog } from "../src/lib/log.ts";
import { createTargetRule, guardAddress } from "../src/outbound/guard-address.ts";
import { createOutbound } from "../src/outbound/outbound.ts";
import { openDatabase, type Database } from "../src/storage/database.ts";
import { migrate } from "../src/storage/migrate.ts";
import { makeDatabase } from "./start-test-app.ts";

const log = createLog({ level: "error", isPretty: true, write: () => {} });

/** A database and a folder for many tenants, and the servers that their sources read. Gone on disposal. */
export type SyncTown = { database: Database; folder: string };
export type SyncHouse = Awaited<ReturnType<typeof startHouse>>;

/** Sources of every kind against real files, repositories and servers. Only the reader of formats is a plain one here: it has tests of its own. */
export async function openSyncTown() {
  const { owner } = await makeDatabase();
  await migrate(owner);
  const database = openDatabase({ connectionString: owner, maxConnections: 6, log });
  const folder = await mkdtemp(join(tmpdir(), "baton-sync-"));
  const servers: Server[] = [];
  let tenants = 0;
  return {
    database, folder,
    startHouse: (options: HouseOptions = {}): Promise<SyncHouse> => startHouse({ database, folder }, `house${(tenants += 1)}`, options),
    serve: (answer: Answer) => serve(servers, answer),
    async [Symbol.asyncDispose]() {
      for (const server of servers) server.close();
      await database.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Reads what is text anyway. */
export const parsePlainly: ParseFile = (file) => {
  const text = Buffer.from(file.bytes).toString("utf8");
  if (text.includes("ENCRYPTED")) return Promise.resolve({ kind: "refused", code: "encrypted", reason: "The file needs a password." });
  const title = /<title>([^<]*)/.exec(text)?.[1] ?? file.name;
  return Promise.resolve({ kind: "ok", document: { title, body: text.replace(/<head>[\s\S]*<\/head>|<[^>]+>/g, " ").trim(), language: "en", format: "text", updatedAt: null, warnings: [] } });
};

export type HouseOptions = { readRecords?: ReadRecords; allow?: string[] };

/** A new tenant, and the ways to use it. */
async function startHouse({ database, folder }: SyncTown, tenantId: string, options: HouseOptions) {
  await ensureTenant(database, tenantId, tenantId);
  const isAllowed = createTargetRule(options.allow ?? ["127.0.0.1"]);
  let changes = 0;
  const deps: SyncDeps & { engine: () => never } = {
    database, clock: systemClock, log, live: { publish: () => {} }, kinds: SOURCE_KINDS, parse: parsePlainly, onKnowledgeChanged: () => (changes += 1), engine: () => assert.fail("no engine here"),
    open: {
      database, clock: systemClock, log, outbound: createOutbound({ isAllowed }), guardAddress: (target) => guardAddress(isAllowed, target), readSecret: (_, name) => Promise.resolve(`secret-of-${name}`), folders: [folder], cacheFolder: join(folder, "cache"),
      readRecords: options.readRecords ?? (() => Promise.reject(sourceAway())), redact: (text) => text.replace(/\S+@\S+/g, "[EMAIL_1]"),
    },
  };
  const given = (id: string, kind: string, settings: unknown, more: Partial<GivenSource> = {}): GivenSource => ({ id, kind, settings, defaults: { audience: ["public"] }, schedule: null, staleAfterMinutes: null, isPaused: false, ...more });
  const sync = async (sourceId: string, acceptRemovals = false): Promise<Sync> => {
    const { id } = await putSyncRow(deps, { tenantId, sourceId, by: "test", acceptRemovals });
    await runSync(deps, HERE, { tenantId, syncId: id, sourceId });
    return (await findSync(database, tenantId, id)) ?? assert.fail("no sync");
  };
  return {
    tenantId, deps, given, sync, changes: () => changes,
    add: (id: string, kind: string, settings: unknown, more?: Partial<GivenSource>) => saveSource(deps, { tenantId, by: "test", source: given(id, kind, settings, more), isNew: true }),
    paths: async () => (await listManagedDocuments(database, tenantId, { sourceId: null, query: null, after: null, limit: 500 })).map((each) => each.path),
    heads: () => listManagedDocuments(database, tenantId, { sourceId: null, query: null, after: null, limit: 500 }),
    problems: async () => (await listProblems(database, tenantId, { sourceId: null, after: null, limit: 100 })).map(({ item, code }) => `${item}: ${code}`),
  };
}

export const countsOf = ({ status, added, changed, removed, unchanged, failed }: Sync) => ({ status, added, changed, removed, unchanged, failed });
export const counts = (status: string, some: Partial<Record<"added" | "changed" | "removed" | "unchanged" | "failed", number>>) => ({ status, added: 0, changed: 0, removed: 0, unchanged: 0, failed: 0, ...some });

type Answer = (path: string, request: IncomingMessage) => { status?: number; headers?: Record<string, string>; body?: string };

/** A server on loopback; what it was asked for stands in `asked`. */
async function serve(servers: Server[], answer: Answer): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? "");
    const { status = 200, headers = {}, body = "" } = answer(request.url ?? "", request);
    response.writeHead(status, { "content-type": "text/html; charset=utf-8", ...headers }).end(body);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return { url: `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`, asked };
}

export const page = (title: string, body: string, head = "") => `<html><head><title>${title}</title>${head}</head><body><p>${body}</p></body></html>`;
