import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureTenant } from "../../src/identity/identity.store.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { createLog } from "../../src/lib/log.ts";
import { createEmbeddedIndex } from "../../src/knowledge/adapters/embedded.ts";
import { documentIdOf, importFolder } from "../../src/knowledge/import-folder.ts";
import { retrieve, type Passage, type RetrieveInput } from "../../src/knowledge/retrieve.ts";
import { embedChunks } from "../../src/knowledge/sync/embed-chunks.ts";
import { createTenantIndexes } from "../../src/knowledge/tenant-index.ts";
import type { Embedder } from "../../src/models/embeddings/embedder.ts";
import { openDatabase } from "../../src/storage/database.ts";
import { startBenchServers } from "../servers.ts";

/** `key` is the data set's own id of the text. */
export type Entry = { key: string; title: string; body: string; brand?: string };

/** A passage with the key of the entry it was cut from; null when it is of no entry of the tenant that was asked. */
export type Found = Passage & { key: string | null };

/** Tenants with their documents in a real store, under a real index: what is searched here is searched as the product does. */
export type Library = AsyncDisposable & {
  add(tenantId: string, entries: readonly Entry[]): Promise<void>;
  /** Makes the vectors of all chunks as the product does, and serves them from now on. Returns how many texts that were. */
  embed(embedder: Embedder): Promise<number>;
  find(input: Omit<RetrieveInput, "audiences">): Promise<Found[]>;
  keys(tenantId: string): ReadonlyMap<string, string>;
};

const AUDIENCES = ["public"];

export async function openLibrary(): Promise<Library> {
  await using cleanup = new AsyncDisposableStack();
  const servers = cleanup.use(await startBenchServers());
  const log = createLog({ level: "error", isPretty: true });
  const database = cleanup.adopt(openDatabase({ connectionString: servers.databaseUrl, maxConnections: 4, log }), (each) => each.close());
  const index = cleanup.adopt(createEmbeddedIndex(), (each) => each.close());
  const indexes = createTenantIndexes({ database, index, clock: systemClock });
  const folder = cleanup.adopt(await mkdtemp(join(tmpdir(), "baton-retrieval-")), (each) => rm(each, { recursive: true, force: true }));
  const keys = new Map<string, Map<string, string>>();
  let embedder: Embedder | null = null;
  const owned = cleanup.move();
  return {
    async add(tenantId, entries) {
      await ensureTenant(database, tenantId, tenantId);
      const place = join(folder, tenantId);
      await mkdir(place);
      for (const [number, entry] of entries.entries()) await writeFile(join(place, `${number}.md`), articleOf(entry));
      const { failed } = await importFolder({ database, clock: systemClock, onKnowledgeChanged: (id) => indexes.onKnowledgeChanged(id) }, { tenantId, folder: place });
      if (failed.length > 0) throw new Error(`${failed.length} entries were not taken, the first (${failed[0]?.path}) because: ${failed[0]?.reason}`);
      keys.set(tenantId, new Map(entries.map((entry, number) => [documentIdOf(tenantId, `${number}.md`), entry.key])));
      await indexes.ensureCurrent(tenantId);
    },
    async embed(model) {
      const deps = { database, clock: systemClock, log, embedder: model, onKnowledgeChanged: (id: string) => indexes.onKnowledgeChanged(id) };
      let made = 0;
      for (const tenantId of keys.keys()) made += await embedChunks(deps, tenantId, new AbortController().signal);
      embedder = model;
      return made;
    },
    async find(input) {
      const passages = await retrieve({ index, indexes, embedder }, { ...input, audiences: AUDIENCES });
      return passages.map((passage) => ({ ...passage, key: keys.get(input.tenantId)?.get(passage.documentId) ?? null }));
    },
    keys: (tenantId) => keys.get(tenantId) ?? new Map<string, string>(),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function articleOf({ title, body, brand }: Entry): string {
  const front = { title, audience: AUDIENCES, ...(brand === undefined ? {} : { brand }) };
  return `---\n${Object.entries(front).map(([name, value]) => `${name}: ${JSON.stringify(value)}`).join("\n")}\n---\n\n${body}\n`;
}
