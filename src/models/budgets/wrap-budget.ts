import { AppError } from "../../lib/app-error.ts";
import { estimatePromptTokens, estimateTokens, tokensOfBytes } from "../estimate-tokens.ts";
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
 * What ends without the provider's figures is settled by what we counted, marked as an estimate: see `unfinishedUsage`. Nothing is charged where the provider
 *   refused the request or was not reached.
 * A caller that leaves early (`break`) has cancelled.
 */
export function wrapBudget(inner: Model, deps: { budgets: Budgets; now?: () => number }): Model {
  return { ...inner, stream: (request) => budgeted(inner, deps.budgets, deps.now ?? (() => performance.now()), request) };
}

async function* budgeted(inner: Model, budgets: Budgets, now: () => number, request: ModelRequest): AsyncGenerator<ModelPart> {
  const reservation = await budgets.reserve(request.context, worstCase(inner, request));
  if (reservation.kind === "refused") throw refusalError(reservation);
  const startedMs = now();
  const came: Came = { text: "", characters: 0, firstPartMs: null, isSent: !request.signal.aborted, hasUnseen: thinksUnseen(inner.id, false) };
  const onReceived = (characters: number) => {
    came.characters += characters;
    request.onReceived?.(characters);
  };
  let isOver = false;
  const settle = (end: CallEnd) => {
    isOver = true;
    budgets.settle(reservation.id, { ...end, firstPartMs: came.firstPartMs });
  };
  try {
    for await (const part of inner.stream({ ...request, onReceived })) {
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
      const usage = unfinishedUsage(request, came);
      settle({ usage, microUsd: costMicroUsd(inner.priceMicroUsdPerMillion, usage), outcome: "cancelled" });
    }
  }
}

/** Models whose thinking is paid for and not shown; the later ones can be told not to think, and are by our own calls. */
const ALWAYS_THINKS = /(?:^|[/.-])(?:o[1-9]|gemini)/;
const MAY_THINK = /(?:^|[/.-])gpt-(?:[5-9]|\d\d)/;

/** Whether more of an answer may be made than is ever shown. `isForwarded`: the request is another application's, which may let it think. */
export function thinksUnseen(modelId: string, isForwarded: boolean): boolean {
  return ALWAYS_THINKS.test(modelId) || (isForwarded && MAY_THINK.test(modelId));
}

/**
 * What had come of an answer. `isSent`: the request has left us. `characters`: beside what is in `text`, or all of it; thinking too.
 * `hasUnseen`: more may have been made than has come, since it comes in one piece at its end, or thinking is not shown.
 */
export type Came = { text: string; characters: number; firstPartMs: number | null; isSent: boolean; hasUnseen: boolean };

/** Null: the provider bills nothing for it. */
export function failedEnd(inner: Model, request: ModelRequest, thrown: unknown, came: Came): CallEnd | null {
  if (!came.isSent) return null;
  const told = came.hasUnseen ? null : usageOfError(thrown);
  if (told === null && came.firstPartMs === null && isUnbilled(thrown)) return null;
  const usage = told ?? unfinishedUsage(request, came);
  const served = servedOfError(thrown);
  const cost = served === null || told === null ? costMicroUsd(inner.priceMicroUsdPerMillion, usage) : served.costMicroUsd;
  return { usage, microUsd: cost, outcome: outcomeOf(thrown), errorCode: codeOf(thrown), ...(served === null ? {} : { served }) };
}

/** Turned down before any work, or asked of nobody. */
const REFUSED = new Set(["models.rate_limited", "models.unauthorized", "models.out_of_credit", "models.rejected", "models.prompt_too_long", "models.misconfigured", "models.over_budget", "models.over_budget_handoff", "models.cannot_answer"]);
const NOT_REACHED = /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|UND_ERR_CONNECT_TIMEOUT|EHOSTUNREACH|ENETUNREACH/;
/** 408 and 499 end a request that was under way. */
const NO_REFUSALS = new Set([408, 499]);
const OVERLOADED = 529;

/** The request was turned down, or nobody was there; or we left others alone while they were down. A 5xx may come of a proxy whose provider had answered. */
export function isUnbilled(thrown: unknown): boolean {
  if (!(thrown instanceof AppError)) return false;
  const { providerStatus: status, retryAfterMs } = thrown.details;
  if (typeof status === "number") return (status < 500 && !NO_REFUSALS.has(status)) || status === OVERLOADED || (status === 503 && retryAfterMs !== undefined);
  return REFUSED.has(thrown.code) || thrown.details["isFailingFast"] === true || NOT_REACHED.test(chainOf(thrown));
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
export function countedUsage(request: Pick<ModelRequest, "messages" | "tools">, came: Pick<Came, "text" | "characters">): ModelUsage {
  return { promptTokens: estimatePromptTokens(request.messages, request.tools), completionTokens: Math.max(estimateTokens(came.text), tokensOfBytes(came.characters)), isEstimated: true };
}

/**
 * What a request may have cost that was sent and ended without the provider's figures: the prompt, and what had come of the answer. Where nothing had come, or
 * more may have been made than has come, the whole answer that was asked for: a provider bills what it made, also when nobody waited for it.
 */
export function unfinishedUsage(request: ModelRequest, came: Came): ModelUsage {
  const counted = countedUsage(request, came);
  return came.hasUnseen || counted.completionTokens === 0 ? { ...counted, completionTokens: Math.max(counted.completionTokens, request.maxOutputTokens) } : counted;
}

/** The refusal as the error that callers of a model get. */
export function refusalError(refused: BudgetRefusal): AppError {
  const given = { message: refused.reason, details: { budget: refused.budget, then: refused.then, until: refused.until } };
  return refused.then === "handoff" ? overBudgetHandOff(given) : overBudget(given);
}
