import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import { test } from "node:test";
import fc from "fast-check";
import { createLinearScanIndex } from "./adapters/linear-scan.ts";
import type { IndexChunk, SearchFilter, SearchIndex } from "./search-index.ts";

/** A chunk for tests; what is not given is plain. */
export function chunkFor(given: Partial<IndexChunk> & { chunkId: string; text: string }): IndexChunk {
  return { documentId: `doc_of_${given.chunkId}`, title: "Help", heading: "", startOffset: 0, audiences: ["public"], ...given };
}

const SHOP = [
  chunkFor({ chunkId: "returns", title: "Return an order", heading: "How long you have", text: "Unused items can be returned within 30 days of delivery." }),
  chunkFor({ chunkId: "refunds", title: "Refunds", heading: "How long it takes", text: "The money arrives on your card within 5 working days." }),
  chunkFor({ chunkId: "tents", title: "Care for a tent", text: "Dry the tent before you put it away. Café crème stains need soap." }),
  chunkFor({ chunkId: "limits", title: "Goodwill limits", text: "An agent may return up to 20 euros without asking.", audiences: ["employee"] }),
  chunkFor({ chunkId: "boots", title: "Boots", text: "Wax leather boots twice a year." }),
  chunkFor({ chunkId: "jackets", title: "Jackets", text: "Wash a down jacket with down wash." }),
];

const HOSTILE = ["", " ", '"', '"" OR ""', "NEAR(a b", "title:", "-return*", "a AND NOT b", "^", "(((((", "\u0000\u0001\u001b[31m", "\ud800", "'; drop table word; --", "tent ".repeat(20_000), "🇸🇪🏕️", "a".repeat(100_000), "מה שלום", "ลูกค้า", "{}", "%_%", "\\"];

/** Directions in the plane: chunks by angle, so that what is nearest can be read off. */
export function direction(degrees: number): Float32Array {
  return Float32Array.of(Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180), 0);
}

const FILTERED = [
  chunkFor({ chunkId: "old-en", text: "tent poles", language: "en", product: "tent", brand: "alpha", updatedAtMs: 1_000, vector: direction(0) }),
  chunkFor({ chunkId: "new-en", text: "tent pegs", language: "en", product: "tent", brand: "beta", updatedAtMs: 9_000, vector: direction(30) }),
  chunkFor({ chunkId: "german", text: "tent stange", language: "de", product: null, updatedAtMs: 9_000, vector: direction(60) }),
  chunkFor({ chunkId: "plain", text: "tent", vector: direction(90) }),
];

const WORDS = "return refund parcel tent boots jacket label invoice password gift voucher warranty repair sleeping stove canister customs express address cancel".split(" ");

/** Chunks whose words and vectors follow from their number, some rare and some common. */
export function manyChunks(count: number, dimensions: number): IndexChunk[] {
  return Array.from({ length: count }, (_, number) => {
    const pick = (place: number) => WORDS[(number * (place + 3) + place * place) % (place % 2 === 0 ? WORDS.length : 7)] ?? "";
    const text = Array.from({ length: 40 + (number % 60) }, (__, place) => pick(place)).join(" ");
    const vector = Float32Array.from({ length: dimensions }, (__, at) => Math.sin((number % 37) * (at + 1)) + 0.4 * Math.sin(number * (at + 2) * 1.7));
    return chunkFor({ chunkId: `c${number}`, documentId: `doc_${Math.floor(number / 3)}`, title: `${pick(1)} ${pick(4)}`, heading: pick(2), text, audiences: number % 5 === 0 ? ["employee"] : ["public"], language: number % 2 === 0 ? "en" : "de", vector });
  });
}

/** What every search index keeps; `create` gives one without tenants. */
export function searchIndexContract(name: string, create: () => SearchIndex | Promise<SearchIndex>): void {
  const filled = async (): Promise<SearchIndex> => {
    const index = await create();
    await index.replace("shop", 7, SHOP);
    return index;
  };
  const find = async (index: SearchIndex, query: string, audiences: readonly string[] = ["public"], tenantId = "shop") => (await index.search({ tenantId, audiences, query, limit: 10 })).map((hit) => hit.chunk.chunkId);

  test(`${name}: the chunk that holds the words comes first, by stem, synonym and without diacritics`, async () => {
    const index = await filled();
    strictEqual((await find(index, "how do I RETURN items?"))[0], "returns");
    strictEqual((await find(index, "send something back"))[0], "returns");
    strictEqual((await find(index, "cafe creme"))[0], "tents");
    deepStrictEqual(await find(index, "bicycle"), []);
  });

  test(`${name}: scores fall, the limit holds, and a chunk comes back as it was given`, async () => {
    const index = await filled();
    const hits = await index.search({ tenantId: "shop", audiences: ["public"], query: "return the tent, boots and jackets", limit: 2 });
    strictEqual(hits.length, 2);
    ok((hits[0]?.score ?? 0) >= (hits[1]?.score ?? 0));
    ok(hits.every((hit) => SHOP.some((chunk) => chunk.chunkId === hit.chunk.chunkId && chunk.text === hit.chunk.text)));
    deepStrictEqual(await index.search({ tenantId: "shop", audiences: ["public"], query: "tent", limit: 0 }), []);
  });

  test(`${name}: nobody without a matching audience sees a chunk, and it does not use up the limit`, async () => {
    const index = await filled();
    deepStrictEqual(await find(index, "goodwill limits agent"), []);
    strictEqual((await find(index, "goodwill limits agent", ["employee"]))[0], "limits");
    deepStrictEqual(await find(index, "return", []), []);
    const hits = await index.search({ tenantId: "shop", audiences: ["public"], query: "return agent euros goodwill", limit: 1 });
    deepStrictEqual(hits.map((hit) => hit.chunk.chunkId), ["returns"]);
  });

  test(`${name}: every text is a safe query`, async () => {
    const index = await filled();
    for (const query of HOSTILE) ok(Array.isArray(await find(index, query)), query.slice(0, 20));
    strictEqual((await find(index, "x ".repeat(2_000) + "tent"))[0], "tents");
    strictEqual((await find(index, `${Array.from({ length: 500 }, (_, number) => `word${number}`).join(" ")} tent`))[0], "tents");
  });

  test(`${name}: replace takes the old chunks out, and drop forgets the tenant`, async () => {
    const index = await filled();
    strictEqual(index.versionOf("shop"), 7);
    await index.replace("shop", 8, [chunkFor({ chunkId: "new", text: "Kayaks are for rent." })]);
    strictEqual(index.versionOf("shop"), 8);
    deepStrictEqual(await find(index, "tent"), []);
    deepStrictEqual(await find(index, "kayaks"), ["new"]);
    await index.replace("shop", 9, []);
    deepStrictEqual(await find(index, "kayaks"), []);
    await index.drop("shop");
    await index.drop("shop");
    strictEqual(index.versionOf("shop"), null);
    deepStrictEqual(await find(index, "kayaks"), []);
    deepStrictEqual(await find(index, "tent", ["public"], "unknown"), []);
  });

  test(`${name}: with a vector the nearest come in too, and each hit says where it stood`, async () => {
    const index = await create();
    await index.replace("shop", 1, FILTERED);
    const hits = await index.search({ tenantId: "shop", audiences: ["public"], query: "pegs", vector: direction(80), limit: 3 });
    deepStrictEqual(hits.map((hit) => [hit.chunk.chunkId, hit.lexical?.rank ?? null, hit.vector?.rank ?? null]), [["new-en", 1, 3], ["plain", null, 1], ["german", null, 2]]);
    ok(Math.abs((hits[1]?.vector?.score ?? 0) - Math.cos(Math.PI / 18)) < 0.01);
    ok(hits.every((hit) => !("vector" in hit.chunk)));
    deepStrictEqual((await index.search({ tenantId: "shop", audiences: ["public"], query: "", vector: direction(-10), limit: 2 })).map((hit) => hit.chunk.chunkId), ["old-en", "new-en"]);
    deepStrictEqual(await index.search({ tenantId: "shop", audiences: ["employee"], query: "tent", vector: direction(0), limit: 2 }), []);
  });

  test(`${name}: filters by language, product, brand and time hold for both rankings`, async () => {
    const index = await create();
    await index.replace("shop", 1, FILTERED);
    const found = async (filter: SearchFilter) => (await index.search({ tenantId: "shop", audiences: ["public"], query: "tent", vector: direction(0), filter, limit: 10 })).map((hit) => hit.chunk.chunkId).sort();
    deepStrictEqual(await found({}), ["german", "new-en", "old-en", "plain"]);
    deepStrictEqual(await found({ languages: ["en"] }), ["new-en", "old-en"]);
    deepStrictEqual(await found({ languages: ["de", null] }), ["german", "plain"]);
    deepStrictEqual(await found({ products: ["tent"], brands: ["beta"] }), ["new-en"]);
    deepStrictEqual(await found({ updatedAfterMs: 2_000 }), ["german", "new-en"]);
    deepStrictEqual(await found({ languages: [] }), []);
  });

  test(`${name}: a change takes the old document out and puts the new one in, from the version it was made for only`, async () => {
    const index = await filled();
    const next = chunkFor({ chunkId: "tents2", documentId: "doc_of_tents", title: "Care for a tent", text: "Brush the canvas." });
    strictEqual(await index.apply("shop", { from: 6, to: 8, removedDocumentIds: ["doc_of_boots"], chunks: [next] }), false);
    strictEqual(await index.apply("nowhere", { from: 1, to: 2, removedDocumentIds: [], chunks: [next] }), false);
    strictEqual((await find(index, "boots"))[0], "boots");
    strictEqual(await index.apply("shop", { from: 7, to: 8, removedDocumentIds: ["doc_of_tents", "doc_of_boots", "doc_unknown"], chunks: [next] }), true);
    strictEqual(index.versionOf("shop"), 8);
    deepStrictEqual(await find(index, "boots"), []);
    deepStrictEqual(await find(index, "soap"), []);
    deepStrictEqual(await find(index, "canvas"), ["tents2"]);
    strictEqual((await find(index, "return"))[0], "returns");
    strictEqual(await index.apply("shop", { from: 8, to: 9, removedDocumentIds: [], chunks: [] }), true);
    strictEqual(index.versionOf("shop"), 9);
    const all = SHOP.map(({ documentId }) => documentId);
    strictEqual(await index.apply("shop", { from: 9, to: 10, removedDocumentIds: all, chunks: [] }), true);
    deepStrictEqual(await find(index, "return canvas"), []);
  });

  test(`${name}: a vector that cannot be compared is refused by name, and what was there stays`, async () => {
    const index = await create();
    await index.replace("shop", 1, FILTERED);
    const chunk = (vector: Float32Array) => [chunkFor({ chunkId: "bad", text: "bad", vector })];
    for (const vector of [Float32Array.of(1, 2), Float32Array.of(NaN, 0, 0), Float32Array.of(Infinity, 0, 0), new Float32Array(0)]) {
      await rejects(async () => index.search({ tenantId: "shop", audiences: ["public"], query: "tent", vector, limit: 3 }), { code: "knowledge.vector_invalid" });
      await rejects(index.apply("shop", { from: 1, to: 2, removedDocumentIds: ["doc_of_plain"], chunks: chunk(vector) }), { code: "knowledge.vector_invalid" });
    }
    await rejects(index.replace("shop", 2, [...FILTERED, ...chunk(Float32Array.of(1))]), { code: "knowledge.vector_invalid" });
    strictEqual(index.versionOf("shop"), 1);
    strictEqual((await find(index, "tent")).length, 4);
    deepStrictEqual(await find(index, "bad"), []);
    // Zeros point nowhere: as if there were none.
    strictEqual((await index.search({ tenantId: "shop", audiences: ["public"], query: "pegs", vector: new Float32Array(3), limit: 3 })).length, 1);
  });

  test(`${name}: a chunk whose vector is not made yet is found by its words, and an index without vectors by words alone`, async () => {
    const index = await create();
    await index.replace("shop", 1, [chunkFor({ chunkId: "first", text: "tent" }), chunkFor({ chunkId: "second", text: "boots" })]);
    const search = async (query: string) => (await index.search({ tenantId: "shop", audiences: ["public"], query, vector: direction(0), limit: 5 })).map((hit) => hit.chunk.chunkId);
    deepStrictEqual(await search("tent"), ["first"]);
    await index.apply("shop", { from: 1, to: 2, removedDocumentIds: ["doc_of_second"], chunks: [chunkFor({ chunkId: "second", text: "boots", vector: direction(10) })] });
    deepStrictEqual(await search("tent"), ["first", "second"]);
    deepStrictEqual(await search("boots"), ["second"]);
  });

  test(`${name}: the order is that of the formulas written out, also after many changes`, async () => {
    const [index, exact] = [await create(), createLinearScanIndex()];
    const chunks = manyChunks(450, 20);
    const compare = async () => {
      for (const query of ["where is my parcel", "stove canister", "send the boots back", "voucher gift password invoice", "sleeping bag warranty repair customs"]) {
        for (const vector of [null, chunks[query.length]?.vector ?? null]) {
          const request = { tenantId: "shop", audiences: ["public"], query, vector, filter: { languages: ["en"] }, limit: 20 };
          const [left, right] = [await index.search(request), await exact.search(request)];
          if (vector === null) deepStrictEqual(left.map((hit) => [hit.chunk.chunkId, hit.score.toFixed(5)]), right.map((hit) => [hit.chunk.chunkId, hit.score.toFixed(5)]), query);
          const expected = new Set(right.map((hit) => hit.chunk.chunkId));
          ok(left.filter((hit) => expected.has(hit.chunk.chunkId)).length >= 18, query);
        }
      }
    };
    for (const each of [index, exact]) await each.replace("shop", 1, (async function* () {
      yield chunks.slice(0, 150);
      yield chunks.slice(150, 300);
    })());
    await compare();
    for (let step = 0; step < 10; step += 1) {
      const change = { from: 1 + step, to: 2 + step, removedDocumentIds: [`doc_${step * 7}`, `doc_${100 + step}`], chunks: chunks.slice(300 + step * 15, 315 + step * 15) };
      for (const each of [index, exact]) strictEqual(await each.apply("shop", change), true);
    }
    await compare();
  });

  test(`${name}: no search ever shows a chunk of another tenant or of a foreign audience`, async () => {
    const words = ["tent", "return", "boots", "refund", "wax", "label"];
    const audiences = ["public", "customer", "employee", "partner"];
    const chunks = fc.array(fc.record({ audiences: fc.subarray(audiences, { minLength: 1 }), text: fc.shuffledSubarray(words, { minLength: 1 }) }), { maxLength: 12 });
    const searches = fc.array(fc.record({ tenantId: fc.constantFrom("a", "b", "c"), audiences: fc.subarray([...audiences, "nobody"]), text: fc.shuffledSubarray(words, { minLength: 1 }) }), { minLength: 1, maxLength: 6 });
    const index = await create();
    await fc.assert(
      fc.asyncProperty(fc.record({ a: chunks, b: chunks }), searches, async (tenants, asked) => {
        for (const [tenantId, list] of Object.entries(tenants)) {
          await index.replace(tenantId, 1, list.map((chunk, number) => chunkFor({ chunkId: `${tenantId}${number}`, text: chunk.text.join(" "), audiences: chunk.audiences })));
        }
        for (const search of asked) {
          const hits = await index.search({ tenantId: search.tenantId, audiences: search.audiences, query: search.text.join(" "), limit: 50 });
          for (const { chunk } of hits) ok(chunk.chunkId.startsWith(search.tenantId) && chunk.audiences.some((audience) => search.audiences.includes(audience)));
          const expected = search.tenantId === "c" ? [] : tenants[search.tenantId === "a" ? "a" : "b"].filter((chunk) => chunk.audiences.some((audience) => search.audiences.includes(audience)) && chunk.text.some((word) => search.text.includes(word)));
          strictEqual(hits.length, expected.length);
        }
        for (const tenantId of ["a", "b"]) await index.drop(tenantId);
      }),
      { numRuns: 40 },
    );
  });
}
