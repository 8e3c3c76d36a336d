import * as restate from "@restatedev/restate-sdk";
import { AppError, isRetryable, messageOf } from "../../lib/app-error.ts";
import type { Log } from "../../lib/log.ts";
import { durableCancelled, durableFailed, isCancelled, durableRejected, durableTimeIsUp } from "../durable.errors.ts";
import type { Bounded, Durable, DurableCall, DurableChild, DurableExternal } from "../durable.ts";

type Options = { log: Log; namespace: string };

/** One end in time. `fired` is raced with everything awaited inside it; `children`: started inside and not ended. `end`: it has come. */
type Deadline = { fired: restate.RestatePromise<Deadline>; controller: AbortController; children: Set<RestateChild>; isOver: boolean; end(): void };

type RestateChild = DurableChild & { promise: restate.InvocationPromise<unknown> };

/** A journaled step; a failed one is kept as its code and message, so a replay fails in the same way. `at`: when it ended. */
type Journaled<T> = ({ ok: T } | { failed: { code: string; message: string; status: number; details?: Record<string, unknown> } }) & { at?: number };

/** Awaits what `make` begins; throws instead when a cancellation is due, or a deadline comes first. */
type Settle = <T>(make: () => restate.RestatePromise<T>, isLate?: boolean) => Promise<T>;

type Settled<T> = { kind: "value"; value: T } | { kind: "failure"; failure: restate.TerminalError };

const NEVER = new AbortController().signal;
const json: restate.Serde<unknown> = { contentType: "application/json", serialize: (value) => new TextEncoder().encode(JSON.stringify(value ?? null)), deserialize: (bytes): unknown => (bytes.length === 0 ? null : JSON.parse(new TextDecoder().decode(bytes))) };
const STEP_RETRIES = { initialRetryInterval: 50, retryIntervalFactor: 2, maxRetryInterval: 2_000 };

/** The port over one invocation's context. Everything is awaited through `RestatePromise`, so races replay as they went. */
export function makeRestateDurable(context: restate.Context, options: Options): Durable {
  return scope({ context, options, state: { lastStepMs: 0, isStopping: false } }, [], new Map());
}

/** `isStopping`: a cancellation came during a step and is to be thrown by the next await. */
type Invocation = { context: restate.Context; options: Options; state: { lastStepMs: number; isStopping: boolean } };

function scope(invocation: Invocation, deadlines: readonly Deadline[], known: Map<DurableChild, RestateChild>): Durable {
  const { context, options, state } = invocation;
  const settle = <T>(make: () => restate.RestatePromise<T>, isLate = false): Promise<T> => {
    const over = isLate ? undefined : deadlines.find((deadline) => deadline.isOver);
    if (over !== undefined) return Promise.reject(new TimeIsUp(over));
    if (!state.isStopping) return settleBefore(isLate ? [] : deadlines, make());
    state.isStopping = false;
    return Promise.reject(durableCancelled());
  };
  const start = (call: DurableCall): RestateChild => {
    const child = makeChild(context, settle, context.genericCall<unknown, unknown>(toGenericCall(options.namespace, call)), deadlines);
    known.set(child, child);
    for (const deadline of deadlines) deadline.children.add(child);
    return child;
  };
  return {
    invocationId: context.request().id,
    signal: context.request().attemptCompletedSignal,
    lastStepMs: () => state.lastStepMs,
    isStopping: () => state.isStopping,
    random: () => context.rand.random(),
    async step<T>(name: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
      const signal = deadlines.length === 0 ? NEVER : AbortSignal.any(deadlines.map((deadline) => deadline.controller.signal));
      let promise: restate.RestatePromise<Journaled<T>> | null = null;
      const journaled = await settle(() => (promise = context.run(name, () => attempt(name, work, signal, options.log), STEP_RETRIES))).catch((error: unknown) => {
        if (promise === null || !(isCancelled(error) || error instanceof TimeIsUp)) throw error;
        if (error instanceof TimeIsUp) error.deadline.end();
        else state.isStopping = true;
        return ended(promise, () => (state.isStopping = true));
      });
      state.lastStepMs = Math.max(state.lastStepMs, journaled.at ?? 0);
      const over = deadlines.find((deadline) => deadline.isOver);
      if ("failed" in journaled && over !== undefined) throw new TimeIsUp(over);
      if ("failed" in journaled) throw new AppError({ ...journaled.failed, isRetryable: false });
      return journaled.ok;
    },
    async sleep(durationMs) {
      await settle(() => context.sleep(durationMs));
    },
    send: (call) => {
      context.genericSend(toGenericSend(options.namespace, call));
    },
    call: (call) => start(call).wait(),
    start,
    firstOf: (children) => settle(() => restate.RestatePromise.race(children.map((child, place) => (known.get(child) ?? unknownChild()).promise.map(() => place)))),
    external: () => makeExternal(context, settle),
    async within<T>(timeoutMs: number, work: (durable: Durable) => Promise<T>): Promise<Bounded<T>> {
      const deadline = makeDeadline(context, timeoutMs);
      try {
        const value = await work(scope(invocation, [...deadlines, deadline], known));
        if (!deadline.isOver) return { kind: "done", value };
      } catch (error) {
        if (!(error instanceof TimeIsUp && error.deadline === deadline)) throw error;
      }
      deadline.end();
      for (const child of deadline.children) await child.cancel();
      return { kind: "timed_out" };
    },
  };
}

/** `durable.time_is_up` with the deadline it belongs to. */
class TimeIsUp extends AppError {
  readonly deadline: Deadline;

  constructor(deadline: Deadline) {
    const { code, status, message } = durableTimeIsUp();
    super({ code, status, message });
    this.deadline = deadline;
  }
}

function makeDeadline(context: restate.Context, timeoutMs: number): Deadline {
  const deadline: Omit<Deadline, "fired" | "end"> = { controller: new AbortController(), children: new Set(), isOver: false };
  const end = () => {
    made.isOver = true;
    made.controller.abort();
  };
  const made: Deadline = Object.assign(deadline, { end, fired: context.sleep(timeoutMs).map((): Deadline => made) });
  return made;
}

/** Awaits the promise unless one of the deadlines comes first; the outermost counts when several have come. */
async function settleBefore<T>(deadlines: readonly Deadline[], promise: restate.RestatePromise<T>): Promise<T> {
  try {
    if (deadlines.length === 0) return await promise;
    const settled = promise.map((value, failure): Settled<T> => (failure === undefined ? { kind: "value", value: present(value) } : { kind: "failure", failure }));
    const first = await restate.RestatePromise.race([...deadlines.map((deadline) => deadline.fired), settled]);
    if ("fired" in first) throw new TimeIsUp(first);
    if (first.kind === "failure") throw first.failure;
    return first.value;
  } catch (error) {
    if (error instanceof restate.CancelledError) throw durableCancelled();
    throw error;
  }
}

/** The mapper is handed a value or a failure; a value may be undefined itself. */
function present<T>(value: T | undefined): T;
function present(value: unknown): unknown {
  return value;
}

/** Waits for a step whose first wait was given up; cancellations meanwhile are only told. */
async function ended<T>(promise: restate.RestatePromise<T>, onCancelled: () => void): Promise<T> {
  for (;;) {
    try {
      const [value] = await restate.RestatePromise.all([promise]);
      return value;
    } catch (error) {
      if (!(error instanceof restate.CancelledError)) throw error;
      onCancelled();
    }
  }
}

async function attempt<T>(name: string, effect: (signal: AbortSignal) => Promise<T>, signal: AbortSignal, log: Log): Promise<Journaled<T>> {
  try {
    return { ok: await effect(signal), at: Date.now() };
  } catch (error) {
    if (isRetryable(error) && !signal.aborted) {
      log.warn("durable.step_retried", { step: name, error: messageOf(error) });
      throw error;
    }
    const isOurs = error instanceof AppError;
    const failed = { code: isOurs ? error.code : "durable.step_failed", message: messageOf(error), status: isOurs ? error.status : 500, ...(isOurs && Object.keys(error.details).length > 0 ? { details: error.details } : {}) };
    if (isOurs || signal.aborted) log.warn("durable.step_failed", { step: name, code: failed.code, error: failed.message });
    else log.error("durable.step_failed", { step: name, code: failed.code, error: failed.message, stack: error instanceof Error ? error.stack : undefined });
    return { failed, at: Date.now() };
  }
}

function makeChild(context: restate.Context, settle: Settle, promise: restate.InvocationPromise<unknown>, deadlines: readonly Deadline[]): RestateChild {
  const child: RestateChild = {
    promise,
    async wait(options) {
      try {
        // Wrapped, so that it can be awaited again after a cancellation.
        const [value] = await settle(() => restate.RestatePromise.all([promise]), options?.evenLate === true);
        for (const deadline of deadlines) deadline.children.delete(child);
        return value;
      } catch (error) {
        if (!(error instanceof restate.TerminalError)) throw error;
        for (const deadline of deadlines) deadline.children.delete(child);
        throw durableFailed({ message: error.message, details: { status: error.code } });
      }
    },
    async cancel() {
      try {
        context.invocation(await promise.invocationId).cancel();
      } catch (error) {
        if (error instanceof restate.CancelledError) throw durableCancelled();
        throw error;
      }
    },
  };
  return child;
}

function unknownChild(): never {
  throw new Error("the child belongs to another invocation");
}

function makeExternal(context: restate.Context, settle: Settle): DurableExternal {
  const { id, promise } = context.awakeable<unknown>();
  type Outcome = { kind: "resolved"; value: unknown } | { kind: "timed_out" };
  const resolved = promise.map((value, failure): Outcome => {
    if (failure !== undefined) throw failure;
    return { kind: "resolved", value };
  });
  return {
    id,
    async wait(timeoutMs) {
      try {
        return await settle(() => timeoutMs === null ? restate.RestatePromise.race([resolved]) : restate.RestatePromise.race([resolved, context.sleep(timeoutMs).map((): Outcome => ({ kind: "timed_out" }))]));
      } catch (error) {
        if (error instanceof restate.TerminalError) throw durableRejected({ message: error.message });
        throw error;
      }
    },
  };
}

function toGenericCall(namespace: string, call: DurableCall): restate.GenericCall<unknown, unknown> {
  return { ...addressed(namespace, call), outputSerde: json };
}

function toGenericSend(namespace: string, call: DurableCall): restate.GenericSend<unknown> {
  return { ...addressed(namespace, call), ...(call.delayMs === undefined ? {} : { delay: call.delayMs }) };
}

function addressed(namespace: string, call: DurableCall) {
  return { service: namespace + call.service, method: call.handler, parameter: call.input ?? null, inputSerde: json, ...(call.key === undefined ? {} : { key: call.key }), ...(call.idempotencyKey === undefined ? {} : { idempotencyKey: call.idempotencyKey }) };
}
