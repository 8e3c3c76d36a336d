import { AppError } from "../../lib/app-error.ts";
import type { ModelPart, ModelRequest } from "../model.ts";
import { modelCancelled } from "../models.errors.ts";
import type { Candidate } from "./candidate.ts";

export type Tried = { name: string; code: string };

/** A model that has given its first part; `rest` the parts after it, `tried` who had failed by then. `stop` closes its connection. */
export type Answering = { candidate: Candidate; first: IteratorResult<ModelPart>; rest: AsyncIterator<ModelPart>; tried: readonly Tried[]; stop(): void };

export type RaceSettings = {
  /** How long the first model has before a second one is asked beside it; null: no second one. Milliseconds. */
  hedgeAfterMs(candidate: Candidate): number | null;
  onFirstPart(candidate: Candidate, ms: number): void;
};

type Attempt = { candidate: Candidate; outcome: Promise<{ attempt: Attempt; answering: Omit<Answering, "tried"> } | { attempt: Attempt; error: unknown }>; stop(): void };

/**
 * Asks the candidates in their order until one gives its first part: the next when one fails, and (hedged) one more beside a
 * first that is slow. Whoever is first is the answer; the others are cancelled, and what they cost is settled by their own
 * wrappers.
 *
 * Errors: the last failure, with `details.tried` when several were asked; at once for one that another model must not mend
 *   (`mayGoOn`). A cancelled request is `models.cancelled`.
 */
export async function firstToAnswer(candidates: readonly Candidate[], request: ModelRequest, settings: RaceSettings): Promise<Answering> {
  let queue = [...candidates];
  const running = new Set<Attempt>();
  const tried: Tried[] = [];
  const launch = () => {
    const next = queue.shift();
    if (next !== undefined) running.add(begin(next, request, settings));
  };
  const hedgeAfterMs = queue[0] === undefined ? null : settings.hedgeAfterMs(queue[0]);
  const hedge = createTimer(hedgeAfterMs);
  launch();
  try {
    for (;;) {
      const event = await Promise.race([...[...running].map((attempt) => attempt.outcome), ...(hedge.isOver() || queue.length === 0 ? [] : [hedge.over])]);
      if (event === "over") {
        launch();
        continue;
      }
      running.delete(event.attempt);
      if ("answering" in event) return { ...event.answering, tried };
      tried.push({ name: event.attempt.candidate.name, code: event.error instanceof AppError ? event.error.code : "error" });
      if (request.signal.aborted) throw event.error instanceof AppError && event.error.code === "models.cancelled" ? event.error : modelCancelled();
      queue = queue.filter((next) => mayMend(event.error, event.attempt.candidate, next));
      if (running.size > 0 && isRefusal(event.error)) {
        // What is under way was paid for before, and may answer yet; nothing more is begun.
        queue = [];
        continue;
      }
      if (!mayGoOn(event.error) || (running.size === 0 && queue.length === 0)) throw withTried(event.error, tried);
      if (running.size === 0) launch();
    }
  } finally {
    hedge.clear();
    for (const loser of running) loser.stop();
  }
}

/** Whether another model may do what this one did not. Not after a budget that wants a person, a cancel, or a bug. */
export function mayGoOn(error: unknown): boolean {
  return error instanceof AppError && error.code.startsWith("models.") && !["models.cancelled", "models.over_budget_handoff"].includes(error.code);
}

/** Nothing was sent: a budget had no room for it. */
function isRefusal(error: unknown): boolean {
  return error instanceof AppError && (error.code === "models.over_budget" || error.code === "models.over_budget_handoff");
}

/** A prompt that was too long needs a larger context, and a model that has failed is not asked the same again. */
function mayMend(error: unknown, failed: Candidate, next: Candidate): boolean {
  if (next === failed) return false;
  const isTooLong = error instanceof AppError && error.code === "models.prompt_too_long";
  return !isTooLong || next.contextTokens === null || failed.contextTokens === null || next.contextTokens > failed.contextTokens;
}

function begin(candidate: Candidate, request: ModelRequest, settings: RaceSettings): Attempt {
  const closing = new AbortController();
  const from = performance.now();
  const rest = candidate.model.stream({ ...request, signal: AbortSignal.any([request.signal, closing.signal]) })[Symbol.asyncIterator]();
  const stop = () => {
    closing.abort();
    // Not awaited: its late error has been answered by another's answer, and its cost is settled by its own wrappers.
    void rest.return?.().catch(() => undefined);
  };
  const attempt: Attempt = {
    candidate, stop,
    outcome: rest.next().then(
      (first) => {
        settings.onFirstPart(candidate, performance.now() - from);
        return { attempt, answering: { candidate, first, rest, stop } };
      },
      (error: unknown) => ({ attempt, error }),
    ),
  };
  return attempt;
}

function createTimer(ms: number | null): { over: Promise<"over">; isOver(): boolean; clear(): void } {
  const { promise, resolve } = Promise.withResolvers<"over">();
  let isOver = ms === null;
  const timer = ms === null ? undefined : setTimeout(() => {
    isOver = true;
    resolve("over");
  }, ms);
  return { over: promise, isOver: () => isOver, clear: () => clearTimeout(timer) };
}

function withTried(error: unknown, tried: readonly Tried[]): unknown {
  if (!(error instanceof AppError) || tried.length < 2) return error;
  return new AppError({ code: error.code, message: error.message, status: error.status, isRetryable: error.isRetryable, cause: error.cause, details: { ...error.details, tried } });
}
