import type { Scored } from "./fuse-ranks.ts";

/**
 * The best `limit` of many, best first, equal scores by lower place.
 *
 * Shapes: candidate i has place `placeOf(i)` and score `scoreOf(i)`, finite. One pass with a heap: cheap when most are worse than the best. Replay: pure.
 */
export function topRows(count: number, limit: number, placeOf: (candidate: number) => number, scoreOf: (candidate: number) => number): Scored[] {
  const heap: Scored[] = [];
  for (let candidate = 0; candidate < count; candidate += 1) {
    const score = scoreOf(candidate);
    const worst = heap[0];
    if (heap.length < limit) {
      heap.push({ place: placeOf(candidate), score });
      siftUp(heap);
    } else if (worst !== undefined && (score > worst.score || (score === worst.score && placeOf(candidate) < worst.place))) {
      heap[0] = { place: placeOf(candidate), score };
      siftDown(heap);
    }
  }
  return heap.sort((left, right) => right.score - left.score || left.place - right.place);
}

function isWorse(left: Scored, right: Scored): boolean {
  return left.score < right.score || (left.score === right.score && left.place > right.place);
}

function siftUp(heap: Scored[]): void {
  for (let at = heap.length - 1; at > 0; ) {
    const parent = (at - 1) >> 1;
    const above = heap[parent];
    const below = heap[at];
    if (above === undefined || below === undefined || !isWorse(below, above)) return;
    heap[parent] = below;
    heap[at] = above;
    at = parent;
  }
}

function siftDown(heap: Scored[]): void {
  for (let at = 0; ; ) {
    const left = heap[2 * at + 1];
    const right = heap[2 * at + 2];
    const next = right !== undefined && left !== undefined && isWorse(right, left) ? 2 * at + 2 : 2 * at + 1;
    const above = heap[at];
    const below = heap[next];
    if (above === undefined || below === undefined || !isWorse(below, above)) return;
    heap[at] = below;
    heap[next] = above;
    at = next;
  }
}
