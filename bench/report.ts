/** One measured figure against what is asked of it. */
export type Target = { name: string; value: number; mustBe: "at least" | "at most" | "exactly"; bound: number };

export type Outcome = { name: string; figures: Record<string, unknown>; targets: Target[] };

export function isMet({ value, mustBe, bound }: Target): boolean {
  if (mustBe === "exactly") return value === bound;
  return mustBe === "at least" ? value >= bound : value <= bound;
}

/** A line of progress. */
export function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Prints the targets as a table and the whole outcome as one JSON line; returns the exit code, 1 when a target is missed. */
export function report(outcome: Outcome, write: (text: string) => void = (text) => process.stdout.write(text)): number {
  const width = Math.max(0, ...outcome.targets.map((target) => target.name.length));
  const isOk = outcome.targets.every(isMet);
  write("\n");
  for (const target of outcome.targets) write(`${isMet(target) ? "ok  " : "MISS"}  ${target.name.padEnd(width)}  ${String(target.value).padStart(8)}  (${target.mustBe} ${target.bound})\n`);
  write(`${JSON.stringify({ name: outcome.name, figures: outcome.figures, targets: outcome.targets.map((target) => ({ ...target, ok: isMet(target) })), ok: isOk })}\n`);
  return isOk ? 0 : 1;
}
