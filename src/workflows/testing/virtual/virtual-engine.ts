import { isCancelled } from "../../../durable/durable.errors.ts";
import type { DurableCall, DurableEngine, DurableHandler, DurableService } from "../../../durable/durable.ts";
import { asJournaled, failedOutcome, toError, type JournalOutcome } from "./journal.ts";
import { makeVirtualDurable } from "./virtual-durable.ts";
import type { VirtualExternal, VirtualInvocation } from "./virtual-invocation.ts";
import type { VirtualTime } from "./virtual-time.ts";

/**
 * The engine of `baton test`: the same port as Restate, in memory and in virtual time. Nothing survives the process; every
 * invocation keeps its journal, so that `replayInvocation` can carry it out again.
 */
export type VirtualEngine = DurableEngine & {
  invocations: readonly VirtualInvocation[];
  /** Begins a handler; `parent`: as its child. */
  begin(call: DurableCall, parent: VirtualInvocation | null): VirtualInvocation;
  stop(invocation: VirtualInvocation): void;
  /** Known from the moment it is made. */
  externalOf(id: string): VirtualExternal;
};

export function createVirtualEngine(services: readonly DurableService[], time: VirtualTime): VirtualEngine {
  const handlers = new Map(services.flatMap((service) => Object.entries(service.handlers).map(([name, handler]): [string, DurableHandler] => [`${service.name}/${name}`, handler])));
  const invocations: VirtualInvocation[] = [];
  const externals = new Map<string, VirtualExternal>();
  const byKey = new Map<string, VirtualInvocation>();
  let ends = 0;

  const begin: VirtualEngine["begin"] = (call, parent) => {
    const known = call.idempotencyKey === undefined ? undefined : byKey.get(call.idempotencyKey);
    if (known !== undefined) return known;
    const handler = handlers.get(`${call.service}/${call.handler}`);
    if (handler === undefined) throw new Error(`there is no handler ${call.service}/${call.handler}`);
    const invocation: VirtualInvocation = { id: `inv_${invocations.length + 1}`, call: { ...call, input: asJournaled(call.input) }, handler, journal: [], wait: null, isCancelDue: false, children: new Set(), end: null, waiters: new Set(), controller: new AbortController() };
    invocations.push(invocation);
    parent?.children.add(invocation);
    if (call.idempotencyKey !== undefined) byKey.set(call.idempotencyKey, invocation);
    time.enter();
    void carryOut(invocation);
    return invocation;
  };
  const carryOut = async (invocation: VirtualInvocation): Promise<void> => {
    await time.pass(invocation.call.delayMs ?? 0, invocation.controller.signal);
    const outcome = await endOf(() => invocation.handler(makeVirtualDurable({ engine, time, invocation }), invocation.call.input));
    invocation.end = { outcome, place: ends };
    ends += 1;
    for (const tell of invocation.waiters) tell();
    time.leave();
  };
  const stop: VirtualEngine["stop"] = (invocation) => {
    if (invocation.end !== null) return;
    for (const child of invocation.children) stop(child);
    const { wait } = invocation;
    if (wait !== null) return wait.settle({ kind: "cancelled" });
    invocation.isCancelDue = true;
    const last = invocation.journal.at(-1);
    if (last !== undefined) last.isStopping = true;
  };
  const externalOf: VirtualEngine["externalOf"] = (id) => {
    const known = externals.get(id) ?? { outcome: null, waiter: null };
    externals.set(id, known);
    return known;
  };
  const settle = (id: string, outcome: JournalOutcome) => {
    const external = externalOf(id);
    if (external.outcome !== null) return;
    external.outcome = outcome;
    external.waiter?.();
  };
  const engine: VirtualEngine = {
    id: "virtual", invocations, begin, stop, externalOf,
    send: async (call) => void begin(call, null),
    start: async (call) => ({ invocationId: begin(call, null).id }),
    async call(call) {
      const invocation = begin(call, null);
      await new Promise<void>((resolve) => (invocation.end === null ? invocation.waiters.add(resolve) : resolve()));
      const outcome = invocation.end?.outcome;
      if (outcome?.kind === "failed") throw toError(outcome);
      return outcome?.kind === "value" ? outcome.value : null;
    },
    resolve: async (id, value) => settle(id, { kind: "value", value: asJournaled(value) }),
    reject: async (id, message) => settle(id, { kind: "failed", code: "durable.rejected", message, status: 409, details: {} }),
    async cancel(id) {
      const found = invocations.find((each) => each.id === id && each.end === null);
      if (found === undefined) return "unknown";
      stop(found);
      return "accepted";
    },
    ping: async () => {},
    close: async () => invocations.forEach((each) => each.controller.abort()),
  };
  return engine;
}

/** How a handler ended: its value as JSON, or why it failed. */
export async function endOf(work: () => Promise<unknown>): Promise<JournalOutcome> {
  try {
    return { kind: "value", value: asJournaled(await work()) };
  } catch (error) {
    return isCancelled(error) ? { kind: "cancelled" } : failedOutcome(error);
  }
}
