import type { Comparison, Reconciliation } from "./reconcile.ts";
import { familyOf } from "./bill.ts";

/** Two figures count as the same when they differ by less than this part. */
const SAME = 0.005;
const DAY_MS = 86_400_000;

/**
 * Why a bill's line and ours differ, the likeliest first. Empty: they agree, or nothing we know explains it.
 * `isShifted`: the days beside it make up for the difference.
 */
export function explain(line: Comparison, measure: Reconciliation["measure"], isShifted: boolean): string[] {
  const { billed, ours, difference } = line;
  if (difference === 0) return [];
  if (isShifted) return ["Time zone: the day beside it differs by as much the other way, so the bill's days begin at another hour (--time-zone)."];
  if (ours === null) return ["Not our calls: Baton has made none of this model on this day. Another application or key uses the same account."];
  if (billed === null) return [ours.failed === ours.calls ? "Not billed: all of these calls failed or were cancelled, and what they used was estimated." : "Not on this bill: another account or provider, a day the bill does not have yet, or a model with another name."];
  const reasons: string[] = [];
  if (measure === "cost" && ours.unpriced > 0 && difference > 0) reasons.push(`Unknown price: ${countOf(ours.unpriced, "call")} of ${ours.calls} had no price in our list and count as nothing here. Write it in models.yaml.`);
  if (ours.estimated > 0) reasons.push(`Estimates: of ${countOf(ours.estimated, "call")} of ${ours.calls} the provider gave no figures, so their tokens were counted by us.`);
  // Every call is rounded up to a whole micro-USD; a bill may be cut to cents.
  if (measure === "cost" && ((difference < 0 && -difference <= ours.calls) || Math.abs(difference) <= 5_000)) reasons.push("Rounding: we round every call up to a millionth of a dollar; bills are rounded as well.");
  if (billed.calls !== null && billed.calls > ours.calls) reasons.push(`Not our calls: the bill has ${billed.calls.toLocaleString("en")}, we have made ${ours.calls.toLocaleString("en")}.`);
  if (measure === "cost" && billed.promptTokens !== null && isSame(billed.promptTokens, ours.promptTokens) && isSame(billed.completionTokens ?? 0, ours.completionTokens)) reasons.push("Price: the tokens agree and the money does not. The provider's price is another than in our list (a discount, a tier, or a change).");
  if (reasons.length === 0 && measure === "cost" && billed.promptTokens === null) reasons.push(difference > 0 ? "Either calls that are not ours, or a dearer price than in our list: the provider's export of usage (tokens) tells which." : "A cheaper price than in our list (a discount, cached prompts), or calls the bill does not have yet: the provider's export of usage (tokens) tells which.");
  if (reasons.length === 0 && measure === "tokens") reasons.push(difference > 0 ? "Calls that are not ours, or tokens the provider adds to a prompt by itself." : "Calls the bill does not have yet, or that the provider does not count.");
  return reasons;
}

/** Lines whose neighbours in time, of the same model, make up for them: what is missing on one day stands on the next. */
export function shiftsOf(lines: readonly Comparison[]): Set<Comparison> {
  const shifted = new Set<Comparison>();
  const byKey = new Map(lines.map((line) => [`${line.day} ${familyOf(line.model)}`, line]));
  for (const line of lines) {
    const next = byKey.get(`${new Date(Date.parse(`${line.day}T00:00:00Z`) + DAY_MS).toISOString().slice(0, 10)} ${familyOf(line.model)}`);
    if (next === undefined || shifted.has(line) || line.difference === 0 || Math.sign(line.difference) === Math.sign(next.difference)) continue;
    const larger = Math.max(Math.abs(line.difference), Math.abs(next.difference));
    if (Math.abs(line.difference + next.difference) <= larger * 0.05) shifted.add(line).add(next);
  }
  return shifted;
}

function isSame(left: number, right: number): boolean {
  return Math.abs(left - right) <= Math.max(left, right) * SAME;
}

function countOf(count: number, noun: string): string {
  return `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
}
