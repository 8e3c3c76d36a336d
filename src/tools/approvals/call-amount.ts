import type { RiskClass } from "../tool.ts";

/** What a call is about in money. `amountCents` in minor units; `currency` as ISO 4217, null when nothing names one. */
export type CallAmount = { amountCents: number | null; currency: string | null };

const OF_CALL = ["amountCents", "amount_cents", "refundCents", "refund_cents", "amount"];
const OF_TARGET = ["totalCents", "total_cents"];

/** Whether an argument of this name is an amount, in minor units. */
export function isNameOfAmount(name: string): boolean {
  return /_?cents$/i.test(name);
}

/**
 * What a call is about in money: an argument that says so by its name (`…Cents`), the largest of several, else a fact, which is in
 * minor units; the worth of the target only where the call moves money. It is never less than what is moved: a fraction counts as a
 * whole unit, what is taken as much as what is given. Pure.
 */
export function amountOfCall(risk: RiskClass, facts: Readonly<Record<string, unknown>>, given: Readonly<Record<string, unknown>>): CallAmount {
  const names = risk === "money" || risk === "irreversible" ? [...OF_CALL, ...OF_TARGET] : OF_CALL;
  const named = names.map((name) => facts[name]).find((value) => typeof value === "number");
  const inArguments = Object.entries(given).flatMap(([name, value]) => (isNameOfAmount(name) && typeof value === "number" ? [Math.abs(value)] : []));
  const cents = inArguments.length > 0 ? Math.max(...inArguments) : named;
  const currency = [facts["currency"], given["currency"]].find((value) => typeof value === "string" && /^[A-Z]{3}$/.test(value));
  return { amountCents: typeof cents === "number" && !Number.isNaN(cents) ? Math.min(Math.ceil(Math.abs(cents)), Number.MAX_SAFE_INTEGER) : null, currency: typeof currency === "string" ? currency : null };
}
