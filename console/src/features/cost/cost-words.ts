import type { BudgetView, CostView } from "../../../../src/shapes/cost.ts";
import { formatCost } from "../../lib/format.ts";
import type { StateWords } from "../../ui/state-badge.tsx";

const PURPOSES: Readonly<Record<string, string>> = { reply: "Replies", understand: "Understanding", judge: "Checks", rewrite: "Rewriting", workflow: "Workflows", gateway: "Gateway", evaluate: "Evaluation", search: "Searching articles", index: "Taking in articles" };

/** Dollars with cents at least: $0.50, $0.00021. */
export function sayUsd(microUsd: number): string {
  return formatCost(microUsd).replace(/\.\d$/, (end) => `${end}0`);
}

/** A purpose as people read it; one we do not know as it is. */
export function sayPurpose(purpose: string): string {
  return PURPOSES[purpose] ?? purpose;
}

/** `openai/gpt-6.1-terra` → the model's own name. */
export function sayModel(name: string): string {
  return name.slice(name.indexOf("/") + 1);
}

/** Beside the same number of days before: "+12 % on the 30 days before"; null when there is nothing to compare with. */
export function sayChange(now: number, before: number, days: number): string | null {
  if (before === 0) return null;
  const percent = Math.round(((now - before) / before) * 100);
  return `${percent > 0 ? "+" : percent === 0 ? "±" : "−"}${Math.abs(percent)} % on the ${days} days before`;
}

const STATES: Readonly<Record<BudgetView["state"], StateWords>> = { within: { words: "Within", sign: "✓", tone: "good" }, warned: { words: "Soft limit passed", sign: "!", tone: "warn" }, over: { words: "Used up", sign: "✕", tone: "bad" } };

/** The state of a budget. One that has refused calls and has money left was asked for more than was left. */
export function sayState(budget: BudgetView): StateWords {
  return budget.state === "over" && budget.spentMicroUsd < budget.hardMicroUsd ? { words: "Refusing calls", sign: "✕", tone: "bad" } : STATES[budget.state];
}

/** "a day for each user (Europe/Berlin)". */
export function sayScope({ scope, window, timeZone }: Pick<BudgetView, "scope" | "window" | "timeZone">): string {
  const whom = scope === "tenant" ? "" : ` for each ${scope === "key" ? "API key" : scope}`;
  return `a ${window}${whom}${timeZone === "UTC" || window === "minute" ? "" : ` (${timeZone})`}`;
}

/** What happens at the limits, as a sentence. */
export function sayThen({ then, use, softMicroUsd }: Pick<BudgetView, "then" | "use" | "softMicroUsd">): string {
  const cheaper = use === null ? "the cheapest model" : use;
  if (then === "cheaper") return `${softMicroUsd === null ? "When it is used up" : `From ${sayUsd(softMicroUsd)} on`}, calls go to ${cheaper}; what has no room is refused.`;
  const warning = softMicroUsd === null ? "" : `From ${sayUsd(softMicroUsd)} on it warns. `;
  return `${warning}When it is used up, ${then === "handoff" ? "a person goes on" : "calls are refused"}.`;
}

/** What became of the calls; null when there is nothing to say. */
export function sayCalls({ calls, failed, cached, savedMicroUsd }: CostView["total"]): string | null {
  const parts = [
    cached > 0 ? `${Math.round((100 * cached) / calls)} % out of the cache, which saved ${sayUsd(savedMicroUsd)}` : "",
    failed > 0 ? `${failed.toLocaleString("en")} failed or were cancelled` : "",
  ].filter((part) => part !== "");
  return parts.length === 0 ? null : parts.join("; ");
}

/** What the sums leave out or guess; null when they do neither. */
export function sayDoubts({ unpriced, estimated, unreportedMicroUsd, calls }: CostView["total"]): string | null {
  const parts = [
    unpriced > 0 ? `${unpriced.toLocaleString("en")} of ${calls.toLocaleString("en")} calls have no known price and are in no sum: write the price in models.yaml.` : "",
    estimated > 0 ? `${estimated.toLocaleString("en")} of ${calls.toLocaleString("en")} calls are estimates: the provider gave no figures.` : "",
    unreportedMicroUsd > 0 ? `Up to ${sayUsd(unreportedMicroUsd)} more may have been spent by a process that ended without reporting its last calls. Budgets count it as spent until it is released: baton cost release.` : "",
  ].filter((part) => part !== "");
  return parts.length === 0 ? null : parts.join(" ");
}
