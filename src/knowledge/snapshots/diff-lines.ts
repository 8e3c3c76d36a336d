/** A run of lines that stayed, came or went. */
export type DiffPart = { kind: "same" | "added" | "removed"; lines: string[] };

/** With more lines taken away and put in than this, what differs is shown as replaced: the search for the least change is quadratic in them. */
const MOST_CHANGES = 1_000;

/**
 * The least change from one text to another, by lines.
 *
 * Source: Myers, "An O(ND) Difference Algorithm and Its Variations", 1986 (greedy, forward). Replay: pure.
 */
export function diffLines(before: string, after: string): DiffPart[] {
  const [old, now] = [before.split("\n"), after.split("\n")];
  let head = 0;
  while (head < old.length && head < now.length && old[head] === now[head]) head += 1;
  let tail = 0;
  while (tail < old.length - head && tail < now.length - head && old[old.length - 1 - tail] === now[now.length - 1 - tail]) tail += 1;
  const parts: DiffPart[] = [];
  push(parts, "same", old.slice(0, head));
  for (const step of middle(old.slice(head, old.length - tail), now.slice(head, now.length - tail))) push(parts, step.kind, step.lines);
  push(parts, "same", old.slice(old.length - tail));
  return parts;
}

function push(parts: DiffPart[], kind: DiffPart["kind"], lines: readonly string[]): void {
  if (lines.length === 0) return;
  const last = parts.at(-1);
  if (last?.kind === kind) last.lines.push(...lines);
  else parts.push({ kind, lines: [...lines] });
}

function middle(old: readonly string[], now: readonly string[]): DiffPart[] {
  const replaced: DiffPart[] = [{ kind: "removed", lines: [...old] }, { kind: "added", lines: [...now] }];
  if (old.length === 0 || now.length === 0) return replaced;
  const trail = walk(numbered(old, now));
  if (trail === null) return replaced;
  const steps: DiffPart[] = [];
  let [x, y] = [old.length, now.length];
  for (let d = trail.length - 1; d >= 0; d -= 1) {
    const before = trail[d - 1] ?? new Int32Array();
    const k = x - y;
    const isDown = comesDown(before, d, k);
    const fromK = isDown ? k + 1 : k - 1;
    const fromX = d === 0 ? 0 : at(before, d - 1, fromK);
    const fromY = d === 0 ? 0 : fromX - fromK;
    const [stepX, stepY] = d === 0 ? [0, 0] : isDown ? [fromX, fromY + 1] : [fromX + 1, fromY];
    while (x > stepX && y > stepY) {
      x -= 1;
      y -= 1;
      steps.push({ kind: "same", lines: [old[x] ?? ""] });
    }
    if (d > 0) steps.push(isDown ? { kind: "added", lines: [now[fromY] ?? ""] } : { kind: "removed", lines: [old[fromX] ?? ""] });
    [x, y] = [fromX, fromY];
  }
  return steps.reverse();
}

type Numbered = { old: Int32Array; now: Int32Array };

/** Lines as numbers, the same for the same line: they are compared many times. */
function numbered(old: readonly string[], now: readonly string[]): Numbered {
  const numbers = new Map<string, number>();
  const numberOf = (line: string) => {
    const known = numbers.get(line) ?? numbers.size;
    numbers.set(line, known);
    return known;
  };
  return { old: Int32Array.from(old, numberOf), now: Int32Array.from(now, numberOf) };
}

/** For each number of changes d, how far the diagonals -d, -d + 2, … d come with them; null when it takes too many. */
function walk({ old, now }: Numbered): Int32Array[] | null {
  const trail: Int32Array[] = [];
  for (let d = 0; d <= MOST_CHANGES; d += 1) {
    const before = trail[d - 1] ?? new Int32Array();
    const reached = new Int32Array(d + 1);
    for (let k = -d; k <= d; k += 2) {
      let x = d === 0 ? 0 : comesDown(before, d, k) ? at(before, d - 1, k + 1) : at(before, d - 1, k - 1) + 1;
      while (x < old.length && x - k < now.length && old[x] === now[x - k]) x += 1;
      reached[(k + d) / 2] = x;
      if (x >= old.length && x - k >= now.length) return [...trail, reached];
    }
    trail.push(reached);
  }
  return null;
}

function at(reached: Int32Array, d: number, k: number): number {
  return reached[(k + d) / 2] ?? -1;
}

/** Whether the furthest way to diagonal k with d changes ends by a line that was put in. */
function comesDown(before: Int32Array, d: number, k: number): boolean {
  return k === -d || (k !== d && at(before, d - 1, k - 1) < at(before, d - 1, k + 1));
}
