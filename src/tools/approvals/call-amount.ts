import type { RiskClass } from "../tool.ts";

/** What a call is about in money. `amountCents` in minor units; `currency` as ISO 4217, null when nothing names one. */
export type CallAmount = { amountCents: number | null; currency: string | null };

const OF_CALL = ["amountCents", "amount_cents", "refundCents", "refund_cents", "amount"];
const OF_TARGET = ["totalCents", "total_cents"];

/**
 * What a call is about in money: an argument that says so by its name (`…Cents`), else a fact, which is in minor units; the
 * worth of the target only where the call moves money. Pure.
 */
export function amountOfCall(risk: RiskClass, facts: Readonly<Record<string, unknown>>, given: Readonly<Record<string, unknown>>): CallAmount {
  const names = risk === "money" || risk === "irreversible" ? [...OF_CALL, ...OF_TARGET] : OF_CALL;
  const named = names.map((name) => facts[name]).find((value) => typeof value === "number");
  const inArguments = Object.entries(given).find(([name, value]) => /_?cents$/i.test(name) && typeof value === "number")?.[1];
  const cents = inArguments ?? named;
  const currency = [facts["currency"], given["currency"]].find((value) => typeof value === "string" && /^[A-Z]{3}$/.test(value));
  return { amountCents: typeof cents === "number" && Number.isSafeInteger(cents) ? cents : null, currency: typeof currency === "string" ? currency : null };
}
