/** A prompt that goes to the strong model before others the higher its `gain` is (what the strong one is expected to do better). */
export type GapCase = { weak: number; strong: number; gain: number };

/** Shares of prompts sent to the strong model, 0..1. `apgr`: mean of the gap recovered over all shares; chance is 0.5. Null: both models are as good. */
export type GapRecovered = { weakQuality: number; strongQuality: number; apgr: number | null; shareFor50: number | null; shareFor80: number | null };

/**
 * How much of the quality between a weak and a strong model a router recovers, at every share of prompts that go to the strong one.
 *
 * Shapes: qualities 0..1. Prompts of equal gain count as drawn by chance among themselves.
 * Replay: pure.
 * Source: RouteLLM, arXiv:2406.18665: performance gap recovered (PGR), its average (APGR), and the share that a given PGR costs (CPT).
 */
export function measureGap(cases: readonly GapCase[]): GapRecovered {
  const total = (of: (one: GapCase) => number) => cases.reduce((sum, one) => sum + of(one), 0);
  const [weak, strong] = [total((one) => one.weak), total((one) => one.strong)];
  const quality = { weakQuality: cases.length === 0 ? 0 : weak / cases.length, strongQuality: cases.length === 0 ? 0 : strong / cases.length };
  if (strong <= weak) return { ...quality, apgr: null, shareFor50: null, shareFor80: null };
  let area = 0;
  let [share, recovered] = [0, 0];
  const reached = new Map<number, number>();
  for (const tied of inTies(cases)) {
    const nextShare = share + tied.length / cases.length;
    const next = recovered + tied.reduce((sum, one) => sum + one.strong - one.weak, 0) / (strong - weak);
    area += ((recovered + next) / 2) * (nextShare - share);
    for (const goal of [0.5, 0.8]) if (!reached.has(goal) && next >= goal) reached.set(goal, share + ((goal - recovered) / (next - recovered)) * (nextShare - share));
    [share, recovered] = [nextShare, next];
  }
  return { ...quality, apgr: area, shareFor50: reached.get(0.5) ?? null, shareFor80: reached.get(0.8) ?? null };
}

/** Highest gain first, those of equal gain together. */
function inTies(cases: readonly GapCase[]): GapCase[][] {
  const ties: GapCase[][] = [];
  for (const one of cases.toSorted((a, b) => b.gain - a.gain)) {
    const last = ties.at(-1);
    if (last !== undefined && last[0]?.gain === one.gain) last.push(one);
    else ties.push([one]);
  }
  return ties;
}
