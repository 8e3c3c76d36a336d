import type { StageName, StageView, ToolCallView, TurnSummary } from "../../../../src/shapes/conversation.ts";
import { sayCode } from "../../lib/format.ts";
import type { Tone } from "../../ui/badge.tsx";
import type { StateWords } from "../../ui/state-badge.tsx";

export const STAGES: readonly StageName[] = ["receive", "identify", "authorize", "redact", "understand", "decide", "act", "compose", "verify", "deliver", "record"];

export const STAGE_RESULTS: Record<StageView["result"], StateWords> = {
  ok: { words: "OK", sign: "✓", tone: "good" },
  skipped: { words: "Skipped", sign: "–", tone: "neutral" },
  refused: { words: "Refused", sign: "!", tone: "warn" },
  failed: { words: "Failed", sign: "✕", tone: "bad" },
};

export const TURN_STATUSES: Record<TurnSummary["status"], StateWords> = {
  running: { words: "Running", sign: "…", tone: "accent" },
  replied: { words: "Replied", sign: "✓", tone: "good" },
  handed_off: { words: "Handed off", sign: "→", tone: "warn" },
  silent: { words: "No reply", sign: "–", tone: "neutral" },
  failed: { words: "Failed", sign: "✕", tone: "bad" },
};

export const CALL_STATUSES: Record<ToolCallView["status"], StateWords> = {
  waiting: { words: "Waits for approval", sign: "◔", tone: "warn" },
  started: { words: "Under way", sign: "…", tone: "accent" },
  ok: { words: "OK", sign: "✓", tone: "good" },
  not_found: { words: "Not found", sign: "?", tone: "neutral" },
  refused: { words: "Refused by the system", sign: "!", tone: "warn" },
  denied: { words: "Denied by policy", sign: "!", tone: "warn" },
  failed: { words: "Failed", sign: "✕", tone: "bad" },
};

/** Why a turn went as it did: dotted codes become words, sentences stay. */
export function sayTurnReason(reason: string): string {
  return /^[a-z_]+\.[a-z_]+(, [a-z_]+\.[a-z_]+)*$/.test(reason) ? reason.split(", ").map(sayCode).join(", ") : reason;
}

export const RISKS: Record<ToolCallView["risk"], { words: string; tone: Tone }> = {
  read: { words: "Read", tone: "neutral" },
  write: { words: "Write", tone: "accent" },
  money: { words: "Money", tone: "warn" },
  irreversible: { words: "Irreversible", tone: "bad" },
};
