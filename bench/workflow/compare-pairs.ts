import { runClosedLoop } from "../closed-loop.ts";
import { median, percentile } from "../percentile.ts";
import { ratioOf } from "../turn/compare.ts";

export type Side = { name: string; call(client: number): Promise<void> };
export type PairResult = { perSecond: [number, number]; p50Ms: [number, number]; ratio: number };

/** Two sides in turns, in changing order, so that the machine's moods meet both; `ratio`: the middle one of second to first. */
export async function comparePairs(options: { clients: number; durationMs: number; rounds: number }, sides: readonly [Side, Side], say: (text: string) => void): Promise<PairResult> {
  const rates: [number[], number[]] = [[], []];
  const latencies: [number[], number[]] = [[], []];
  for (let round = 0; round < options.rounds; round += 1) {
    for (const place of round % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)) {
      const { latenciesMs, perSecond } = await runClosedLoop(options, sides[place].call);
      rates[place].push(perSecond);
      latencies[place].push(...latenciesMs);
      say(`  ${String(options.clients).padStart(2)} clients  ${sides[place].name.padEnd(24)} ${perSecond.toFixed(0).padStart(6)}/s   p50 ${median(latenciesMs).toFixed(1)} ms   p99 ${percentile(latenciesMs, 0.99).toFixed(1)} ms`);
    }
  }
  return { perSecond: [median(rates[0]), median(rates[1])], p50Ms: [median(latencies[0]), median(latencies[1])], ratio: ratioOf(rates[1], rates[0]) };
}
