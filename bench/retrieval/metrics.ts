/** Share of what is relevant that stands among the first `cut`, 0..1. */
export function recallAt(cut: number, found: readonly string[], relevant: ReadonlySet<string>): number {
  return found.slice(0, cut).filter((key) => relevant.has(key)).length / relevant.size;
}

/** Normalised discounted cumulative gain of the first `cut`, all that is relevant counting the same, 0..1. */
export function ndcgAt(cut: number, found: readonly string[], relevant: ReadonlySet<string>): number {
  const gain = (place: number) => 1 / Math.log2(place + 2);
  const got = found.slice(0, cut).reduce((sum, key, place) => sum + (relevant.has(key) ? gain(place) : 0), 0);
  const best = Array.from({ length: Math.min(cut, relevant.size) }, (_, place) => gain(place)).reduce((sum, each) => sum + each, 0);
  return got / best;
}

/** F1 of each class and their mean. */
export function macroF1<Class extends string>(classes: readonly Class[], judged: readonly { expected: Class; given: Class }[]): { mean: number; of: Record<string, number> } {
  const of: Record<string, number> = {};
  for (const each of classes) {
    const both = judged.filter(({ expected, given }) => expected === each && given === each).length;
    const either = judged.filter(({ expected }) => expected === each).length + judged.filter(({ given }) => given === each).length;
    of[each] = rounded(either === 0 ? 0 : (2 * both) / either);
  }
  return { mean: mean(Object.values(of)), of };
}

export function mean(values: readonly number[]): number {
  return rounded(values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length));
}

export function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
