import { AppError } from "../../../lib/app-error.ts";
import { durableCancelled, durableFailed, durableTimeIsUp } from "../../../durable/durable.errors.ts";
import type { Bounded, Durable, DurableChild, DurableExternal } from "../../../durable/durable.ts";
import { asJournaled, failedOutcome, lineOfCall, seededRandom, toError, type JournalEntry, type JournalOutcome } from "./journal.ts";
import type { VirtualEngine } from "./virtual-engine.ts";
import type { VirtualDeadline, VirtualInvocation } from "./virtual-invocation.ts";
import type { VirtualTime } from "./virtual-time.ts";

type Scene = { engine: VirtualEngine; time: VirtualTime; invocation: VirtualInvocation };
type State = { random: () => number; externals: number };

const NEVER = new AbortController().signal;
const FIRST_RETRY_MS = 50;
const LONGEST_RETRY_MS = 2_000;
const MOST_RETRIES = 1_000;

/** The port over one invocation in virtual time. Every operation leaves a line in the journal, with how it ended. */
export function makeVirtualDurable(scene: Scene): Durable {
  return scope(scene, [], { random: seededRandom(scene.invocation.id), externals: 0 }, new Map());
}

function scope(scene: Scene, deadlines: readonly VirtualDeadline[], state: State, known: Map<DurableChild, VirtualInvocation>): Durable {
  const { engine, time, invocation } = scene;
  const start: Durable["start"] = (call) => {
    write(scene, "start", lineOfCall(call), { kind: "value", value: null });
    const begun = engine.begin(call, invocation);
    for (const deadline of deadlines) deadline.children.add(begun);
    const child = makeChild(scene, deadlines, begun);
    known.set(child, begun);
    return child;
  };
  return {
    invocationId: invocation.id,
    signal: invocation.controller.signal,
    lastStepMs: () => lastStepMs(invocation.journal),
    isStopping: () => invocation.isCancelDue,
    random: state.random,
    async step<T>(name: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
      const made = await takeStep(scene, deadlines, name, work);
      return present<T>(made);
    },
    async sleep(durationMs) {
      await settle(scene, deadlines, "sleep", String(durationMs), (end) => time.at(time.nowMs() + durationMs, () => end({ kind: "value", value: null })));
    },
    send(call) {
      write(scene, "send", lineOfCall(call), { kind: "value", value: null });
      engine.begin(call, null);
    },
    call: (call) => start(call).wait(),
    start,
    firstOf: async (children) => Number(await settle(scene, deadlines, "first", String(children.length), (end) => listen(children.map((child) => known.get(child) ?? unknownChild()), end))),
    external() {
      state.externals += 1;
      const id = `${invocation.id}.external.${state.externals}`;
      write(scene, "external", id, { kind: "value", value: null });
      return makeExternal(scene, deadlines, id);
    },
    within: <T>(timeoutMs: number, work: (durable: Durable) => Promise<T>) => bound(scene, timeoutMs, deadlines, (inside) => work(scope(scene, inside, state, known))),
  };
}

function write({ time, invocation }: Scene, kind: string, what: string, outcome: JournalOutcome | null): JournalEntry {
  const entry: JournalEntry = { kind, what, outcome, atMs: time.nowMs(), isStopping: false };
  invocation.journal.push(entry);
  return entry;
}

export function lastStepMs(journal: readonly JournalEntry[]): number {
  return journal.findLast((entry) => entry.kind === "step" && entry.outcome !== null && entry.outcome.kind !== "time_up" && entry.outcome.kind !== "cancelled")?.atMs ?? 0;
}

/** `durable.time_is_up` with the deadline it belongs to. */
export class VirtualTimeIsUp extends AppError {
  readonly place: number;

  constructor(place: number) {
    const { code, status, message } = durableTimeIsUp();
    super({ code, status, message });
    this.place = place;
  }
}

/** The value, or what an outcome throws. */
export function unwrap(outcome: JournalOutcome): unknown {
  if (outcome.kind === "value") return outcome.value;
  if (outcome.kind === "cancelled") throw durableCancelled();
  if (outcome.kind === "time_up") throw new VirtualTimeIsUp(outcome.deadline);
  throw toError(outcome);
}

/** What is due before anything is awaited; the outermost deadline counts. */
function dueNow(invocation: VirtualInvocation, deadlines: readonly VirtualDeadline[]): JournalOutcome | null {
  if (invocation.isCancelDue) {
    invocation.isCancelDue = false;
    return { kind: "cancelled" };
  }
  const place = deadlines.findIndex((deadline) => deadline.isOver);
  return place < 0 ? null : { kind: "time_up", deadline: place };
}

/** Waits until `begin` tells the end, a deadline or a cancellation comes. `begin` returns the way to stop listening. */
async function settle(scene: Scene, deadlines: readonly VirtualDeadline[], kind: string, what: string, begin: (end: (outcome: JournalOutcome) => void) => () => void): Promise<unknown> {
  const { time, invocation } = scene;
  const entry = write(scene, kind, what, null);
  const due = dueNow(invocation, deadlines);
  entry.outcome = due ?? (await new Promise<JournalOutcome>((resolve) => {
    let isOver = false;
    let stopListening = () => {};
    const end = (outcome: JournalOutcome) => {
      if (isOver) return;
      isOver = true;
      stopListening();
      if (invocation.wait !== null) time.enter();
      invocation.wait = null;
      resolve(outcome);
    };
    stopListening = begin(end);
    if (isOver) return stopListening();
    invocation.wait = { deadlines, settle: end };
    time.leave();
  }));
  entry.atMs = time.nowMs();
  return unwrap(entry.outcome);
}

/** The work runs once; what is retryable is tried again after a pause. The thread works all the while, but for `time.pass`. */
async function takeStep<T>(scene: Scene, deadlines: readonly VirtualDeadline[], name: string, work: (signal: AbortSignal) => Promise<T>): Promise<unknown> {
  const { time, invocation } = scene;
  const entry = write(scene, "step", name, null);
  entry.outcome = dueNow(invocation, deadlines);
  if (entry.outcome !== null) return unwrap(entry.outcome);
  const signal = deadlines.length === 0 ? NEVER : AbortSignal.any(deadlines.map((deadline) => deadline.controller.signal));
  const outcome = await attempt(time, work, signal);
  const place = deadlines.findIndex((deadline) => deadline.isOver);
  entry.outcome = place < 0 ? outcome : { kind: "time_up", deadline: place };
  entry.atMs = time.nowMs();
  entry.isStopping = invocation.isCancelDue;
  return unwrap(entry.outcome);
}

async function attempt<T>(time: VirtualTime, work: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<JournalOutcome> {
  for (let attempts = 1, pauseMs = FIRST_RETRY_MS; ; attempts += 1, pauseMs = Math.min(LONGEST_RETRY_MS, pauseMs * 2)) {
    try {
      return { kind: "value", value: asJournaled(await work(signal)) };
    } catch (error) {
      const isRetried = error instanceof AppError && error.isRetryable && attempts < MOST_RETRIES && !signal.aborted;
      if (!isRetried) return failedOutcome(error);
      await time.pass(pauseMs, signal);
    }
  }
}

function listen(children: readonly VirtualInvocation[], end: (outcome: JournalOutcome) => void): () => void {
  const tell = () => {
    const ended = children.flatMap((child, place) => (child.end === null ? [] : [{ place, order: child.end.place }])).sort((left, right) => left.order - right.order)[0];
    if (ended !== undefined) end({ kind: "value", value: ended.place });
  };
  for (const child of children) child.waiters.add(tell);
  tell();
  return () => children.forEach((child) => child.waiters.delete(tell));
}

function makeChild(scene: Scene, deadlines: readonly VirtualDeadline[], begun: VirtualInvocation): DurableChild {
  return {
    wait: () =>
      settle(scene, deadlines, "child", begun.id, (end) => {
        const tell = () => {
          if (begun.end !== null) end(begun.end.outcome.kind === "value" ? begun.end.outcome : failedOutcome(durableFailed({ message: begun.end.outcome.kind === "failed" ? begun.end.outcome.message : "cancelled" })));
        };
        begun.waiters.add(tell);
        tell();
        return () => begun.waiters.delete(tell);
      }),
    async cancel() {
      write(scene, "cancel", begun.id, { kind: "value", value: null });
      scene.engine.stop(begun);
    },
  };
}

function makeExternal(scene: Scene, deadlines: readonly VirtualDeadline[], id: string): DurableExternal {
  const { engine, time } = scene;
  return {
    id,
    async wait(timeoutMs) {
      const made = await settle(scene, deadlines, "wait", `${id} ${timeoutMs}`, (end) => {
        const external = engine.externalOf(id);
        const tell = () => {
          if (external.outcome !== null) end(external.outcome.kind === "value" ? { kind: "value", value: { kind: "resolved", value: external.outcome.value } } : external.outcome);
        };
        const takeBack = timeoutMs === null ? () => {} : time.at(time.nowMs() + timeoutMs, () => end({ kind: "value", value: { kind: "timed_out" } }));
        external.waiter = tell;
        tell();
        return () => {
          external.waiter = null;
          takeBack();
        };
      });
      return present<{ kind: "resolved"; value: unknown } | { kind: "timed_out" }>(made);
    },
  };
}

async function bound<T>(scene: Scene, timeoutMs: number, around: readonly VirtualDeadline[], work: (inside: readonly VirtualDeadline[]) => Promise<T>): Promise<Bounded<T>> {
  const { time, invocation, engine } = scene;
  const deadline: VirtualDeadline = { isOver: false, controller: new AbortController(), children: new Set() };
  write(scene, "within", String(timeoutMs), { kind: "value", value: null });
  const takeBack = time.at(time.nowMs() + timeoutMs, () => {
    deadline.isOver = true;
    deadline.controller.abort();
    const { wait } = invocation;
    const place = wait?.deadlines.indexOf(deadline) ?? -1;
    if (wait !== null && place >= 0) wait.settle({ kind: "time_up", deadline: place });
  });
  try {
    return { kind: "done", value: await work([...around, deadline]) };
  } catch (error) {
    if (!(error instanceof VirtualTimeIsUp && error.place === around.length)) throw error;
    for (const child of deadline.children) engine.stop(child);
    return { kind: "timed_out" };
  } finally {
    takeBack();
  }
}

function unknownChild(): never {
  throw new Error("the child belongs to another invocation");
}

/** A journal holds what was put into it. */
export function present<T>(value: unknown): T;
export function present(value: unknown): unknown {
  return value;
}
