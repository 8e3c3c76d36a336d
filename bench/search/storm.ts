import { setImmediate } from "node:timers/promises";
import { runClosedLoop } from "../closed-loop.ts";
import { median, percentile, rounded } from "../percentile.ts";
import { startProbe } from "./probe.ts";

export const SIMULTANEOUS = 5_000;
const IN_FLIGHT = 16;
/** What callers begin in one turn of the event loop. */
const BEGUN_AT_ONCE = 100;

export type StormFigures = { perSecondAt16: number; perSecondAt5000: number; throughputRatio: number; p99Ratio: number; p50Ms: number; errors: number; heldMs: number; delayMs: number; rssBytes: number };

/** 5,000 at once, with 16 in flight before and after; the median of the rounds, since others use the machine too. */
export async function measureStorm(search: (number: number) => Promise<unknown>, rounds: number): Promise<StormFigures> {
  const probe = startProbe();
  const few: { perSecond: number; p50Ms: number }[] = [];
  const many: { perSecond: number; ratio: number; p99Ratio: number }[] = [];
  let errors = 0;
  let asked = 0;
  const one = async () => {
    asked += 1;
    try {
      await search(asked);
    } catch {
      errors += 1;
    }
  };
  for (let round = 0; round < rounds; round += 1) {
    const before = await runClosedLoop({ clients: IN_FLIGHT, durationMs: 60_000, maxCalls: SIMULTANEOUS / 2 }, one);
    const latenciesMs: number[] = [];
    const startMs = performance.now();
    const all: Promise<void>[] = [];
    for (let begun = 0; begun < SIMULTANEOUS; begun += 1) {
      const fromMs = performance.now();
      all.push(one().then(() => void latenciesMs.push(performance.now() - fromMs)));
      if (begun % BEGUN_AT_ONCE === 0) await setImmediate();
    }
    await Promise.all(all);
    const perSecond = (SIMULTANEOUS * 1_000) / (performance.now() - startMs);
    const after = await runClosedLoop({ clients: IN_FLIGHT, durationMs: 60_000, maxCalls: SIMULTANEOUS / 2 }, one);
    const calm = 2 / (1 / before.perSecond + 1 / after.perSecond);
    few.push({ perSecond: calm, p50Ms: median([...before.latenciesMs, ...after.latenciesMs]) });
    many.push({ perSecond, ratio: perSecond / calm, p99Ratio: percentile(latenciesMs, 0.99) / ((SIMULTANEOUS * 1_000) / perSecond) });
  }
  const { heldMs, delayMs, rssBytes } = probe.stop();
  return {
    perSecondAt16: rounded(median(few.map((each) => each.perSecond)), 0), perSecondAt5000: rounded(median(many.map((each) => each.perSecond)), 0), throughputRatio: rounded(median(many.map((each) => each.ratio)), 2),
    p99Ratio: rounded(median(many.map((each) => each.p99Ratio)), 2), p50Ms: rounded(median(few.map((each) => each.p50Ms)), 2), errors, heldMs, delayMs, rssBytes,
  };
}
