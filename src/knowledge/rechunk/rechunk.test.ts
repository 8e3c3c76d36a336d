import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { makeDatabase, startTestApp } from "../../../test/start-test-app.ts";
import { ensureTenant } from "../../identity/identity.store.ts";
import { systemClock } from "../../lib/clock.ts";
import { createLog } from "../../lib/log.ts";
import type { Embedder } from "../../models/embeddings/embedder.ts";
import { openDatabase } from "../../storage/database.ts";
import { migrate } from "../../storage/migrate.ts";
import { createEmbeddedIndex } from "../adapters/embedded.ts";
import { answerExtractively } from "../answer-extractive.ts";
import { chunkerOf, DEFAULT_CHUNK_LIMITS } from "../chunk-markdown.ts";
import { getCitedDocument } from "../get-document.ts";
import { importFolder } from "../import-folder.ts";
import { listManagedDocuments, readManagedDocument } from "../managed-document.store.ts";
import { loadPassages, retrieve } from "../retrieve.ts";
import { countChanges, listVersions } from "../snapshots/snapshot.store.ts";
import { rollBackKnowledge } from "../snapshots/snapshots.ts";
import { embedChunks } from "../sync/embed-chunks.ts";
import { createTenantIndexes } from "../tenant-index.ts";
import { needsRechunk, wantChunker } from "./rechunk.store.ts";
import { runRechunk } from "./run-rechunk.ts";

const log = createLog({ level: "error", isPretty: true, write: () => {} });
const small = { targetTokens: 40, hardTokens: 80, overlapTokens: 0 };
const rows = Array.from({ length: 60 }, (_, number) => `| Country${number} | ${number + 3} working days | ${number}.50 euros |`).join("\n");

/** A tenant with two documents, an index, and a folder that may be taken away. */
async function startHouse(cleanup: AsyncDisposableStack) {
  const folder = await mkdtemp(join(tmpdir(), "baton-rechunk-"));
  cleanup.defer(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, "times.md"), `---\ntitle: Delivery times\naudience: [public]\n---\n| Country | Standard delivery | Price |\n| --- | --- | --- |\n${rows}\n`);
  await writeFile(join(folder, "returns.md"), "---\ntitle: Returns\naudience: [public]\n---\nYou have 30 days to return a tent.\n");
  const { owner } = await makeDatabase();
  await migrate(owner);
  const database = cleanup.adopt(openDatabase({ connectionString: owner, maxConnections: 3, log }), (opened) => opened.close());
  await ensureTenant(database, "acme", "Acme");
  const index = cleanup.adopt(createEmbeddedIndex({ threads: 1 }), (opened) => opened.close());
  const indexes = createTenantIndexes({ database, index, clock: systemClock });
  const onKnowledgeChanged = (tenantId: string) => indexes.onKnowledgeChanged(tenantId);
  const deps = { database, clock: systemClock, log, onKnowledgeChanged };
  return {
    folder, database, deps, indexes,
    take: () => importFolder(deps, { tenantId: "acme", folder }),
    find: (query: string) => retrieve({ index, indexes }, { tenantId: "acme", audiences: ["public"], query, limit: 3 }),
    chunks: async () => {
      const documents = await listManagedDocuments(database, "acme", { sourceId: null, query: null, after: null, limit: 10 });
      return Promise.all(documents.map(async ({ id }) => (await readManagedDocument(database, "acme", { id, version: null }))?.chunks.length));
    },
  };
}

test("documents are cut anew out of what is stored; the old index serves until one switch, and that has its vectors", async () => {
  await using cleanup = new AsyncDisposableStack();
  const { folder, database, deps, indexes, take, find, chunks } = await startHouse(cleanup);
  const embedder: Embedder = { id: "one", dimensions: 2, handling: "inside", embed: (texts) => Promise.resolve(texts.map((text) => Float32Array.from([text.length, 1]))) };
  const embed = () => embedChunks({ ...deps, embedder }, "acme", new AbortController().signal);
  await take();
  await embed();
  const before = await indexes.ensureCurrent("acme");
  assert.deepEqual(await chunks(), [1, 1]);
  await rm(folder, { recursive: true });

  const chunker = chunkerOf(small);
  assert.equal(await needsRechunk(database, "acme", chunker), false, "nobody has asked for it");
  await wantChunker(database, "acme", chunker);
  assert.equal(await needsRechunk(database, "acme", chunker), true);
  const steps: string[] = [];
  let made = 0;
  const durable = {
    async step<T>(name: string, work: (signal: AbortSignal) => Promise<T>) {
      steps.push(name);
      if (name === "vectors") assert.deepEqual([await chunks(), (await find("Country47 delivery"))[0]?.text.includes("Country3 ")], [[1, 1], true], "what is served has not changed yet");
      return work(new AbortController().signal);
    },
    async sleep() {
      made += await embed();
    },
  };
  assert.equal(await runRechunk({ ...deps, chunks: DEFAULT_CHUNK_LIMITS }, durable, { tenantId: "acme", chunker }), 0, "a process that cuts otherwise leaves it");
  steps.length = 0;
  assert.equal(await runRechunk({ ...deps, chunks: small }, durable, { tenantId: "acme", chunker }), 2);
  assert.ok(steps.includes("vectors") && made > 10, `${made} texts were embedded before the switch`);
  const [, many = 0] = (await chunks()).toSorted((left = 0, right = 0) => left - right);
  assert.ok(many > 10, `${many} chunks`);
  assert.equal(await embed(), 0);
  assert.equal(await needsRechunk(database, "acme", chunker), false);
  const [latest] = await listVersions(database, "acme", { before: null, limit: 1 });
  assert.deepEqual([latest?.reason, latest?.subject], ["rechunk", chunker]);
  const now = await indexes.ensureCurrent("acme");
  assert.deepEqual(await countChanges(database, "acme", { from: before, to: now }), { added: 0, changed: 0, removed: 0 }, "no document has changed for people");
  assert.deepEqual((await find("Country47 delivery")).map(({ text }) => text.includes("Country47"))[0], true);
  await rollBackKnowledge(deps, { tenantId: "acme", to: String(before), sourceId: null, by: "test" });
  assert.ok((await chunks()).includes(many), "a rollback does not bring the old cut back");
});

test("a chunk of a cut table is found by its head's words, told with them and cited without", async () => {
  await using cleanup = new AsyncDisposableStack();
  const { database, deps, take, find } = await startHouse(cleanup);
  await take();
  await wantChunker(database, "acme", chunkerOf(small));
  const here = { step: <T>(_: string, work: (signal: AbortSignal) => Promise<T>) => work(new AbortController().signal), sleep: () => Promise.resolve() };
  await runRechunk({ ...deps, chunks: small }, here, { tenantId: "acme", chunker: chunkerOf(small) });
  const question = "How long is standard delivery to Country47?";
  const passages = await find(question);
  const best = passages[0] ?? assert.fail("nothing was found");
  assert.ok(best.lead?.startsWith("| Country | Standard delivery |") && best.text.includes("Country47") && !best.text.includes("Standard"), JSON.stringify(best));
  const [loaded] = await loadPassages({ database }, { tenantId: "acme", audiences: ["public"], chunkIds: [best.chunkId] });
  assert.equal(loaded?.lead, best.lead);
  const answer = answerExtractively({ question, passages });
  assert.ok(answer.kind === "answer", answer.kind);
  assert.match(answer.text, /Country47: Standard delivery 50 working days, Price 47\.50 euros/);
  assert.ok(answer.citations.every(({ quote }) => best.text.includes(quote) && quote.includes("Country47")));
});

test("what was cited before opens its source with the span in it after the documents were cut anew", async () => {
  await using cleanup = new AsyncDisposableStack();
  const { database, deps, take, find } = await startHouse(cleanup);
  await take();
  const [old] = await find("Country47 delivery");
  if (old === undefined) return assert.fail("nothing was found");
  const quote = "| Country47 | 50 working days | 47.50 euros |";
  await wantChunker(database, "acme", chunkerOf(small));
  const here = { step: <T>(_: string, work: (signal: AbortSignal) => Promise<T>) => work(new AbortController().signal), sleep: () => Promise.resolve() };
  assert.equal(await runRechunk({ ...deps, chunks: small }, here, { tenantId: "acme", chunker: chunkerOf(small) }), 2);
  const [now] = await find("Country47 delivery");
  assert.notEqual(now?.chunkId, old.chunkId);
  const cited = await getCitedDocument({ database }, { tenantId: "acme", audiences: ["public"], id: old.documentId, quote });
  assert.deepEqual([cited?.isCurrent, cited?.document.body.includes(quote)], [true, true]);
  for (const chunk of [old, now]) {
    const [loaded] = await loadPassages({ database }, { tenantId: "acme", audiences: ["public"], chunkIds: [chunk?.chunkId ?? ""] });
    if (loaded === undefined) return assert.fail("the chunk is gone");
    assert.equal(cited?.document.body.slice(loaded.startOffset, loaded.startOffset + loaded.text.length), loaded.text, "the chunk's place in the source holds, of the old cut and of the new one");
  }
});

test("a running Baton finds by itself what was cut in another way, and its engine does the work", async () => {
  await using house = await startTestApp();
  const { database, workspace: { tenantId } } = house.running.app;
  await database.query(tenantId, { name: "test_uncut", text: "update document set chunker = 'older' where tenant_id = $1 and to_version is null" }, [tenantId]);
  const rechunks = async () => (await listVersions(database, tenantId, { before: null, limit: 5 })).filter(({ reason }) => reason === "rechunk").length;
  for (let tries = 0; (await rechunks()) === 0; tries += 1) {
    assert.ok(tries < 300, "the documents were cut");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.equal(await needsRechunk(database, tenantId, chunkerOf()), false);
});
