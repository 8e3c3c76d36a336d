import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { test } from "node:test";
import { createEmbeddedIndex } from "../adapters/embedded.ts";
import { queryParts, type EarlierMessage } from "../build-query.ts";
import { passageOf, searchPassages, type Passage, type RetrieveInput } from "../retrieve.ts";
import type { Hit, HitPart, IndexChunk } from "../search-index.ts";
import { createHashedEmbedder } from "../../models/embeddings/adapters/hashed.ts";
import type { Embedder } from "../../models/embeddings/embedder.ts";
import { modelUnavailable } from "../../models/models.errors.ts";
import { fuseHits } from "./fuse-hits.ts";
import { preferNewer, withoutNearDuplicates } from "./near-duplicates.ts";

const DAY_MS = 86_400_000;

function chunk(id: string, text: string, more: Partial<IndexChunk> = {}): IndexChunk {
  return { chunkId: id, documentId: `doc_${id}`, title: id, heading: "", text, startOffset: 0, audiences: ["public"], ...more };
}

const hit = (id: string, lexical: HitPart | null, vector: HitPart | null = null): Hit => ({ chunk: chunk(id, id), score: 0, lexical, vector });
const passage = (id: string, text: string, score: number, updatedAtMs: number | null = null): Passage => ({ ...passageOf({ chunk: chunk(id, text, { updatedAtMs }), score }), score });
const contact = (text: string): EarlierMessage => ({ author: "contact", text });
const ai = (text: string): EarlierMessage => ({ author: "ai", text });

test("the question comes first, then the contact's last message, the last answer and older messages, each with its weight", () => {
  const earlier = [contact("Hello"), ai("Hi!"), contact("Do you ship to Norway?"), ai("Yes, within a week."), { author: "system" as const, text: "closed" }, contact("Is it free?")];
  deepStrictEqual(queryParts({ query: "What does the express delivery to Oslo cost today?", earlier }), [
    { text: "What does the express delivery to Oslo cost today?", weight: 1 }, { text: "Is it free?", weight: 0.3 }, { text: "Yes, within a week.", weight: 0.05 }, { text: "Hello\nDo you ship to Norway?", weight: 0.1 },
  ]);
  deepStrictEqual(queryParts({ query: "and how long does it take?", earlier }).map(({ weight }) => weight), [1, 0.6, 0.1, 0.2]);
  deepStrictEqual(queryParts({ query: "Hello" }), [{ text: "Hello", weight: 1 }]);
});

test("fusing by words adds weighted scores, and by meaning lets the nearest overtake", () => {
  const rank = (score: number) => ({ rank: 1, score });
  deepStrictEqual(fuseHits([{ weight: 1, hits: [hit("a", rank(4)), hit("b", rank(3))] }, { weight: 0.5, hits: [hit("b", rank(4))] }]).map(({ chunk: { chunkId }, score }) => [chunkId, score]), [["b", 5], ["a", 4]]);
  const mixed = fuseHits([{ weight: 1, hits: [hit("a", rank(4), rank(0.1)), hit("b", rank(3), rank(0.9)), hit("c", null, rank(0.5))] }]);
  deepStrictEqual(mixed.map(({ chunk: { chunkId } }) => chunkId), ["b", "a", "c"]);
  deepStrictEqual(fuseHits([]), []);
});

const RETURNS = "You can return unused items within 30 days of delivery, with all tags attached, by the label in your account.";

test("of near-identical passages the newer is shown, once, at the better place; other numbers are another statement", () => {
  const old = passage("old", RETURNS, 2, 0);
  const fresh = passage("fresh", `${RETURNS} `, 1, 10 * DAY_MS);
  const other = passage("other", RETURNS.replace("30 days", "14 days"), 0.5, 20 * DAY_MS);
  deepStrictEqual(withoutNearDuplicates([{ ...old, title: "t" }, { ...fresh, title: "t" }, { ...other, title: "t" }]).map(({ chunkId, score }) => [chunkId, score]), [["fresh", 2], ["other", 0.5]]);
});

test("of two nearly equal passages about the same the newer comes first; a clear lead, hours or another subject count for nothing", () => {
  const order = (passages: Passage[]) => preferNewer(passages).map(({ chunkId }) => chunkId);
  const changed = RETURNS.replace("30 days", "14 days");
  deepStrictEqual(order([passage("old", RETURNS, 1, 0), passage("new", changed, 0.97, 9 * DAY_MS)]), ["new", "old"]);
  deepStrictEqual(order([passage("old", RETURNS, 1, 0), passage("new", changed, 0.8, 9 * DAY_MS)]), ["old", "new"]);
  deepStrictEqual(order([passage("old", RETURNS, 1, 0), passage("new", changed, 0.97, DAY_MS / 2)]), ["old", "new"]);
  deepStrictEqual(order([passage("old", RETURNS, 1, 0), passage("new", "Tents are washed by hand in lukewarm water.", 0.97, 9 * DAY_MS)]), ["old", "new"]);
});

async function search(chunks: readonly IndexChunk[], input: Omit<RetrieveInput, "tenantId" | "audiences" | "limit">, embedder: Embedder | null = null): Promise<string[]> {
  const index = createEmbeddedIndex({ threads: 1 });
  try {
    await index.replace("t", 1, chunks);
    return (await searchPassages({ index, embedder }, { tenantId: "t", audiences: ["public"], limit: 5, ...input })).map(({ chunkId }) => chunkId);
  } finally {
    await index.close();
  }
}

const NORWAY = chunk("norway", "Parcels to Norway are with you after five to seven working days.");
const SWITZERLAND = chunk("switzerland", "Parcels to Switzerland are with you after three to four working days.");

test("a question that leans on the talk finds what was talked about, and filters hold", async () => {
  const query = "and how long does it take?";
  strictEqual((await search([SWITZERLAND, NORWAY], { query, earlier: [contact("Do you deliver parcels to Norway?"), ai("Yes, we do.")] }))[0], "norway");
  deepStrictEqual(await search([{ ...SWITZERLAND, brand: "alpine" }, { ...NORWAY, brand: "fjord" }], { query: "parcels working days", filter: { brands: ["alpine"] } }), ["switzerland"]);
});

test("a query of 100 kB is answered by its beginning, soon, in any script, and the next search is not held up", async () => {
  const index = createEmbeddedIndex({ threads: 1 });
  try {
    await index.replace("t", 1, [NORWAY, SWITZERLAND]);
    const words = Array.from({ length: 20_000 }, (_, number) => `w${number}`).join(" ");
    const talk = [contact(words), ai(words)];
    for (const long of [`Parcels to Norway? ${words}`, `Parcels to Norway ${"返品".repeat(17_000)}`, `Norway ${"إرجاع ".repeat(10_000)}`, `Norway ${"x".repeat(100_000)}`]) {
      ok(Buffer.byteLength(long) >= 100_000);
      const startMs = performance.now();
      const [first] = await searchPassages({ index }, { tenantId: "t", audiences: ["public"], query: long, earlier: talk, limit: 5 });
      strictEqual(first?.chunkId, "norway");
      strictEqual((await searchPassages({ index }, { tenantId: "t", audiences: ["public"], query: "Switzerland", limit: 1 }))[0]?.chunkId, "switzerland");
      ok(performance.now() - startMs < 3_000, `${Math.round(performance.now() - startMs)} ms`);
    }
  } finally {
    await index.close();
  }
});

test("with vectors a misspelt question is found, and a model that fails costs the meaning only", async () => {
  const embedder = createHashedEmbedder();
  const vectors = await embedder.embed([NORWAY.text, SWITZERLAND.text], "passage", AbortSignal.timeout(1_000), { tenantId: "t", purpose: "index", dataClasses: [], audiences: [] });
  const chunks = [{ ...NORWAY, vector: vectors[0] ?? null }, { ...SWITZERLAND, vector: vectors[1] ?? null }];
  strictEqual((await search(chunks, { query: "Switzerlnd?" }, embedder))[0], "switzerland");
  const failing: Embedder = { ...embedder, embed: () => Promise.reject(modelUnavailable()) };
  strictEqual((await search(chunks, { query: "Norway parcels" }, failing))[0], "norway");
});

test("a model outside the house is given the question only, one inside what it leans on as well", async () => {
  const given: string[] = [];
  const spy = (handling: Embedder["handling"]): Embedder => ({ ...createHashedEmbedder(), handling, embed: (texts, kind, signal, context) => (given.push(...texts), createHashedEmbedder().embed(texts, kind, signal, context)) });
  for (const handling of ["public", "inside"] as const) await search([NORWAY], { query: "and how long?", earlier: [contact("I am Erika and ask about Norway")] }, spy(handling));
  strictEqual(given[0], "and how long?");
  ok(given[1]?.includes("norway"));
});
