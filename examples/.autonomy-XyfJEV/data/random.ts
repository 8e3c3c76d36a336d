/** A seeded source of chance: the same seed gives the same draws on every machine. */
export type Random = {
  /** In [0, 1). */
  next(): number;
  /** An integer, both ends included. */
  between(low: number, high: number): number;
  pick<T>(items: readonly T[]): T;
  /** Picks by `weightOf`; weights need not add up to one. */
  pickWeighted<T>(items: readonly T[], weightOf: (item: T) => number): T;
  /** Fills a pattern: `#` becomes a digit, `?` a capital letter. */
  fill(pattern: string): string;
};

const LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ";

/**
 * Mulberry32: 32 bits of state, fast, good enough for sample data and nothing else.
 *
 * Source: Tommy Ettinger, mulberry32 (public domain).
 */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const between = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1));
  const pick = <T>(items: readonly T[]): T => {
    const item = items[between(0, items.length - 1)];
    if (item === undefined) throw new RangeError("nothing to pick from");
    return item;
  };
  return {
    next,
    between,
    pick,
    pickWeighted(items, weightOf) {
      let rest = next() * items.reduce((sum, item) => sum + weightOf(item), 0);
      for (const item of items) {
        rest -= weightOf(item);
        if (rest < 0) return item;
      }
      return pick(items);
    },
    fill: (pattern) =>
      pattern.replace(/[#?]/g, (mark) => (mark === "#" ? String(between(0, 9)) : (LETTERS[between(0, LETTERS.length - 1)] ?? "A"))),
  };
}
