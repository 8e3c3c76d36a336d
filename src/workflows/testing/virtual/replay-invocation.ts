import type { Durable, DurableChild, DurableHandler } from "../../../durable/durable.ts";
import { lineOfCall, seededRandom, type JournalEntry, type JournalOutcome } from "./journal.ts";
import { VirtualTimeIsUp, lastStepMs, present, unwrap } from "./virtual-durable.ts";
import { endOf } from "./virtual-engine.ts";
import type { VirtualInvocation } from "./virtual-invocation.ts";

type Cursor = { journal: readonly JournalEntry[]; place: number; mismatch: string | null; suspend: () => void; suspended: Promise<"suspended"> };

/**
 * Carries an invocation out again from its journal, as the engine does after a crash, and compares: the same operations in
 * the same order, the same end. Runs no step. Null: nothing differs.
 */
export async function replayInvocation(invocation: VirtualInvocation, handler: DurableHandler): Promise<string | null> {
  let suspend = () => {};
  const suspended = new Promise<"suspended">((resolve) => (suspend = () => resolve("suspended")));
  const cursor: Cursor = { journal: invocation.journal, place: 0, mismatch: null, suspend, suspended };
  const durable = replaying(cursor, invocation, 0, { random: seededRandom(invocation.id), externals: 0, children: 0 });
  const ended = await Promise.race([endOf(() => handler(durable, structuredClone(invocation.call.input))), suspended]);
  if (cursor.mismatch !== null) return cursor.mismatch;
  if (cursor.place < cursor.journal.length) return `the replay stopped before "${nameOf(cursor.journal[cursor.place])}"`;
  if (ended === "suspended") return invocation.end === null ? null : "the replay did not end";
  if (invocation.end === null) return "the replay ended where the run waits";
  return describe(ended) === describe(invocation.end.outcome) ? null : `the end is ${describe(ended)} and was ${describe(invocation.end.outcome)}`;
}

function describe(outcome: JournalOutcome): string {
  return JSON.stringify(outcome).slice(0, 500);
}

function nameOf(entry: JournalEntry | undefined): string {
  return entry === undefined ? "the end" : `${entry.kind} ${entry.what.slice(0, 120)}`;
}

/** The next line of the journal, if it is this operation's; never settles where the journal ends open. */
function take(cursor: Cursor, kind: string, what: string): JournalOutcome | Promise<never> {
  const entry = cursor.journal[cursor.place];
  if (entry === undefined || entry.kind !== kind || entry.what !== what) {
    cursor.mismatch ??= `the replay does "${kind} ${what.slice(0, 120)}" where the run did "${nameOf(entry)}"`;
    cursor.suspend();
    return new Promise<never>(() => {});
  }
  cursor.place += 1;
  if (entry.outcome !== null) return entry.outcome;
  cursor.suspend();
  return new Promise<never>(() => {});
}

type Shared = { random: () => number; externals: number; children: number };

function replaying(cursor: Cursor, invocation: VirtualInvocation, depth: number, shared: Shared): Durable {
  const awaited = async (kind: string, what: string): Promise<unknown> => unwrap(await take(cursor, kind, what));
  const childIds = [...invocation.children].map((child) => child.id);
  const start: Durable["start"] = (call) => {
    void take(cursor, "start", lineOfCall(call));
    const id = childIds[shared.children] ?? "unknown";
    shared.children += 1;
    const child: DurableChild = { wait: () => awaited("child", id), cancel: async () => void (await awaited("cancel", id)) };
    return child;
  };
  return {
    invocationId: invocation.id, signal: new AbortController().signal, random: shared.random, start,
    lastStepMs: () => lastStepMs(cursor.journal.slice(0, cursor.place)),
    isStopping: () => cursor.journal[cursor.place - 1]?.isStopping === true && cursor.journal[cursor.place - 1]?.outcome?.kind !== "cancelled",
    step: async <T>(name: string) => present<T>(await awaited("step", name)),
    sleep: async (durationMs) => void (await awaited("sleep", String(durationMs))),
    send(call) {
      void take(cursor, "send", lineOfCall(call));
    },
    call: (call) => start(call).wait(),
    firstOf: async (children) => Number(await awaited("first", String(children.length))),
    external() {
      shared.externals += 1;
      const id = `${invocation.id}.external.${shared.externals}`;
      void take(cursor, "external", id);
      return { id, wait: async (timeoutMs) => present(await awaited("wait", `${id} ${timeoutMs}`)) };
    },
    async within(timeoutMs, work) {
      void take(cursor, "within", String(timeoutMs));
      try {
        return { kind: "done", value: await work(replaying(cursor, invocation, depth + 1, shared)) };
      } catch (error) {
        if (error instanceof VirtualTimeIsUp && error.place === depth) return { kind: "timed_out" };
        throw error;
      }
    },
  };
}

