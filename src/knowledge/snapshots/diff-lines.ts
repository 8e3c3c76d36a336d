/** A run of lines that stayed, came or went. */
export type DiffPart = { kind: "same" | "added" | "removed"; lines: string[] };

/** Above this many differing lines on both sides together, a text is shown as replaced: the search for the least change is quadratic. */
const MOST_LINES = 6_000;

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
  if (old.length === 0 || now.length === 0 || old.length + now.length > MOST_LINES) return [{ kind: "removed", lines: [...old] }, { kind: "added", lines: [...now] }];
  const trail = walk(old, now);
  const steps: DiffPart[] = [];
  let [x, y] = [old.length, now.length];
  for (let d = trail.length - 1; d >= 0; d -= 1) {
    const reached = trail[d] ?? new Map<number, number>();
    const k = x - y;
    const isDown = k === -d || (k !== d && (reached.get(k - 1) ?? -1) < (reached.get(k + 1) ?? -1));
    const fromK = isDown ? k + 1 : k - 1;
    const fromX = d === 0 ? 0 : (reached.get(fromK) ?? 0);
    const fromY = d === 0 ? 0 : fromX - fromK;
    while (x > fromX && y > fromY && (d === 0 || x > (isDown ? fromX : fromX + 1) || y > (isDown ? fromY + 1 : fromY))) {
      x -= 1;
      y -= 1;
      steps.push({ kind: "same", lines: [old[x] ?? ""] });
    }
    if (d > 0) steps.push(isDown ? { kind: "added", lines: [now[fromY] ?? ""] } : { kind: "removed", lines: [old[fromX] ?? ""] });
    [x, y] = [fromX, fromY];
  }
  return steps.reverse();
}

/** For each number of changes, how far each diagonal had come before it. */
function walk(old: readonly string[], now: readonly string[]): Map<number, number>[] {
  const reached = new Map<number, number>([[1, 0]]);
  const trail: Map<number, number>[] = [];
  for (let d = 0; ; d += 1) {
    trail.push(new Map(reached));
    for (let k = -d; k <= d; k += 2) {
      let x = k === -d || (k !== d && (reached.get(k - 1) ?? -1) < (reached.get(k + 1) ?? -1)) ? (reached.get(k + 1) ?? 0) : (reached.get(k - 1) ?? 0) + 1;
      while (x < old.length && x - k < now.length && old[x] === now[x - k]) x += 1;
      reached.set(k, x);
      if (x >= old.length && x - k >= now.length) return trail;
    }
  }
}
