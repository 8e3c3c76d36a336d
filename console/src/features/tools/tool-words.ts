import type { SystemView, ToolView } from "../../../../src/shapes/tool.ts";
import type { StateWords } from "../../ui/state-badge.tsx";

const SOME_FAIL = 0.05;

/** How a tool does, by its breaker first, then by the last day's calls. */
export function sayToolHealth({ state, stats }: ToolView): StateWords {
  if (state === "open") return { words: "Left alone", sign: "✕", tone: "bad" };
  if (state === "trying") return { words: "Trying again", sign: "↻", tone: "warn" };
  if (stats.calls === 0) return { words: "Not used", sign: "–", tone: "neutral" };
  const share = stats.failed / stats.calls;
  if (share === 0) return { words: "Fine", sign: "✓", tone: "good" };
  return share < SOME_FAIL ? { words: "Some fail", sign: "!", tone: "warn" } : { words: "Failing", sign: "✕", tone: "bad" };
}

export function saySystem({ state, running, waiting }: SystemView): StateWords {
  if (state === "open") return { words: "Left alone after failures", sign: "✕", tone: "bad" };
  if (state === "trying") return { words: "Trying again", sign: "↻", tone: "warn" };
  if (waiting > 0) return { words: `${waiting} calls wait`, sign: "!", tone: "warn" };
  return { words: running > 0 ? `${running} running` : "Fine", sign: "✓", tone: "good" };
}

const IDEMPOTENCY: Record<string, string> = { natural: "Yes, it only reads or sets", key: "Yes, by the call's key", none: "No: it is never repeated" };

/** Whether a second call has a second effect, for people. */
export function sayIdempotency(idempotency: string): string {
  return IDEMPOTENCY[idempotency] ?? `Yes, the key goes into the ${idempotency}`;
}
