import type { Clock } from "../../lib/clock.ts";
import type { BudgetRule } from "../../models/budgets/budget-rules.ts";
import { windowAt } from "../../models/budgets/budget-window.ts";
import type { BudgetView, CostView } from "../../shapes/cost.ts";
import type { Database } from "../../storage/database.ts";
import { readBudgetStands, readConversationNames, readCostDays, readCosts, readCostTotals, type BudgetStand, type CostTotals } from "./cost-report.store.ts";

export type ViewCostsDeps = { database: Database; clock: Clock; budgets: readonly BudgetRule[] };

const DAY_MS = 86_400_000;
const SUBJECTS = 5;
const CONVERSATIONS = 10;

/** What the models cost in the last days, who spent it, and how the budgets stand. */
export async function viewCosts(deps: ViewCostsDeps, tenantId: string, days: number): Promise<CostView> {
  const { database, clock } = deps;
  const endMs = (Math.floor(clock.nowMs() / DAY_MS) + 1) * DAY_MS;
  const at = (ms: number) => new Date(ms).toISOString();
  const period = { from: at(endMs - days * DAY_MS), to: at(endMs) };
  const names = Array.from({ length: days }, (_, place) => at(endMs - (days - place) * DAY_MS).slice(0, 10));
  const [total, before, models, purposes, conversations, budgets] = await Promise.all([
    readCostTotals(database, tenantId, period), readCostTotals(database, tenantId, { from: at(endMs - 2 * days * DAY_MS), to: period.from }), readCostDays(database, tenantId, period, "model"), readCostDays(database, tenantId, period, "purpose"),
    readCosts(database, tenantId, period, "conversation", CONVERSATIONS + 1), viewBudgets(deps, tenantId),
  ]);
  const dearest = conversations.flatMap(({ name, microUsd, calls }) => (name === null || microUsd === 0 ? [] : [{ name, microUsd, calls }])).slice(0, CONVERSATIONS);
  const contacts = await readConversationNames(database, tenantId, dearest.map((each) => each.name));
  return {
    days: names, total: viewTotal(total), before: { microUsd: before.microUsd, calls: before.calls }, byModel: seriesOf(models, names), byPurpose: seriesOf(purposes, names), budgets,
    conversations: dearest.map((each) => ({ ...each, contact: contacts.get(each.name) ?? null })),
  };
}

function viewTotal(total: CostTotals): CostView["total"] {
  const per = (microUsd: number, count: number) => (count === 0 ? null : Math.round(microUsd / count));
  return {
    microUsd: total.microUsd, calls: total.calls, unpriced: total.unpriced, estimated: total.estimated, failed: total.failed, cached: total.cached, savedMicroUsd: total.savedMicroUsd, unreportedMicroUsd: total.unreportedMicroUsd, conversations: total.conversations, perConversationMicroUsd: per(total.conversationMicroUsd, total.conversations),
    resolvedCases: total.resolvedCases, perResolutionMicroUsd: per(total.caseMicroUsd, total.resolvedCases),
  };
}

/** Dearest first. */
function seriesOf(rows: readonly { day: string; name: string; microUsd: number; calls: number }[], days: readonly string[]): CostView["byModel"] {
  const found = [...new Set(rows.map((row) => row.name))].map((name) => {
    const own = rows.filter((row) => row.name === name);
    const byDay = new Map(own.map((row) => [row.day, row.microUsd]));
    return { name, microUsd: own.reduce((sum, row) => sum + row.microUsd, 0), calls: own.reduce((sum, row) => sum + row.calls, 0), perDay: days.map((day) => byDay.get(day) ?? 0) };
  });
  return found.sort((a, b) => b.microUsd - a.microUsd || b.calls - a.calls);
}

/** Every budget of `models.yaml` in its running window: the subjects nearest to their limit, or one line where nobody has used it. */
export async function viewBudgets({ database, clock, budgets }: ViewCostsDeps, tenantId: string): Promise<BudgetView[]> {
  const windows = budgets.map((rule) => ({ rule, span: windowAt(rule.window, rule.timeZone, clock.nowMs()) }));
  const stands = await readBudgetStands(database, tenantId, windows.map(({ rule, span }) => ({ budget: rule.name, startMs: span.startMs })), SUBJECTS);
  return windows.flatMap(({ rule, span }) => {
    const own = stands.filter((stand) => stand.budget === rule.name);
    return (own.length === 0 ? [null] : own).map((stand) => viewBudget(rule, stand, new Date(span.endMs).toISOString()));
  });
}

function viewBudget(rule: BudgetRule, stand: BudgetStand | null, until: string): BudgetView {
  const { spentMicroUsd: spent, unreportedMicroUsd: unreported } = stand ?? { spentMicroUsd: 0, unreportedMicroUsd: 0 };
  const isWarned = rule.softMicroUsd !== null && spent + unreported >= rule.softMicroUsd;
  return {
    budget: rule.name, scope: rule.scope, subject: stand === null || rule.scope === "tenant" ? null : stand.subject, window: rule.window, timeZone: rule.timeZone, then: rule.then, use: rule.use, spentMicroUsd: spent, heldMicroUsd: stand?.heldMicroUsd ?? 0, unreportedMicroUsd: unreported,
    softMicroUsd: rule.softMicroUsd, hardMicroUsd: rule.hardMicroUsd, refusals: stand?.refusals ?? 0, state: spent + unreported >= rule.hardMicroUsd || (stand?.refusals ?? 0) > 0 ? "over" : isWarned ? "warned" : "within", until,
  };
}
