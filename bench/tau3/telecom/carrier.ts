import { z } from "zod";

/** The day all of the carrier's data speak of. */
export const TODAY = "2025-02-25";

const item = z.object({ description: z.string(), amount: z.number(), date: z.string(), item_type: z.string() });
export const lineShape = z.object({
  line_id: z.string(), phone_number: z.string(), status: z.string(), plan_id: z.string(), device_id: z.string(), data_used_gb: z.number(), data_refueling_gb: z.number(), roaming_enabled: z.boolean(), contract_end_date: z.string(),
  last_plan_change_date: z.string().nullable().default(null), last_sim_replacement_date: z.string().nullable().default(null), suspension_start_date: z.string().nullable().default(null),
});
const bill = z.object({ bill_id: z.string(), customer_id: z.string(), period_start: z.string(), period_end: z.string(), issue_date: z.string(), total_due: z.number(), due_date: z.string(), line_items: z.array(item).default([]), status: z.string() });
const plan = z.looseObject({ plan_id: z.string(), price_per_month: z.number(), data_refueling_price_per_gb: z.number() });
const customer = z.looseObject({ customer_id: z.string(), line_ids: z.array(z.string()), bill_ids: z.array(z.string()) });

/** The carrier's side: lists, as the reference keeps them. */
export const carrierShape = z.object({ plans: z.array(plan), lines: z.array(lineShape), bills: z.array(bill), customers: z.array(customer) });

export type Carrier = z.output<typeof carrierShape>;
export type Line = z.output<typeof lineShape>;

/** A customer's own line; null when it is not theirs. */
export function lineOf(carrier: Carrier, customerId: string, lineId: string): Line | null {
  const isTheirs = carrier.customers.find((each) => each.customer_id === customerId)?.line_ids.includes(lineId) === true;
  return isTheirs ? (carrier.lines.find((each) => each.line_id === lineId) ?? null) : null;
}

export function withLine(carrier: Carrier, lineId: string, change: Partial<Line>): Carrier {
  return { ...carrier, lines: carrier.lines.map((line) => (line.line_id === lineId ? { ...line, ...change } : line)) };
}

export function withBill(carrier: Carrier, billId: string, change: Partial<Carrier["bills"][number]>): Carrier {
  return { ...carrier, bills: carrier.bills.map((each) => (each.bill_id === billId ? { ...each, ...change } : each)) };
}

/** Adds data to a line and its price to the customer's next bill. */
export function refuel(carrier: Carrier, customerId: string, line: Line, gigabytes: number): { carrier: Carrier; charge: number } | null {
  const price = carrier.plans.find((each) => each.plan_id === line.plan_id)?.data_refueling_price_per_gb;
  const draft = carrier.bills.find((each) => each.customer_id === customerId && each.status === "Draft");
  if (price === undefined || draft === undefined) return null;
  const charge = gigabytes * price;
  const words = (value: number) => (Number.isInteger(value) ? `${value}.0` : String(value));
  const line_items = [...draft.line_items, { description: `Data refueling: ${words(gigabytes)} GB at $${words(price)}/GB`, amount: charge, date: TODAY, item_type: "Charge" }];
  const refuelled = withLine(carrier, line.line_id, { data_refueling_gb: line.data_refueling_gb + gigabytes });
  return { carrier: withBill(refuelled, draft.bill_id, { line_items, total_due: draft.total_due + charge }), charge };
}

/** How the overdue tasks begin: the line is suspended for a bill that has not been paid. */
export function suspendForBill(carrier: Carrier, input: { customer_id: string; line_id: string; new_bill_id: string; contract_ended: boolean }): Carrier {
  const line = lineOf(carrier, input.customer_id, input.line_id);
  const amount = carrier.plans.find((each) => each.plan_id === line?.plan_id)?.price_per_month ?? 0;
  const made = {
    bill_id: input.new_bill_id, customer_id: input.customer_id, period_start: "2025-01-01", period_end: "2025-01-31", issue_date: "2025-01-01", total_due: amount, due_date: "2025-01-15",
    line_items: [{ description: `Charge for line ${input.line_id}`, amount, date: TODAY, item_type: "Charge" }], status: "Overdue",
  };
  const customers = carrier.customers.map((each) => (each.customer_id === input.customer_id ? { ...each, bill_ids: [...each.bill_ids, input.new_bill_id] } : each));
  return withLine({ ...carrier, bills: [...carrier.bills, made], customers }, input.line_id, { status: "Suspended", suspension_start_date: TODAY, ...(input.contract_ended ? { contract_end_date: "2025-01-01" } : {}) });
}
