/** A moment as the standard's expressions see it. */
export function toTime(ms: number): { iso8601: string; epoch: { seconds: number; milliseconds: number } } {
  return { iso8601: new Date(ms).toISOString(), epoch: { seconds: Math.floor(ms / 1_000), milliseconds: ms } };
}
