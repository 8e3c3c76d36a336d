import { setTimeout as sleep } from "node:timers/promises";
import { isBrokenCircuitError, isBulkheadRejectedError } from "cockatiel";
import { AppError, messageOf } from "../lib/app-error.ts";
import type { Log } from "../lib/log.ts";
import { createSystemGates, DEFAULT_GATE, type GateSettings, type SystemGates, type SystemHealth } from "./system-gates.ts";
import { isIdempotent, type Tool } from "./tool.ts";
import { systemAway } from "./tools.errors.ts";

/**
 * Carries out a call's attempts: each within the tool's time and one of its system's places, none while the breaker of the tool
 * or of its system is open, again only where a second one has no second effect.
 *
 * Throws what the last attempt threw; `tools.system_away` with `details.isFailingFast` when no attempt was made;
 * `storage.unavailable` at once, since then nothing could be recorded.
 * Breakers and places are this process's own: they save time, and every process learns by itself.
 */
export type ToolRunner = {
  run<T>(tool: Tool, attempt: (signal: AbortSignal) => Promise<T>): Promise<T>;
  /** The systems that were called since this process began, by name. */
  health(): SystemHealth[];
};

const MAX_PAUSE_MS = 10_000;

export function createToolRunner(deps: { log: Log; gates?: GateSettings }): ToolRunner {
  const gates = createSystemGates(deps.gates ?? DEFAULT_GATE, deps.log);
  return {
    health: () => gates.health(),
    async run(tool, attempt) {
      for (let attemptNo = 1; ; attemptNo += 1) {
        try {
          return await throughGate(gates, tool, attempt);
        } catch (error) {
          const pauseMs = pauseBefore(tool, attemptNo + 1, error);
          if (pauseMs === null) throw error;
          deps.log.warn("tools.retried", { tool: tool.name, attempt: attemptNo, pauseMs, error: messageOf(error) });
          await sleep(pauseMs);
        }
      }
    },
  };
}

/** Our own database is away: nothing can be recorded now, so the whole call waits and is tried again under its id. */
export function isHouseAway(error: unknown): boolean {
  return error instanceof AppError && error.isRetryable;
}

/** Full jitter over a doubling ceiling, or what the system asked for; null: no further attempt. Source: "Exponential Backoff And Jitter", AWS Architecture Blog, 2015. */
function pauseBefore(tool: Tool, attemptNo: number, error: unknown): number | null {
  if (attemptNo > tool.retry.attempts || !isIdempotent(tool)) return null;
  const known = error instanceof AppError ? error : null;
  // What we know the reason of, and is not that the system was away, would fail the same again.
  if (known !== null && (known.code !== "tools.system_away" || known.details["isFailingFast"] === true)) return null;
  const asked = known?.details["retryAfterMs"];
  if (typeof asked === "number" && asked > MAX_PAUSE_MS) return null;
  return Math.max(typeof asked === "number" ? asked : 0, Math.random() * Math.min(MAX_PAUSE_MS, tool.retry.firstDelayMs * 2 ** (attemptNo - 1)));
}

async function throughGate<T>(gates: SystemGates, tool: Tool, attempt: (signal: AbortSignal) => Promise<T>): Promise<T> {
  try {
    return await gates.pass(tool, (places) => inTime(tool.timeoutMs, (signal) => places.execute(() => Promise.race([attempt(signal), abortOf(signal)]), signal)));
  } catch (error) {
    if (isBrokenCircuitError(error)) throw systemAway({ message: `"${tool.system}" has failed repeatedly and is left alone for a moment.`, details: { isFailingFast: true }, cause: error });
    if (isBulkheadRejectedError(error)) throw systemAway({ message: `Too many calls wait for "${tool.system}" already.`, details: { isFailingFast: true }, cause: error });
    throw error;
  }
}

/** A tool that does not heed its signal gives its place back all the same. */
function abortOf(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(systemAway({ message: "The call was given up." })), { once: true });
  });
}

/** The wait for a place counts too: a system that is that busy does not answer in time. */
async function inTime<T>(timeoutMs: number, attempt: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(systemAway({ message: `There was no answer within ${timeoutMs} ms.` }));
      controller.abort();
    }, timeoutMs);
  });
  try {
    return await Promise.race([attempt(controller.signal), late]);
  } finally {
    clearTimeout(timer);
  }
}
