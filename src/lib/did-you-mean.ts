/** The known name nearest to a misspelt one; null when none is near. */
function nearestName(wrong: string, known: readonly string[]): string | null {
  let best: string | null = null;
  let bestDistance = Math.max(1, Math.floor(wrong.length / 3)) + 1;
  for (const name of known) {
    const distance = name.toLowerCase() === wrong.toLowerCase() ? 0 : editDistance(wrong, name, bestDistance);
    if (distance < bestDistance) [best, bestDistance] = [name, distance];
  }
  return best;
}

/** ` Did you mean "x"?` with its leading space, or what there is, or nothing. */
export function didYouMean(wrong: string, known: readonly string[]): string {
  const near = didYouMeanNear(wrong, known);
  return near === "" && known.length > 0 && known.length <= 12 ? ` There is: ${known.join(", ")}.` : near;
}

/** The same without what there is. */
export function didYouMeanNear(wrong: string, known: readonly string[]): string {
  const near = nearestName(wrong, known);
  return near === null ? "" : ` Did you mean "${near}"?`;
}

/** Edits (insert, delete, replace, swap of neighbours) between two names; `limit` when they are at least that far. */
function editDistance(left: string, right: string, limit: number): number {
  if (Math.abs(left.length - right.length) >= limit) return limit;
  let before: number[] = [];
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= right.length; column += 1) {
      const isSame = left[row - 1] === right[column - 1];
      const isSwap = left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      const swapped = isSwap ? (before[column - 2] ?? limit) + 1 : limit;
      current.push(Math.min((previous[column] ?? limit) + 1, (current[column - 1] ?? limit) + 1, (previous[column - 1] ?? limit) + (isSame ? 0 : 1), swapped));
    }
    [before, previous] = [previous, current];
  }
  return previous[right.length] ?? limit;
}
