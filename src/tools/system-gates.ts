import { bulkhead, circuitBreaker, CircuitState, ConsecutiveBreaker, ExponentialBackoff, handleWhen, isBrokenCircuitError, isBulkheadRejectedError, type BulkheadPolicy, type CircuitBreakerPolicy } from "cockatiel";
import { AppError, messageOf } from "../lib/app-error.ts";
import type { Log } from "../lib/log.ts";
import type { Tool } from "./tool.ts";

export type GateSettings = {
  /** Calls of one system at the same time, and how many more may wait for a place. */
  places: number;
  waiting: number;
  /** Failures in a row after which a tool, or a system over all its tools, is left alone. */
  failuresToOpen: number;
  /** For how long, before one call may try; doubles up to the longest while it keeps failing. Milliseconds. */
  firstPauseMs: number;
  longestPauseMs: number;
};

export const DEFAULT_GATE: GateSettings = { places: 16, waiting: 64, failuresToOpen: 5, firstPauseMs: 5_000, longestPauseMs: 60_000 };

export type GateState = "closed" | "open" | "trying";
export type SystemHealth = { system: string; state: GateState; running: number; waiting: number; lastError: string | null; tools: { tool: string; state: GateState }[] };

/** Stands before every system: one that is slow fills its own places only, one that is dead is not asked again and again. */
export type SystemGates = {
  /** `work` gets the system's places. Throws cockatiel's errors of a broken circuit and of full places. */
  pass<T>(tool: Tool, work: (places: BulkheadPolicy) => Promise<T>): Promise<T>;
  health(): SystemHealth[];
};

type Gate = { breaker: CircuitBreakerPolicy; places: BulkheadPolicy; tools: Map<string, CircuitBreakerPolicy>; lastError: string | null };

export function createSystemGates(settings: GateSettings, log: Log): SystemGates {
  const gates = new Map<string, Gate>();
  const breaker = (what: Record<string, string>) => {
    const made = circuitBreaker(handleWhen(countsAgainst), { breaker: new ConsecutiveBreaker(settings.failuresToOpen), halfOpenAfter: new ExponentialBackoff({ initialDelay: settings.firstPauseMs, maxDelay: settings.longestPauseMs }) });
    made.onBreak(() => log.warn("tools.breaker_opened", what));
    made.onReset(() => log.info("tools.breaker_closed", what));
    return made;
  };
  const gateOf = (system: string): Gate => {
    const known = gates.get(system);
    if (known !== undefined) return known;
    const gate: Gate = { breaker: breaker({ system }), places: bulkhead(settings.places, settings.waiting), tools: new Map(), lastError: null };
    gates.set(system, gate);
    return gate;
  };
  const toolBreaker = (gate: Gate, tool: Tool): CircuitBreakerPolicy => {
    const known = gate.tools.get(tool.name);
    if (known !== undefined) return known;
    const made = breaker({ system: tool.system, tool: tool.name });
    gate.tools.set(tool.name, made);
    return made;
  };
  return {
    async pass(tool, work) {
      const gate = gateOf(tool.system);
      try {
        return await gate.breaker.execute(() => toolBreaker(gate, tool).execute(() => work(gate.places)));
      } catch (error) {
        if (countsAgainst(error)) gate.lastError = messageOf(error).slice(0, 200);
        throw error;
      }
    },
    health: () =>
      [...gates].sort(([a], [b]) => a.localeCompare(b)).map(([system, gate]) => ({
        system, state: stateOf(gate.breaker), running: settings.places - gate.places.executionSlots, waiting: settings.waiting - gate.places.queueSlots, lastError: gate.lastError,
        tools: [...gate.tools].map(([tool, own]) => ({ tool, state: stateOf(own) })),
      })),
  };
}

/** A system that says what is wrong with the call is there; neither are our own faults its. */
function countsAgainst(error: unknown): boolean {
  if (isBrokenCircuitError(error) || isBulkheadRejectedError(error)) return false;
  return !(error instanceof AppError) || error.code === "tools.system_away";
}

function stateOf(breaker: CircuitBreakerPolicy): GateState {
  return breaker.state === CircuitState.Closed ? "closed" : breaker.state === CircuitState.HalfOpen ? "trying" : "open";
}
