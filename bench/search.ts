import { availableParallelism, cpus } from "node:os";
import { join } from "node:path";
import { createEmbeddedIndex, type EmbeddedIndex } from "../src/knowledge/adapters/embedded.ts";
import { fuseRanks } from "../src/knowledge/index/fuse-ranks.ts";
import { RANKED_AT_LEAST } from "../src/knowledge/search-index.ts";
import { messageOf } from "../src/lib/app-error.ts";
import { rounded } from "./percentile.ts";
import { report, say, type Target } from "./report.ts";
import { comparePeer } from "./search/compare.ts";
import { makeCorpus, SHARES, type Corpus, type Question } from "./search/corpus.ts";
import { openExactScan } from "./search/exact-scan.ts";
import { measureGrowth } from "./search/growth.ts";
import { installPeers } from "./search/install-peers.ts";
import { openLancedb } from "./search/lancedb.ts";
import { AUDIENCE, exactNearest, recallOf, WANTED, type Peer } from "./search/peer.ts";
import { openPglite } from "./search/pglite.store.ts";
import { startProbe } from "./search/probe.ts";
import { measureStorm } from "./search/storm.ts";

const TENANT = "bench";
const DIMENSIONS = 384;
const THREADS = Math.max(1, availableParallelism());

/**
 * The search index with 100,000 chunks (20,000 with `--quick`): what it finds beside exact search, 5,000 searches at once, beside
 * LanceDB, pgvector and an exact scan, with many tenants, a new document, a rebuild. Returns the exit code.
 */
export async function benchSearch({ isQuick }: { isQuick: boolean }): Promise<number> {
  const size = { chunks: isQuick ? 20_000 : 100_000, questions: isQuick ? 60 : 200, rounds: 3, tenants: isQuick ? 100 : 1_000 };
  say(`${cpus()[0]?.model ?? "?"}, ${availableParallelism()} cores; ${size.chunks} chunks of ${DIMENSIONS} dimensions`);
  const corpus = makeCorpus({ chunks: size.chunks, dimensions: DIMENSIONS, seed: 1 });
  const questions = Array.from({ length: size.questions }, (_, number) => corpus.ask(number));
  const rssBefore = process.memoryUsage.rss();
  const index = createEmbeddedIndex({ threads: THREADS });
  const probe = startProbe();
  const startMs = performance.now();
  await index.replace(TENANT, 1, corpus.chunks);
  const rebuildMs = performance.now() - startMs;
  const building = probe.stop();
  say(`  filled in ${rounded(rebuildMs / 1_000, 1)} s; ${rounded(index.state().usedBytes / 2 ** 20, 0)} MB; event loop held ${building.heldMs} ms at most`);

  const recalls = await measureRecall(index, corpus, questions);
  const storm = await measureStorm((number) => ask(index, questions[number % questions.length] ?? corpus.ask(number), AUDIENCE), size.rounds);
  const rssMegabytes = rounded((Math.max(storm.rssBytes, building.rssBytes) - rssBefore) / 1e6, 0);
  say(`  16 in flight ${storm.perSecondAt16}/s, 5,000 at once ${storm.perSecondAt5000}/s; p50 at 16 ${storm.p50Ms} ms; memory +${rssMegabytes} MB; event loop held ${storm.heldMs} ms (delayed ${storm.delayMs} ms)`);
  const newDocumentMs = await measureNewDocument(index, corpus);
  const peers = await measurePeers(index, corpus, questions, size.rounds);
  await index.close();
  const growth = await measureGrowth(size.tenants);
  say(`  ${growth.tenants} tenants of 500: p50 ${growth.amongMs} ms beside ${growth.aloneMs} ms alone; filled in ${rounded(growth.fillMs / 1_000, 1)} s`);

  const targets: Target[] = [
    ...Object.entries(recalls).map(([name, value]): Target => ({ name: `recall@10, ${name}`, value, mustBe: "at least", bound: 0.97 })),
    { name: "5,000 at once: errors", value: storm.errors, mustBe: "exactly", bound: 0 },
    { name: "5,000 at once: throughput of that at 16", value: storm.throughputRatio, mustBe: "at least", bound: 0.9 },
    { name: "5,000 at once: p99 of 5,000 / throughput", value: storm.p99Ratio, mustBe: "at most", bound: 1.3 },
    { name: "memory, MB", value: rssMegabytes, mustBe: "at most", bound: 1_000 },
    { name: "event loop held, ms", value: Math.max(storm.heldMs, building.heldMs), mustBe: "at most", bound: 20 },
    { name: "times the best of the others", value: peers.skipped.length > 0 ? 0 : Math.min(...peers.compared.map((each) => each.times)), mustBe: "at least", bound: 3 },
    { name: `${growth.tenants} tenants beside one, p50`, value: growth.ratio, mustBe: "at most", bound: 1.5 },
    { name: "a new document is found within, ms", value: newDocumentMs, mustBe: "at most", bound: 1_000 },
    { name: "rebuilt within, s", value: rounded(rebuildMs / 1_000, 1), mustBe: "at most", bound: 60 },
  ];
  return report({ name: "search", figures: { quick: isQuick, ...size, threads: THREADS, recalls, storm, building, peers, growth, usedBytes: index.state().usedBytes }, targets });
}

async function ask(index: EmbeddedIndex, { query, vector }: { query: string; vector: Float32Array | null }, audience: string, limit = WANTED): Promise<number[]> {
  const hits = await index.search({ tenantId: TENANT, audiences: [audience], query, vector, limit });
  return hits.map((hit) => Number(hit.chunk.chunkId.slice("chunk_".length)));
}

/** By vectors alone beside the exact scan, and hybrid beside the exact scan fused with the words' ranking (which is exact: see the index's contract). */
async function measureRecall(index: EmbeddedIndex, corpus: Corpus, questions: readonly Question[]): Promise<Record<string, number>> {
  const recalls: Record<string, number> = {};
  const ranked = (numbers: readonly number[]) => numbers.map((place) => ({ place, score: 0 }));
  for (const [audience, share] of Object.entries(SHARES)) {
    if (share === 1) continue;
    const near = questions.map((question) => exactNearest(corpus, question.vector, audience, RANKED_AT_LEAST));
    const hybrid: number[][] = [];
    for (const [number, question] of questions.entries()) hybrid.push(fuseRanks(ranked(await ask(index, { ...question, vector: null }, audience, RANKED_AT_LEAST)), ranked(near[number] ?? []), WANTED).map(({ place }) => place));
    recalls[`vectors, ${share * 100} % permitted`] = rounded(await recallOf((question) => ask(index, { ...question, query: "" }, audience), questions, near.map((each) => each.slice(0, WANTED))), 4);
    recalls[`hybrid, ${share * 100} % permitted`] = rounded(await recallOf((question) => ask(index, question, audience), questions, hybrid), 4);
  }
  return recalls;
}

/** The longest of five times from the change given to the first search that finds it, while others search. */
async function measureNewDocument(index: EmbeddedIndex, corpus: Corpus): Promise<number> {
  let isOver = false;
  const others = Array.from({ length: 4 }, async (_, client) => {
    for (let number = client; !isOver; number += 4) await ask(index, corpus.ask(number), AUDIENCE);
  });
  let longestMs = 0;
  for (let version = 1; version <= 5; version += 1) {
    const startMs = performance.now();
    await index.apply(TENANT, { from: version, to: version + 1, removedDocumentIds: [], chunks: [{ chunkId: `new_${version}`, documentId: `new_${version}`, title: "Novelty", heading: "", text: `quokka${version}`, startOffset: 0, audiences: [AUDIENCE] }] });
    const [hit] = await index.search({ tenantId: TENANT, audiences: [AUDIENCE], query: `quokka${version}`, limit: 1 });
    if (hit?.chunk.chunkId !== `new_${version}`) throw new Error("the new document was not found");
    longestMs = Math.max(longestMs, performance.now() - startMs);
  }
  isOver = true;
  await Promise.all(others);
  return rounded(longestMs, 0);
}

type Compared = { name: string; how: string; peer: number; ours: number; times: number };

async function measurePeers(index: EmbeddedIndex, corpus: Corpus, questions: readonly Question[], rounds: number): Promise<{ compared: Compared[]; skipped: string[] }> {
  const folder = join(import.meta.dirname, "peers");
  const few = questions.slice(0, 60);
  const sample = { questions: few, truth: few.map((question) => exactNearest(corpus, question.vector, AUDIENCE, WANTED)) };
  const openers: Record<string, () => Promise<Peer> | Peer | null> = {
    "exact scan": () => openExactScan(corpus, THREADS, (question, limit) => ask(index, { ...question, vector: null }, AUDIENCE, limit)),
    LanceDB: () => (installPeers(folder, "@lancedb/lancedb") ? openLancedb(folder, corpus, sample) : null),
    "PGlite + pgvector": () => openPglite(corpus, sample),
  };
  const [compared, skipped]: [Compared[], string[]] = [[], []];
  for (const [name, open] of Object.entries(openers)) {
    try {
      const peer = await open();
      if (peer === null) throw new Error("it is not installed");
      const figures = await comparePeer(peer, (question) => ask(index, question, AUDIENCE), questions, rounds);
      await peer.close();
      say(`  ${name}: ${figures.peer}/s, ours ${figures.ours}/s = ${figures.times} times (${peer.how})`);
      compared.push({ name, how: peer.how, ...figures });
    } catch (error) {
      say(`  ${name}: skipped, ${messageOf(error)}`);
      skipped.push(`${name}: ${messageOf(error)}`);
    }
  }
  return { compared, skipped };
}
