import { createEmbeddedIndex } from "../../src/knowledge/adapters/embedded.ts";
import { median, rounded } from "../percentile.ts";
import { makeCorpus } from "./corpus.ts";

const CHUNKS = 500;
const SEARCHES = 400;

/** One search at a time among many tenants of 500 chunks beside a tenant of 500 that is alone, by turns; returns the medians' ratio. */
export async function measureGrowth(tenants: number): Promise<{ tenants: number; aloneMs: number; amongMs: number; ratio: number; usedBytes: number; fillMs: number }> {
  const corpus = makeCorpus({ chunks: CHUNKS, dimensions: 384, seed: 3 });
  const [alone, among] = [createEmbeddedIndex({ threads: 1 }), createEmbeddedIndex({ threads: 1 })];
  try {
    await alone.replace("t0", 1, corpus.chunks);
    const startMs = performance.now();
    for (let tenant = 0; tenant < tenants; tenant += 1) await among.replace(`t${tenant}`, 1, corpus.chunks);
    const fillMs = performance.now() - startMs;
    const times: { alone: number[]; among: number[] } = { alone: [], among: [] };
    for (let number = 0; number < SEARCHES * 2; number += 1) {
      const { query, vector } = corpus.ask(number);
      for (const [index, tenantId, list] of [[alone, "t0", times.alone], [among, `t${(number * 7_919) % tenants}`, times.among]] as const) {
        const fromMs = performance.now();
        await index.search({ tenantId, audiences: ["customer"], query, vector, limit: 10 });
        // The first half warms up.
        if (number >= SEARCHES) list.push(performance.now() - fromMs);
      }
    }
    const [aloneMs, amongMs] = [median(times.alone), median(times.among)];
    return { tenants, aloneMs: rounded(aloneMs, 2), amongMs: rounded(amongMs, 2), ratio: rounded(amongMs / aloneMs, 2), usedBytes: among.state().usedBytes, fillMs: rounded(fillMs, 0) };
  } finally {
    await Promise.all([alone.close(), among.close()]);
  }
}
