import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Corpus, Question } from "./corpus.ts";
import { AUDIENCE, recallOf, tuned, WANTED, type Peer } from "./peer.ts";

/** The part of LanceDB used here. */
type Query = { where(filter: string): Query; select(columns: string[]): Query; limit(count: number): Query; toArray(): Promise<{ number: number }[]>; ef(value: number): Query; distanceType(type: string): Query; fullTextSearch(query: string, options: { columns: string[] }): Query; rerank(reranker: unknown): Query; refineFactor(factor: number): Query };
type Table = { add(rows: object[]): Promise<unknown>; createIndex(column: string, options: { config: unknown }): Promise<unknown>; waitForIndex(names: string[], seconds: number): Promise<void>; query(): { nearestTo(vector: Float32Array): Query } };
type Lance = {
  connect(folder: string): Promise<{ createTable(name: string, rows: object[]): Promise<Table>; close(): void }>;
  Index: { hnswSq(options: object): unknown; fts(options: object): unknown; labelList(): unknown };
  rerankers: { RRFReranker: { create(k: number): Promise<unknown> } };
};

const ADDED_AT_ONCE = 5_000;

/**
 * LanceDB as its guides say: HNSW over scalar-quantised vectors in one partition with refinement, a full-text index, a label index
 * under the filter, which is applied before the search; hybrid by its reciprocal rank fusion. `ef` is the smallest that reaches the recall.
 */
export async function openLancedb(peersFolder: string, corpus: Corpus, sample: { questions: readonly Question[]; truth: readonly (readonly number[])[] }): Promise<Peer> {
  // It warns at every search of a column it will name differently one day.
  process.env["LANCE_LOG"] ??= "error";
  process.env["RUST_LOG"] ??= "error";
  // On a machine with two cores its full-text index waits for itself without end.
  process.env["LANCE_CPU_THREADS"] ??= "8";
  const lance: unknown = createRequire(join(peersFolder, "package.json"))("@lancedb/lancedb");
  if (!isLance(lance)) throw new Error("@lancedb/lancedb is not what was expected");
  const folder = await mkdtemp(join(tmpdir(), "baton-lancedb-"));
  const database = await lance.connect(folder);
  const rows = corpus.chunks.map((chunk, number) => ({ number, text: `${chunk.title} ${chunk.heading} ${chunk.text}`, audiences: [...chunk.audiences], vector: Array.from(chunk.vector ?? []) }));
  const table = await database.createTable("chunk", rows.slice(0, ADDED_AT_ONCE));
  for (let from = ADDED_AT_ONCE; from < rows.length; from += ADDED_AT_ONCE) await table.add(rows.slice(from, from + ADDED_AT_ONCE));
  await table.createIndex("vector", { config: lance.Index.hnswSq({ distanceType: "cosine", numPartitions: 1, m: 20, efConstruction: 300 }) });
  await table.createIndex("text", { config: lance.Index.fts({ withPosition: false }) });
  await table.createIndex("audiences", { config: lance.Index.labelList() });
  await table.waitForIndex(["vector_idx", "text_idx", "audiences_idx"], 900);
  const reranker = await lance.rerankers.RRFReranker.create(60);
  const nearest = (question: Question, ef: number) => table.query().nearestTo(question.vector).distanceType("cosine").ef(ef).refineFactor(4).where(`array_has(audiences, '${AUDIENCE}')`).select(["number"]).limit(WANTED);
  const numbers = async (query: Query) => (await query.toArray()).map(({ number }) => number);
  const { value: ef, recall } = await tuned([50, 100, 200, 400, 800], (value) => recallOf((question) => numbers(nearest(question, value)), sample.questions, sample.truth));
  return {
    name: "LanceDB", how: `hnswSq (1 partition, m 20, efConstruction 300), ef ${ef}, refineFactor 4, fts, labelList, RRF; recall ${recall.toFixed(3)}`,
    hybrid: (question) => numbers(nearest(question, ef).fullTextSearch(question.query, { columns: ["text"] }).rerank(reranker)),
    nearest: (question) => numbers(nearest(question, ef)),
    async close() {
      database.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function isLance(value: unknown): value is Lance {
  return typeof value === "object" && value !== null && "connect" in value && "Index" in value && "rerankers" in value;
}
