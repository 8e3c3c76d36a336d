import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { makeDatabase } from "../../../test/start-test-app.ts";
import { ensureTenant } from "../../identity/identity.store.ts";
import { systemClock } from "../../lib/clock.ts";
import { createLog } from "../../lib/log.ts";
import type { Embedder } from "../../models/embeddings/embedder.ts";
import { openDatabase } from "../../storage/database.ts";
import { migrate } from "../../storage/migrate.ts";
import { createEmbeddedIndex } from "../adapters/embedded.ts";
import { chunkerOf } from "../chunk-markdown.ts";
import { importFolder } from "../import-folder.ts";
import { retrieve } from "../retrieve.ts";
import { embedChunks } from "../sync/embed-chunks.ts";
import { createTenantIndexes } from "../tenant-index.ts";
import { wantChunker } from "./rechunk.store.ts";
import { runRechunk } from "./run-rechunk.ts";

const log = createLog({ level: "error", isPretty: true, write: () => {} });
const small = { targetTokens: 40, hardTokens: 80, overlapTokens: 0 };
const TENANT = "acme";
const MOST = 8;
const AT_ONCE = 3;

/** Documents that all hold the same words many times over, so that every search has more to give than it may. */
const article = (number: number) => `---\ntitle: Route ${number}\naudience: [public]\n---\n${Array.from({ length: 12 }, (_, part) => `The lantern ferry ${number} leaves from pier ${part} at ${part + 6} o'clock and takes ${number + part} guests across the harbour to island ${part * 7 + number}.`).join("\n\n")}\n`;

const embedder = (id: string, dimensions: number): Embedder => ({
  id, dimensions, handling: "inside",
  async embed(texts, kind) {
    // As a model in a thread or over the network: meanwhile the index may go on to other vectors.
    if (kind === "query") await sleep(15);
    return texts.map((text) => Float32Array.from({ length: dimensions }, (_, at) => 1 + (text.charCodeAt(at * 3) % 7)));
  },
});

/** A tenant with so many documents, and processes that each have an index of their own. */
async function startFerry(cleanup: AsyncDisposableStack, documents: number) {
  const folder = await mkdtemp(join(tmpdir(), "baton-serve-"));
  cleanup.defer(() => rm(folder, { recursive: true, force: true }));
  for (let number = 0; number < documents; number += 1) await writeFile(join(folder, `${number}.md`), article(number));
  const { owner } = await makeDatabase();
  await migrate(owner);
  const database = cleanup.adopt(openDatabase({ connectionString: owner, maxConnections: 6, log }), (opened) => opened.close());
  await ensureTenant(database, TENANT, TENANT);
  const openProcess = () => {
    const index = cleanup.adopt(createEmbeddedIndex({ threads: 1 }), (opened) => opened.close());
    return { index, indexes: createTenantIndexes({ database, index, clock: systemClock }) };
  };
  const [worker, web] = [openProcess(), openProcess()];
  const deps = { database, clock: systemClock, log, onKnowledgeChanged: (tenantId: string) => worker.indexes.onKnowledgeChanged(tenantId) };
  await importFolder(deps, { tenantId: TENANT, folder });
  return { database, deps, processes: [worker, web] as const };
}

type Ferry = Awaited<ReturnType<typeof startFerry>>;

/** Searches in every process, several at once, without a pause until `work` has ended and its outcome has reached all of them. Returns each answer's chunk ids. */
async function searchDuring(ferry: Ferry, model: Embedder | null, work: () => Promise<void>): Promise<string[][]> {
  let isOver = false;
  const answers: string[][] = [];
  const searching = ferry.processes.flatMap((each) => Array.from({ length: AT_ONCE }, () => each)).map(async ({ index, indexes }, place) => {
    for (let number = 0; !isOver; number += 1) {
      const passages = await retrieve({ index, indexes, embedder: model }, { tenantId: TENANT, audiences: ["public"], query: `When does the lantern ferry ${(number * 7 + place) % 60} leave from pier ${number % 12}?`, limit: MOST });
      answers.push(passages.map(({ chunkId }) => chunkId));
    }
  });
  const working = async () => {
    try {
      await work();
      // Another process looks for a new version once a second.
      await sleep(1_500);
    } finally {
      isOver = true;
    }
  };
  const ended = await Promise.allSettled([working(), ...searching]);
  for (const each of ended) if (each.status === "rejected") throw each.reason;
  return answers;
}

/** The way each chunk was cut, by its id. */
async function cutsOf({ database }: Ferry): Promise<Map<string, string>> {
  const rows = await database.query(TENANT, { name: "test_cuts", text: "select id, revision from chunk where tenant_id = $1" }, [TENANT]);
  return new Map(rows.map((row) => [String(row["id"]), String(row["revision"]).split(".")[1] ?? ""]));
}

for (const [documents, way] of [[30, "by what changed"], [90, "as a whole"]] as const) {
  test(`while ${documents} documents are cut anew (the index follows ${way}), every search has its full answer, all of one cut`, async () => {
    await using cleanup = new AsyncDisposableStack();
    const ferry = await startFerry(cleanup, documents);
    const model = embedder("one", 4);
    const embed = () => embedChunks({ ...ferry.deps, embedder: model }, TENANT, new AbortController().signal);
    await embed();
    await wantChunker(ferry.database, TENANT, chunkerOf(small));
    const durable = {
      step: <T>(_: string, work: (signal: AbortSignal) => Promise<T>) => work(new AbortController().signal),
      sleep: async () => {
        await embed();
      },
    };
    const answers = await searchDuring(ferry, model, async () => {
      assert.equal(await runRechunk({ ...ferry.deps, chunks: small }, durable, { tenantId: TENANT, chunker: chunkerOf(small) }), documents);
    });
    const cuts = await cutsOf(ferry);
    const seen = answers.map((ids) => [...new Set(ids.map((id) => cuts.get(id)))]);
    assert.ok(answers.every((ids) => ids.length === MOST), `of ${answers.length} answers ${answers.filter((ids) => ids.length < MOST).length} were short`);
    assert.ok(seen.every((each) => each.length === 1), `of ${answers.length} answers ${seen.filter((each) => each.length > 1).length} were mixed`);
    assert.equal(new Set(seen.flat()).size, 2, "there were answers of the old cut and of the new one");
  });
}

test("a search whose question is embedded while the index goes on to another model has its full answer, by words", async () => {
  await using cleanup = new AsyncDisposableStack();
  const ferry = await startFerry(cleanup, 30);
  const embed = (model: Embedder) => embedChunks({ ...ferry.deps, embedder: model }, TENANT, new AbortController().signal);
  const [one, two] = [embedder("one", 4), embedder("two", 6)];
  await embed(one);
  const [{ index, indexes }] = ferry.processes;
  const slow: Embedder = {
    ...one,
    async embed(texts, kind, signal, context) {
      await embed(two);
      await indexes.ensureCurrent(TENANT);
      return one.embed(texts, kind, signal, context);
    },
  };
  const passages = await retrieve({ index, indexes, embedder: slow }, { tenantId: TENANT, audiences: ["public"], query: "When does the lantern ferry 7 leave from pier 3?", limit: MOST });
  assert.equal(passages.length, MOST);
});

test("while all texts are embedded by another model, every search has its full answer, in processes that ask by the old model and by the new one", async () => {
  await using cleanup = new AsyncDisposableStack();
  const ferry = await startFerry(cleanup, 90);
  const embed = (model: Embedder) => embedChunks({ ...ferry.deps, embedder: model }, TENANT, new AbortController().signal);
  const models = [embedder("one", 4), embedder("two", 6), embedder("three", 5), embedder("four", 3)];
  const [one, two] = models;
  if (one === undefined || two === undefined) return assert.fail("no models");
  await embed(one);
  for (const next of models.slice(1)) {
    for (const asking of [one, next]) {
      await embed(one);
      const answers = await searchDuring(ferry, asking, async () => {
        assert.ok((await embed(next)) >= 90);
      });
      assert.ok(answers.length > 20 && answers.every((ids) => ids.length === MOST), `of ${answers.length} answers ${answers.filter((ids) => ids.length < MOST).length} were short`);
      assert.deepEqual(ferry.processes.map(({ indexes }) => indexes.modelOf(TENANT)), [next.id, next.id]);
    }
  }
});
