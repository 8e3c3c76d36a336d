const KEPT = 200;
const FEWEST = 20;

/** How long models took to their first part, the last 200 calls of each; this process's own. */
export type Latencies = { add(name: string, ms: number): void; /** Null while fewer than 20 are known. */ percentile(name: string, percent: number): number | null };

export function createLatencies(): Latencies {
  const rings = new Map<string, { values: number[]; next: number }>();
  return {
    add(name, ms) {
      const ring = rings.get(name) ?? { values: [], next: 0 };
      ring.values[ring.next] = ms;
      ring.next = (ring.next + 1) % KEPT;
      rings.set(name, ring);
    },
    percentile(name, percent) {
      const values = rings.get(name)?.values ?? [];
      if (values.length < FEWEST) return null;
      const sorted = [...values].sort((one, other) => one - other);
      return sorted[Math.min(sorted.length - 1, Math.floor((percent / 100) * sorted.length))] ?? null;
    },
  };
}
