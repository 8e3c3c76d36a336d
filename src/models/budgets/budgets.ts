import type { CallContext } from "../call-context.ts";
import type { ModelServed, ModelUsage } from "../model.ts";
import type { BudgetThen } from "./budget-rules.ts";

/**
 * What is asked for before a call.
 *
 * Units: `promptTokens` and `maxOutputTokens` the most that the call can use (`worstCase` makes them); `microUsd` the most it can
 * cost. Null: the price is unknown; it is then reserved, and later charged, at the stated worst-case price, or refused.
 */
export type BudgetAsk = { model: string; /** Of the inventory, which budgets by model go by; without it `model`. */ name?: string; provider: string; promptTokens: number; maxOutputTokens: number; microUsd: number | null };

/** A soft limit that is passed. `use`: the route or model that the rule names for this. */
export type BudgetWarning = { budget: string; spentMicroUsd: number; softMicroUsd: number; then: BudgetThen; use: string | null };

export type BudgetRefusal = { kind: "refused"; budget: string; reason: string; then: BudgetThen; use: string | null; /** ISO 8601; when its window is over. */ until: string | null };

export type Reservation = { kind: "reserved"; id: string; warnings: readonly BudgetWarning[] } | BudgetRefusal;

/** `cached`: nobody was asked. */
export type CallOutcome = "ok" | "cached" | "failed" | "cancelled" | "timeout";

/** How a call ended. `microUsd` null: the price is unknown, and the stated worst case is charged to the budgets. */
export type CallEnd = {
  usage: ModelUsage;
  microUsd: number | null;
  outcome: CallOutcome;
  /** Where something that chooses stands inside: who answered. */
  served?: Pick<ModelServed, "modelId" | "provider" | "cached">;
  errorCode?: string;
  /** Of an answer out of the cache: what it had cost. */
  savedMicroUsd?: number | null;
  /** From the call to its first part; null when none came. Milliseconds. */
  firstPartMs?: number | null;
};

/** What a call in this context would meet now. `thrifty`: a budget with `then: cheaper` has passed its soft limit; `use` names what to go to, null: the cheapest there is. */
export type BudgetOutlook = { kind: "open" } | { kind: "thrifty"; use: string | null; budget: string };

/** A model whose own budget, one with `then: cheaper`, has passed its soft limit. `use`: the route or model to ask instead; null: whatever else there is. */
export type PassedModel = { model: string; use: string | null; budget: string };

/**
 * Budgets that hold, and the record of every call.
 *
 * One reservation stands for ONE request to a provider: a retry, a hedge and a fallback each reserve and settle for themselves.
 *
 * `reserve` answers from this process's share of each budget and asks PostgreSQL for more only when that is used up; all processes together
 *   never hold and have spent more than a budget. Refused: nothing is held. Every reservation must be ended by `settle` or `release`, once; both take effect in this
 *   process at once and reach PostgreSQL within `FLUSH_MS`, with the call's row in `model_use`.
 * `settle` charges what the call has cost, also when that is more than was reserved. An unknown id is ignored: it was ended before.
 * `release` is for requests that cost nothing: refused by the provider, or never sent.
 * Throws: `storage.unavailable` when a share must grow and PostgreSQL does not answer: then nothing is spent.
 * Kill: what a process held when it died stays held for nobody else, since its last calls may have cost it. When its lease (`LEASE_MS`) is over it is
 *   shown as unreported, an estimate, until somebody releases it by `baton cost release`.
 */
export type Budgets = {
  reserve(context: CallContext, ask: BudgetAsk): Reservation | Promise<Reservation>;
  settle(id: string, end: CallEnd): void;
  release(id: string, reason: { outcome: CallOutcome; errorCode?: string }): void;
  /** A call that went to no provider (an answer out of the cache): recorded, never charged. */
  record(context: CallContext, ask: Pick<BudgetAsk, "model" | "provider">, end: CallEnd): void;
  /** Before a model is chosen: budgets by model are left out. Reads PostgreSQL the first time a budget is met in a window. */
  outlook(context: CallContext): BudgetOutlook | Promise<BudgetOutlook>;
  /** Of these models of the inventory those to be spared: budgets by model. Reads as `outlook` does. */
  passedModels(context: CallContext, models: readonly string[]): readonly PassedModel[] | Promise<readonly PassedModel[]>;
};
