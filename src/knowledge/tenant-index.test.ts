import assert from "node:assert/strict";
import { mkdtemp, rm, unlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { makeDatabase } from "../../test/start-test-app.ts";
import { ensureTenant } from "../identity/identity.store.ts";
import { systemClock } from "../lib/clock.ts";
import { createLog } from "../lib/log.ts";
import type { Embedder } from "../models/embeddings/embedder.ts";
import { openDatabase, type Database } from "../storage/database.ts";
import { migrate } from "../storage/migrate.ts";
import { createEmbeddedIndex } from "./adapters/embedded.ts";
import { importFolder } from "./import-folder.ts";
import { retrieve } from "./retrieve.ts";
import type { SearchIndex } from "./search-index.ts";
import { embedChunks } from "./sync/embed-chunks.ts";
import { wantEmbedder } from "./sync/vector.store.ts";
import { createTenantIndexes } from "./tenant-index.ts";

const log = createLog({ level: "error", isPretty: true, write: () => {} });
let database: Database;
let root: string;
let houses = 0;

before(async () => {
  const { owner } = await makeDatabase();
  await migrate(owner);
  database = openDatabase({ connectionString: owner, maxConnections: 4, log });
  root = await mkdtemp(join(tmpdir(), "baton-tenant-index-"));
});
after(async () => {
  await database.close();
  await rm(root, { recursive: true, force: true });
});

const embedder = (id: string): Embedder => ({ id, dimensions: 2, handling: "inside", embed: (texts) => Promise.resolve(texts.map((text) => Float32Array.from([1, text.length]))) });

/** A tenant with a folder, and one process whose index can be held up and tells what it was asked to do. */
async function startHouse() {
  const tenantId = `house${(houses += 1)}`;
  await ensureTenant(database, tenantId, tenantId);
  const folder = await mkdtemp(join(root, "folder-"));
  const inner = createEmbeddedIndex({ threads: 1 });
  const asked: string[] = [];
  let gate: Promise<void> = Promise.resolve();
  const index: SearchIndex = {
    ...inner,
    async replace(...given) {
      asked.push("replace");
      await gate;
      return inner.replace(...given);
    },
    apply(...given) {
      asked.push(`apply ${given[1].chunks.length}`);
      return inner.apply(...given);
    },
  };
  let aheadMs = 0;
  const indexes = createTenantIndexes({ database, index, clock: { ...systemClock, nowMs: () => systemClock.nowMs() + aheadMs } });
  const deps = { database, clock: systemClock, log, onKnowledgeChanged: () => {} };
  return {
    tenantId, index, indexes, asked,
    write: (name: string, text: string) => writeFile(join(folder, name), `---\ntitle: ${name}\naudience: [public]\n---\n${text}\n`),
    remove: (name: string) => unlink(join(folder, name)),
    /** As another process does it: this one is not told. */
    import: () => importFolder(deps, { tenantId, folder }),
    embed: (model: Embedder) => embedChunks({ ...deps, embedder: model }, tenantId, new AbortController().signal),
    titles: async (query: string) => (await retrieve({ index, indexes }, { tenantId, audiences: ["public"], query, limit: 9 })).map(({ title }) => title).sort(),
    pass: (ms: number) => (aheadMs += ms),
    hold() {
      const held = Promise.withResolvers<void>();
      gate = held.promise;
      return () => held.resolve();
    },
    [Symbol.asyncDispose]: () => inner.close(),
  };
}

test("what another process has closed is in no search that begins after it", async () => {
  await using house = await startHouse();
  for (const name of ["a.md", "b.md", "c.md"]) await house.write(name, "the zeppelin anchor");
  await house.import();
  assert.deepEqual(await house.titles("zeppelin"), ["a.md", "b.md", "c.md"]);
  await house.remove("b.md");
  await house.import();
  assert.deepEqual(await house.titles("zeppelin"), ["a.md", "c.md"], "though the index is up to a second behind");
});

test("whoever joins a long fill finds what was stored when they joined", async () => {
  await using house = await startHouse();
  await house.write("a.md", "the zeppelin anchor");
  await house.import();
  const release = house.hold();
  const first = house.indexes.ensureCurrent(house.tenantId);
  while (house.asked.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  await house.write("b.md", "the zeppelin rope");
  await house.import();
  house.pass(40_000);
  const joined = house.titles("zeppelin");
  release();
  await first;
  assert.deepEqual(await joined, ["a.md", "b.md"]);
});

test("a document that gets its vectors later is taken in by itself, and nothing is filled anew", async () => {
  await using house = await startHouse();
  for (const name of ["a.md", "b.md", "c.md"]) await house.write(name, `the zeppelin anchor of ${name}`);
  await house.import();
  await house.embed(embedder("one"));
  await house.titles("zeppelin");
  house.asked.length = 0;
  await house.write("d.md", "the zeppelin rope");
  await house.import();
  house.indexes.onKnowledgeChanged(house.tenantId);
  assert.deepEqual(await house.titles("rope"), ["d.md"]);
  await house.embed(embedder("one"));
  house.indexes.onKnowledgeChanged(house.tenantId);
  await house.titles("rope");
  assert.deepEqual(house.asked, ["apply 1", "apply 1"]);
  const [hit] = await house.index.search({ tenantId: house.tenantId, audiences: ["public"], query: "rope", vector: Float32Array.from([1, 1]), limit: 1 });
  assert.ok(hit?.vector, "it has its vector");
});

test("vectors that a process left behind unserved are served by the next one", async () => {
  await using house = await startHouse();
  await house.write("a.md", "the zeppelin anchor");
  await house.import();
  await house.embed(embedder("one"));
  await house.write("b.md", "the zeppelin rope");
  await house.import();
  const dying = new AbortController();
  const last: Embedder = { ...embedder("one"), embed: async (texts, ...rest) => (dying.abort(), embedder("one").embed(texts, ...rest)) };
  await embedChunks({ database, clock: systemClock, log, embedder: last, onKnowledgeChanged: () => {} }, house.tenantId, dying.signal);
  const before = await house.indexes.ensureCurrent(house.tenantId);
  assert.equal(await house.embed(embedder("one")), 0, "nothing is made again");
  house.indexes.onKnowledgeChanged(house.tenantId);
  assert.equal(await house.indexes.ensureCurrent(house.tenantId), before + 1);
});

test("while vectors of another model come in, searches go on by the words of the index as it was", async () => {
  await using house = await startHouse();
  for (const name of ["a.md", "b.md", "c.md"]) await house.write(name, `the zeppelin anchor of ${name}`);
  await house.import();
  await house.embed(embedder("one"));
  await house.titles("zeppelin");
  await house.embed(embedder("two"));
  house.indexes.onKnowledgeChanged(house.tenantId);
  const release = house.hold();
  assert.deepEqual(await house.titles("zeppelin"), ["a.md", "b.md", "c.md"]);
  await house.remove("b.md");
  await house.import();
  house.indexes.onKnowledgeChanged(house.tenantId);
  assert.deepEqual([await house.titles("zeppelin"), house.indexes.modelOf(house.tenantId)], [["a.md", "c.md"], null], "but what was closed meanwhile is shown to nobody");
  release();
  for (let tries = 0; house.indexes.modelOf(house.tenantId) !== "two" && tries < 200; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    await house.titles("zeppelin");
  }
  assert.equal(house.indexes.modelOf(house.tenantId), "two");
});

test("of two processes with different models the one that started last makes the vectors, and neither takes the other's away for ever", async () => {
  await using house = await startHouse();
  await house.write("a.md", "the zeppelin anchor");
  await house.import();
  await wantEmbedder(database, house.tenantId, "one");
  assert.equal(await house.embed(embedder("one")), 1);
  await wantEmbedder(database, house.tenantId, "two");
  assert.deepEqual([await house.embed(embedder("two")), await house.embed(embedder("one")), await house.embed(embedder("two"))], [1, 0, 0]);
});
