/**
 * What a durable handler may use. The handler's code is replayed after a crash: a finished step answers from the journal
 * and its work is not run again; everything outside a step must be deterministic.
 *
 * One invocation is one thread: await what a method returns before the next call. What must run side by side is started
 * as children, so that every journal stays a line.
 *
 * Cancelled (`DurableEngine.cancel`): what is awaited throws `durable.cancelled` once, children that were started and not
 * awaited to their end are cancelled too, and the handler may go on to put things right. A step under way is ended and
 * answers first, so it is always known what happened; then the next await throws. Code between must let pass what
 * `isInterruption` names.
 */
export type Durable = {
  /** The same on every attempt of one invocation. */
  invocationId: string;
  /**
   * Runs an effect, journals its result and returns it.
   *
   * Shapes: the result must survive JSON; keep it small (ids, not texts). `signal` fires when time is up (see `within`).
   * Errors: retryable ones (connection lost, `AppError.isRetryable`) are tried again for as long as it takes; any other
   * ends the invocation's step with the same error (code, message, status, details) on every replay.
   * Replay: the work may have run before a crash without its result being journaled, so give effects an idempotency key.
   */
  step<T>(name: string, work: (signal: AbortSignal) => Promise<T>): Promise<T>;
  /** Sleeps without holding anything; survives restarts. */
  sleep(durationMs: number): Promise<void>;
  /** Starts another handler and does not wait; sent once per invocation whatever crashes. */
  send(call: DurableCall): void;
  /** Runs another handler as a child and returns what it returns; once per invocation whatever crashes. Throws as `DurableChild.wait`. */
  call(call: DurableCall): Promise<unknown>;
  /** Starts a child that runs beside this handler. */
  start(call: DurableCall): DurableChild;
  /** The place in the list of the child that ended first, in whatever way; the same on every replay. */
  firstOf(children: readonly DurableChild[]): Promise<number>;
  /** A value that comes from outside (a person's decision, an event): hand `id` on in a step, then wait. */
  external(): DurableExternal;
  /**
   * Runs `work` with an end in time: when it is over, whatever `work` awaits is given up, its children are cancelled, and
   * the outcome is `timed_out`. Use the handed `durable` inside. Bounds may be nested; the outer one holds for all inside.
   * A step under way is told by its `signal`, ended, and answers first, as when cancelled: what it did is known.
   */
  within<T>(timeoutMs: number, work: (durable: Durable) => Promise<T>): Promise<Bounded<T>>;
  /** The time of the last step that ended, ms since the epoch; 0 before the first. Deterministic, never ahead of the clock. */
  lastStepMs(): number;
  /** From 0 to 1; the same on every replay, so no journal entry. Not for secrets. */
  random(): number;
  /** Cancelled during a step: the next await will throw. For handlers that would otherwise end without one. */
  isStopping(): boolean;
  /** Fires when this attempt is abandoned (the invocation goes on elsewhere or later). */
  signal: AbortSignal;
};

export type Bounded<T> = { kind: "done"; value: T } | { kind: "timed_out" };

/** A handler running as part of this one. */
export type DurableChild = {
  /** What the handler returned. Throws `durable.failed` when it failed or was cancelled. `evenLate`: past the bounds of `within`. */
  wait(options?: { evenLate: boolean }): Promise<unknown>;
  /** Asks it to stop; no matter when it has ended. */
  cancel(): Promise<void>;
};

export type DurableExternal = {
  /** Known to the engine from the moment it is made: may be resolved before `wait`. */
  id: string;
  /** Null: for as long as it takes. Throws `durable.rejected` when it was rejected. */
  wait(timeoutMs: number | null): Promise<{ kind: "resolved"; value: unknown } | { kind: "timed_out" }>;
};

/** `key` names the keyed object: calls with one key never overlap. Without a key the handler runs at once, in parallel. */
export type DurableCall = { service: string; handler: string; key?: string; input: unknown; delayMs?: number; /** The same key is taken once. */ idempotencyKey?: string };

export type DurableHandler = (durable: Durable, input: unknown) => Promise<unknown>;

/**
 * A keyed service runs one call per key at a time; an unkeyed one runs all at once.
 *
 * `waitsLong`: its invocations may sleep for days: they are put out of memory after a second without work.
 */
export type DurableService = { name: string; isKeyed: boolean; waitsLong?: boolean; handlers: Record<string, DurableHandler> };

/**
 * The engine as the rest of the house sees it.
 *
 * `send` and `start` are accepted (stored by the engine) when they resolve. All throw `durable.unavailable` (retryable).
 */
export type DurableEngine = {
  id: string;
  send(call: DurableCall): Promise<void>;
  /** As `send`; tells the invocation, for `cancel`. With a known `idempotencyKey` it is the earlier one. */
  start(call: DurableCall): Promise<{ invocationId: string }>;
  /** Calls and waits for the result; for short handlers only. */
  call(call: DurableCall): Promise<unknown>;
  /** Gives an external its value; the first one counts, and none is harmed when nobody waits any more. */
  resolve(externalId: string, value: unknown): Promise<void>;
  reject(externalId: string, message: string): Promise<void>;
  /** Asks an invocation to stop (see `Durable`). `unknown`: it has ended, or never was. */
  cancel(invocationId: string): Promise<"accepted" | "unknown">;
  ping(): Promise<void>;
  close(): Promise<void>;
};
