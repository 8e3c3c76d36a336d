/** How often a faithful answer is scored above one that is not, in 0..1; ties count half. */
export function auroc(scored: readonly { score: number; isFaithful: boolean }[]): number {
  const ordered = scored.toSorted((one, other) => one.score - other.score);
  const faithful = scored.filter(({ isFaithful }) => isFaithful).length;
  let rankSum = 0;
  for (let from = 0; from < ordered.length; ) {
    let to = from;
    while (to < ordered.length && ordered[to]?.score === ordered[from]?.score) to += 1;
    const middle = (from + 1 + to) / 2;
    rankSum += ordered.slice(from, to).filter(({ isFaithful }) => isFaithful).length * middle;
    from = to;
  }
  return (rankSum - (faithful * (faithful + 1)) / 2) / (faithful * (scored.length - faithful));
}
