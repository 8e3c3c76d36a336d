/** Says on standard error what to do instead; returns the exit code of a wrong use. */
export function advise(text: string): number {
  process.stderr.write(`${text}\n`);
  return 2;
}
