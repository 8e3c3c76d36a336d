import type { BudgetAsk } from "../../../models/budgets/budgets.ts";
import { codeOf, countedUsage, failedEnd, outcomeOf, refusalError, type Came } from "../../../models/budgets/wrap-budget.ts";
import type { OpenedModel } from "../../../models/inventory/open-model.ts";
import type { ModelRequest, ModelUsage } from "../../../models/model.ts";
import { modelCancelled } from "../../../models/models.errors.ts";
import { costMicroUsd } from "../../../models/prices.ts";
import type { Candidate } from "../../../models/route/candidate.ts";
import { DEFAULT_RETRY, isRetryable, systemDeps, waitBeforeRetry } from "../../../models/wrappers/with-retry.ts";
import type { GatewayDeps } from "../gateway-call.ts";
import type { Details } from "./read-provider.ts";
import { startLimits, type TimeLimits } from "./time-limits.ts";

/** A request to one provider. `ask`: the most that it can use. `hasUnseen`: as of `Came`. `mayRepeat`: nothing of an answer has been handed on. */
export type Gated = { request: ModelRequest; candidate: Candidate; opened: OpenedModel; ask: BudgetAsk; hasUnseen: boolean; mayRepeat(): boolean };

/** One try of it. `told`: the provider's figures, where they came before a failure. `begin`: its first words have come. */
export type Attempt = { came: Came; limits: TimeLimits; details: Details; told: ModelUsage | null; begin(): void };

/** How a forwarded call ended, for metrics and ledger. */
export type Forwarded = { usage: ModelUsage; microUsd: number | null; firstPartMs: number | null };

/**
 * Speaks to a provider itself under all that stands around every other call of this model: its places, retries, breaker and limits of time,
 * and a reservation for each request that is sent. `work` sends one and hands its answer on; null: without figures, and what `came` is counted.
 *
 * Errors: as of `Model.stream`.
 */
export async function throughGate(deps: Pick<GatewayDeps, "budgets">, gated: Gated, work: (attempt: Attempt) => Promise<ModelUsage | null>): Promise<Forwarded> {
  const { request: { signal }, candidate: { gate, model } } = gated;
  const taken: { free(): void }[] = [];
  try {
    for (const place of gate.places) {
      await place.take(signal);
      taken.push(place);
    }
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await tryOnce(deps, gated, work);
      } catch (thrown) {
        if (!gated.mayRepeat() || !isRetryable(thrown) || attempt >= DEFAULT_RETRY.maxAttempts) throw thrown;
        await waitBeforeRetry({ settings: DEFAULT_RETRY, deps: systemDeps, model }, thrown, attempt, signal);
      }
    }
  } finally {
    for (const place of taken) place.free();
  }
}

async function tryOnce(deps: Pick<GatewayDeps, "budgets">, gated: Gated, work: (attempt: Attempt) => Promise<ModelUsage | null>): Promise<Forwarded> {
  const { candidate: { gate } } = gated;
  const outcome = await gate.breaker.enter();
  try {
    const made = await reserved(deps, gated, work);
    outcome.resolve();
    return made;
  } catch (thrown) {
    outcome.reject(thrown);
    await outcome.isCounted;
    throw thrown;
  }
}

async function reserved({ budgets }: Pick<GatewayDeps, "budgets">, gated: Gated, work: (attempt: Attempt) => Promise<ModelUsage | null>): Promise<Forwarded> {
  const { request, candidate: { model } } = gated;
  const reserving = budgets.reserve(request.context, gated.ask);
  const reservation = reserving instanceof Promise ? await reserving : reserving;
  if (reservation.kind === "refused") throw refusalError(reservation);
  const attempt = startAttempt(gated);
  const { came } = attempt;
  try {
    const usage = (await work(attempt)) ?? countedUsage(request, came);
    const microUsd = costMicroUsd(model.priceMicroUsdPerMillion, usage);
    budgets.settle(reservation.id, { usage, microUsd, outcome: "ok", firstPartMs: came.firstPartMs });
    return { usage, microUsd, firstPartMs: came.firstPartMs };
  } catch (given) {
    const thrown = attempt.limits.fault() ?? (request.signal.aborted ? modelCancelled({ details: attempt.details }) : given);
    const ended = { outcome: outcomeOf(thrown), errorCode: codeOf(thrown) };
    const failed = attempt.told === null ? failedEnd(model, request, thrown, came) : { ...ended, usage: attempt.told, microUsd: costMicroUsd(model.priceMicroUsdPerMillion, attempt.told) };
    if (failed === null) budgets.release(reservation.id, ended);
    else budgets.settle(reservation.id, { ...failed, firstPartMs: came.firstPartMs });
    throw thrown;
  } finally {
    attempt.limits.end();
  }
}

function startAttempt({ request, candidate: { gate }, opened, hasUnseen }: Gated): Attempt {
  const details = { provider: opened.provider, modelId: opened.modelId };
  const limits = startLimits(gate.timeouts, request.signal, details);
  const came: Came = { text: "", characters: 0, firstPartMs: null, isSent: !request.signal.aborted, hasUnseen };
  const fromMs = performance.now();
  const begin = () => {
    if (came.firstPartMs !== null) return;
    came.firstPartMs = Math.round(performance.now() - fromMs);
    limits.begin();
  };
  return { came, limits, details, told: null, begin };
}
