/** What a call is about in money. `cents` in minor units; `currency` as ISO 4217, null when nothing names one. */
export type CallAmount = { amountCents: number | null; currency: string | null };

const NAMES = ["amountCents", "amount_cents", "refundCents", "refund_cents", "totalCents", "total_cents", "amount"];

/** The amount among the facts of a call's target, which are in minor units; else one in the arguments that says so by its name (`…Cents`). Pure. */
export function amountOfCall(facts: Readonly<Record<string, unknown>>, given: Readonly<Record<string, unknown>>): CallAmount {
  const named = NAMES.map((name) => facts[name]).find((value) => typeof value === "number");
  const inArguments = Object.entries(given).find(([name, value]) => /_?cents$/i.test(name) && typeof value === "number")?.[1];
  const cents = inArguments ?? named;
  const currency = [facts["currency"], given["currency"]].find((value) => typeof value === "string" && /^[A-Z]{3}$/.test(value));
  return { amountCents: typeof cents === "number" && Number.isSafeInteger(cents) ? cents : null, currency: typeof currency === "string" ? currency : null };
}
