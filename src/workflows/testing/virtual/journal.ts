import { AppError } from "../../../lib/app-error.ts";
import type { DurableCall } from "../../../durable/durable.ts";

/** How an awaited operation ended. `time_up`: `deadline` is its place among those that hold, the outermost first. */
export type JournalOutcome =
  | { kind: "value"; value: unknown }
  | { kind: "failed"; code: string; message: string; status: number; details: Record<string, unknown> }
  | { kind: "cancelled" }
  | { kind: "time_up"; deadline: number };

/** One line of an invocation's journal. `outcome` null: it was still open when everything stood still. */
export type JournalEntry = { kind: string; what: string; outcome: JournalOutcome | null; atMs: number; /** A cancellation came during it. */ isStopping: boolean };

export function failedOutcome(error: unknown): JournalOutcome {
  if (error instanceof AppError) return { kind: "failed", code: error.code, message: error.message, status: error.status, details: error.details };
  return { kind: "failed", code: "durable.step_failed", message: error instanceof Error ? error.message : String(error), status: 500, details: {} };
}

export function toError(failed: Extract<JournalOutcome, { kind: "failed" }>): AppError {
  return new AppError({ code: failed.code, message: failed.message, status: failed.status, details: failed.details });
}

/** What a journal's line says of a call; a replay must say the same. */
export function lineOfCall(call: DurableCall): string {
  return JSON.stringify([call.service, call.handler, call.key ?? null, call.input ?? null]);
}

/** What a journal can hold of a value: nothing but JSON. */
export function asJournaled(value: unknown): unknown {
  const read: unknown = JSON.parse(JSON.stringify(value ?? null));
  return read;
}

/** Numbers from 0 to 1, the same for the same seed. Source: Mulberry32, public domain. */
export function seededRandom(seed: string): () => number {
  let state = 2_166_136_261;
  for (let index = 0; index < seed.length; index += 1) state = Math.imul(state ^ seed.charCodeAt(index), 16_777_619) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
