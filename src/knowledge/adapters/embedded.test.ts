import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import { after, test } from "node:test";
import { chunkFor, direction, manyChunks, searchIndexContract } from "../search-index.contract.ts";
import { createEmbeddedIndex } from "./embedded.ts";
import { createLinearScanIndex } from "./linear-scan.ts";

const index = createEmbeddedIndex({ threads: 2 });
after(() => index.close());

searchIndexContract("embedded", () => index);

/** The threads as they are, but ending at once when they are sent `word`. */
function dyingAt(file: string, word: string): URL {
  const code = `import { parentPort } from "node:worker_threads"; parentPort.on("message", (message) => { if (JSON.stringify(message).includes(${JSON.stringify(word)})) process.exit(1); }); await import(${JSON.stringify(new URL(file, import.meta.url).href)});`;
  return new URL(`data:text/javascript,${encodeURIComponent(code)}`);
}

const dying = { search: dyingAt("../index/threads/search-thread.ts", "poison"), build: dyingAt("../index/threads/build-thread.ts", "poison") };

test("a search that ends its thread fails as retryable, the thread starts again, and others are answered", async () => {
  const fragile = createEmbeddedIndex({ threads: 1, files: dying });
  try {
    await fragile.replace("shop", 1, [chunkFor({ chunkId: "tent", text: "tent" })]);
    const ask = (query: string) => fragile.search({ tenantId: "shop", audiences: ["public"], query, limit: 5 });
    const [first, bad, last] = await Promise.allSettled([ask("tent"), ask("poison"), ask("tents")]);
    deepStrictEqual([first?.status, bad?.status, last?.status], ["fulfilled", "rejected", "fulfilled"]);
    ok(bad?.status === "rejected" && bad.reason instanceof Error && "isRetryable" in bad.reason && bad.reason.isRetryable === true);
    strictEqual((await ask("tent")).length, 1);
    await fragile.apply("shop", { from: 1, to: 2, removedDocumentIds: [], chunks: [chunkFor({ chunkId: "boots", text: "boots" })] });
    strictEqual((await ask("boots")).length, 1);
  } finally {
    await fragile.close();
  }
});

test("a change that ends the building thread fails as retryable and changes nothing, and the next one succeeds", async () => {
  const fragile = createEmbeddedIndex({ threads: 1, files: dying });
  try {
    await fragile.replace("shop", 1, [chunkFor({ chunkId: "tent", text: "tent" })]);
    const used = fragile.state().usedBytes;
    await rejects(fragile.replace("shop", 2, [chunkFor({ chunkId: "bad", text: "poison" })]), { code: "knowledge.index_unavailable", isRetryable: true });
    deepStrictEqual([fragile.versionOf("shop"), fragile.state().usedBytes], [1, used]);
    await fragile.replace("shop", 3, [chunkFor({ chunkId: "boots", text: "boots" })]);
    deepStrictEqual((await fragile.search({ tenantId: "shop", audiences: ["public"], query: "boots tent", limit: 5 })).map((hit) => hit.chunk.chunkId), ["boots"]);
  } finally {
    await fragile.close();
  }
});

test("a full memory gives up the tenant that was not asked for longest, whose search then fails as retryable until it is filled again", async () => {
  const small = createEmbeddedIndex({ threads: 1, memoryBytes: 2 ** 20, keptMs: 0 });
  try {
    const search = (tenantId: string) => small.search({ tenantId, audiences: ["public"], query: "parcel", vector: manyChunks(1, 20)[0]?.vector ?? null, limit: 5 });
    const chunks = manyChunks(250, 20);
    await small.replace("a", 1, chunks);
    await small.replace("b", 1, chunks);
    strictEqual((await search("a")).length, 5);
    for (let number = 0; small.state().evicted === 0; number += 1) {
      await small.replace(`c${number}`, 1, chunks);
      if (small.state().evicted === 0) await search("a");
    }
    strictEqual(small.versionOf("b"), null);
    strictEqual(small.versionOf("a"), 1);
    await rejects(search("b"), { code: "knowledge.index_unavailable", isRetryable: true });
    await small.replace("b", 2, chunks);
    strictEqual((await search("b")).length, 5);
    await rejects(small.replace("huge", 1, manyChunks(3_000, 20)), { code: "knowledge.index_full" });
    ok(small.state().usedBytes <= 2 ** 20);
  } finally {
    await small.close();
  }
});

test("what is dropped or replaced is free again: a hundred changes take no more memory than one", async () => {
  const one = createEmbeddedIndex({ threads: 1, memoryBytes: 2 ** 22 });
  try {
    const chunks = manyChunks(300, 20);
    await one.replace("shop", 0, chunks);
    const used = one.state().usedBytes;
    for (let version = 0; version < 100; version += 1) {
      if (version % 10 === 0) await one.replace("shop", version + 1, chunks);
      else strictEqual(await one.apply("shop", { from: version, to: version + 1, removedDocumentIds: [`doc_${version % 10}`], chunks: chunks.filter((chunk) => chunk.documentId === `doc_${version % 10}`) }), true);
    }
    ok(one.state().usedBytes < used * 1.5);
    await one.drop("shop");
    strictEqual(one.state().usedBytes, 0);
  } finally {
    await one.close();
  }
});

test("searches and changes at the same time: each answer is of one version, whole", async () => {
  const versionOf = (version: number) => Array.from({ length: 40 }, (_, number) => chunkFor({ chunkId: `v${version}_${number}`, documentId: `v${version}_${number}`, text: "tent", vector: direction(number) }));
  await index.replace("busy", 1, versionOf(1));
  let isOver = false;
  const seen = new Set<string>();
  const searcher = async () => {
    while (!isOver) {
      const hits = await index.search({ tenantId: "busy", audiences: ["public"], query: "tent", vector: direction(3), limit: 40 });
      const versions = new Set(hits.map((hit) => hit.chunk.chunkId.split("_")[0] ?? ""));
      strictEqual(hits.length, 40);
      strictEqual(versions.size, 1);
      for (const version of versions) seen.add(version);
    }
  };
  const searchers = Array.from({ length: 8 }, searcher);
  for (let version = 2; version <= 15; version += 1) {
    if (version % 2 === 0) await index.replace("busy", version, versionOf(version));
    else await index.apply("busy", { from: version - 1, to: version, removedDocumentIds: versionOf(version - 1).map((chunk) => chunk.documentId), chunks: versionOf(version) });
  }
  isOver = true;
  await Promise.all(searchers);
  ok(seen.size > 2);
});

test("many chunks in several segments: the nearest are those of the exact reference", async () => {
  const exact = createLinearScanIndex();
  const chunks = manyChunks(6_000, 64).map((chunk, number) => ({ ...chunk, vector: Float32Array.from({ length: 64 }, (_, at) => Math.sin((number + 1) * (at + 1) * 0.37) + Math.cos(number * 0.011 * (at + 3))) }));
  for (const each of [index, exact]) {
    await each.replace("wide", 1, chunks.slice(0, 4_000));
    await each.apply("wide", { from: 1, to: 2, removedDocumentIds: [], chunks: chunks.slice(4_000, 5_200) });
    await each.apply("wide", { from: 2, to: 3, removedDocumentIds: ["doc_7"], chunks: chunks.slice(5_200) });
  }
  let found = 0;
  for (let number = 0; number < 40; number += 1) {
    const request = { tenantId: "wide", audiences: ["public"], query: "", vector: chunks[number * 149]?.vector ?? null, limit: 10 };
    const expected = new Set((await exact.search(request)).map((hit) => hit.chunk.chunkId));
    found += (await index.search(request)).filter((hit) => expected.has(hit.chunk.chunkId)).length;
  }
  ok(found >= 0.97 * 400, `${found} of 400`);
});
