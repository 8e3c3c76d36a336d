import { AppError } from "../../lib/app-error.ts";
import { estimatePromptTokens, estimateTokens } from "../estimate-tokens.ts";
import type { Model, ModelPart, ModelRequest, ModelUsage } from "../model.ts";
import { costMicroUsd } from "../prices.ts";
import { servedOfError, usageOfError } from "../usage-of-error.ts";
import { overBudget, overBudgetHandOff } from "./budget.errors.ts";
import type { BudgetRefusal, Budgets, CallEnd, CallOutcome } from "./budgets.ts";
import { worstCase } from "./worst-case.ts";

/**
 * The same model, whose every request is reserved before it is sent and settled when it ends.
 *
 * Put it around each single model, within retry, hedge and fallback: then each request that may cost something is counted by itself, the losers too.
 * Errors: `models.over_budget` or `models.over_budget_handoff` before anything is sent, with the budget, its reason and its end in the details; else the model's own.
 * What ends without the provider's figures is settled by what we counted, marked as an estimate: the prompt, and what had come of the answer. Nothing is charged where the
 *   provider refused the request (it names a status) or was not reached.
 * A caller that leaves early (`break`) has cancelled.
 */
export function wrapBudget(inner: Model, deps: { budgets: Budgets; now?: () => number }): Model {
  return { ...inner, stream: (request) => budgeted(inner, deps.budgets, deps.now ?? (() => performance.now()), request) };
}

async function* budgeted(inner: Model, budgets: Budgets, now: () => number, request: ModelRequest): AsyncGenerator<ModelPart> {
  const reservation = await budgets.reserve(request.context, worstCase(inner, request));
  if (reservation.kind === "refused") throw refusalError(reservation);
  const startedMs = now();
  const came: Came = { text: "", firstPartMs: null, isSent: !request.signal.aborted };
  let isOver = false;
  const settle = (end: CallEnd) => {
    isOver = true;
    budgets.settle(reservation.id, { ...end, firstPartMs: came.firstPartMs });
  };
  try {
    for await (const part of inner.stream(request)) {
      came.firstPartMs ??= Math.round(now() - startedMs);
      // Before it is handed on: who has the finish may not come back for more.
      if (part.kind === "finish") settle({ usage: part.usage, microUsd: part.served === undefined ? costMicroUsd(inner.priceMicroUsdPerMillion, part.usage) : part.served.costMicroUsd, outcome: "ok", ...(part.served === undefined ? {} : { served: part.served }) });
      else came.text += part.kind === "text" ? part.text : part.call.toolName + JSON.stringify(part.call.arguments ?? null);
      yield part;
    }
  } catch (thrown) {
    if (!isOver) {
      const failed = failedEnd(inner, request, thrown, came);
      isOver = true;
      if (failed === null) budgets.release(reservation.id, { outcome: outcomeOf(thrown), errorCode: codeOf(thrown) });
      else settle(failed);
    }
    throw thrown;
  } finally {
    if (!isOver) {
      const usage = countedUsage(request, came);
      settle({ usage, microUsd: costMicroUsd(inner.priceMicroUsdPerMillion, usage), outcome: "cancelled" });
    }
  }
}

/** What had come of an answer. `isSent`: the request has left us. */
export type Came = { text: string; firstPartMs: number | null; isSent: boolean };

/** Null: the provider bills nothing for it. */
export function failedEnd(inner: Model, request: ModelRequest, thrown: unknown, came: Came): CallEnd | null {
  if (!came.isSent) return null;
  const told = usageOfError(thrown);
  if (told === null && came.firstPartMs === null && isFree(thrown)) return null;
  const usage = told ?? countedUsage(request, came);
  const served = servedOfError(thrown);
  const cost = served === null ? costMicroUsd(inner.priceMicroUsdPerMillion, usage) : served.costMicroUsd;
  return { usage, microUsd: cost, outcome: outcomeOf(thrown), errorCode: codeOf(thrown), ...(served === null ? {} : { served }) };
}

const REFUSED = new Set(["models.rate_limited", "models.unauthorized", "models.out_of_credit", "models.rejected", "models.prompt_too_long", "models.misconfigured", "models.over_budget", "models.over_budget_handoff"]);
const NOT_REACHED = /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|UND_ERR_CONNECT_TIMEOUT|EHOSTUNREACH|ENETUNREACH/;

/** The request was turned down, or nobody was there; or we left others alone while they were down. */
function isFree(thrown: unknown): boolean {
  if (!(thrown instanceof AppError)) return false;
  return REFUSED.has(thrown.code) || thrown.details["providerStatus"] !== undefined || thrown.details["isFailingFast"] === true || NOT_REACHED.test(chainOf(thrown));
}

function chainOf(thrown: unknown): string {
  const said: string[] = [];
  for (let each: unknown = thrown, depth = 0; each instanceof Error && depth < 6; each = each.cause, depth += 1) said.push(each.message, "code" in each ? String(each.code) : "");
  return said.join(" ");
}

export function outcomeOf(thrown: unknown): CallOutcome {
  const code = codeOf(thrown);
  if (code === "models.cancelled") return "cancelled";
  return code === "models.timeout" ? "timeout" : "failed";
}

export function codeOf(thrown: unknown): string {
  return thrown instanceof AppError ? thrown.code : "unknown";
}

/** Our own count where the provider gave none. */
export function countedUsage(request: ModelRequest, came: Came): ModelUsage {
  return { promptTokens: estimatePromptTokens(request.messages, request.tools), completionTokens: estimateTokens(came.text), isEstimated: true };
}

/** The refusal as the error that callers of a model get. */
export function refusalError(refused: BudgetRefusal): AppError {
  const given = { message: refused.reason, details: { budget: refused.budget, then: refused.then, until: refused.until } };
  return refused.then === "handoff" ? overBudgetHandOff(given) : overBudget(given);
}
