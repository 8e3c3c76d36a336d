import { z } from "zod";
import { idOf, TODAY, type Bank } from "./bank.ts";
import { money, titleOf } from "./bank-text.ts";
import { history } from "./credit-card-tools.ts";
import { discoverable, executed, type CatalogueEntry, type Discoverable } from "./discoverable.ts";

const text = z.string();
const yes = z.boolean();
const POLICE_FROM = 500;

const cardDispute = z.strictObject({
  transaction_id: text, card_action: text, card_last_4_digits: text, full_name: text, user_id: text, phone: text, email: text, address: text, contacted_merchant: yes, purchase_date: text, issue_noticed_date: text,
  dispute_reason: text, resolution_requested: text, partial_refund_amount: z.number().nullable().default(null), eligible_for_provisional_credit: yes,
});
const debitDispute = z.strictObject({
  transaction_id: text, account_id: text, card_id: text, user_id: text, dispute_category: text, transaction_date: text, discovery_date: text, disputed_amount: z.number(), transaction_type: text, card_in_possession: yes,
  pin_compromised: text, contacted_merchant: yes, police_report_filed: yes, written_statement_provided: yes, provisional_credit_eligible: yes, customer_max_liability_amount: z.number(), card_action: text,
});

/** The bank's tools for transactions that a customer disputes. */
export function disputeTools(catalogue: ReadonlyMap<string, CatalogueEntry>): Discoverable[] {
  return [
    discoverable({ name: "submit_cash_back_dispute_0589", risk: "write", input: z.strictObject({ user_id: text, transaction_id: text }), run: (input, bank) => disputeCashBack(executed(catalogue, "submit_cash_back_dispute_0589", input), input, bank) }),
    discoverable({ name: "get_referral_link", risk: "write", input: z.strictObject({ user_id: text, card_name: text }), run: (input, bank) => referralLink(executed(catalogue, "get_referral_link", input), input, bank) }),
    discoverable({ name: "file_credit_card_transaction_dispute_4829", risk: "irreversible", input: cardDispute, run: (input, bank) => disputeCard(executed(catalogue, "file_credit_card_transaction_dispute_4829"), input, bank) }),
    discoverable({ name: "file_debit_card_transaction_dispute_6281", risk: "irreversible", input: debitDispute, run: disputeDebit }),
    history((name) => executed(catalogue, name), "get_debit_dispute_status_7483", "debit_card_disputes", "user_id", (id) => `Debit card dispute history for user ${id}:`, "No debit card disputes found for this user."),
    ...["initial_transfer_to_human_agent_0218", "initial_transfer_to_human_agent_1822", "emergency_credit_bureau_incident_transfer_1114"].map((name) => discoverable({ name, risk: "read", input: z.strictObject({}), run: async () => executed(catalogue, name, {}).trimEnd() })),
  ];
}

async function disputeCashBack(head: string, { user_id, transaction_id }: { user_id: string; transaction_id: string }, bank: Bank): Promise<string> {
  const id = `dsp_${idOf(12, "dispute", user_id, transaction_id)}`;
  const settings = await bank.find("task_config", "dispute_settings");
  const isResolved = settings?.["auto_resolve_disputes"] === true;
  await bank.put("cash_back_disputes", id, { dispute_id: id, user_id, transaction_id, submitted_at: TODAY, ...(isResolved ? { status: "RESOLVED", resolution: "APPROVED" } : { status: "SUBMITTED" }) });
  return `${head}Dispute ID: ${id}\nStatus: ${isResolved ? "RESOLVED - The dispute has been reviewed and approved. The transaction rewards need to be updated." : "SUBMITTED - Your dispute has been queued for review."}`;
}

async function referralLink(head: string, { user_id, card_name }: { user_id: string; card_name: string }, bank: Bank): Promise<string> {
  const id = idOf(16, "referral_link", user_id, card_name);
  await bank.put("referrals", id, { referral_id: id, referrer_id: user_id, referred_account_type: card_name, referral_status: "NO_PROGRESS", date: TODAY });
  return `${head}Referral ID: ${id}\nReferral link: https://rhobank.com/refer/${id}`;
}

async function disputeCard(head: string, input: z.output<typeof cardDispute>, bank: Bank): Promise<string> {
  const id = `dsp_${idOf(12, "dispute", input.user_id, input.transaction_id)}`;
  await bank.put("transaction_disputes", id, { dispute_id: id, ...input, provisional_credit_given: input.eligible_for_provisional_credit, submitted_at: TODAY, status: "SUBMITTED" });
  const credit = input.eligible_for_provisional_credit ? "ELIGIBLE - Credit will be applied within 2 business days." : "Not eligible at this time.";
  const partial = input.partial_refund_amount === null ? "" : `Partial Refund Amount: ${money(input.partial_refund_amount)}\n`;
  return `${head}Dispute ID: ${id}\nTransaction: ${input.transaction_id}\nReason: ${titleOf(input.dispute_reason)}\nResolution Requested: ${titleOf(input.resolution_requested)}\n${partial}Provisional Credit: ${credit}`;
}

async function disputeDebit(input: z.output<typeof debitDispute>, bank: Bank): Promise<string> {
  const id = `dsp_${idOf(12, "dispute", input.user_id, input.transaction_id)}`;
  const isFraud = input.dispute_category.endsWith("_fraud");
  const isShared = input.pin_compromised === "yes_shared";
  const { card_action, provisional_credit_eligible: isEligible, customer_max_liability_amount, ...rest } = input;
  await bank.put("debit_card_disputes", id, {
    dispute_id: id, ...rest, provisional_credit_eligible: isEligible, provisional_credit_issued: isEligible, provisional_credit_amount: isEligible ? input.disputed_amount : null, customer_max_liability_amount, card_action,
    is_fraud_category: isFraud, pin_shared_voluntarily: isShared, submitted_at: TODAY, status: "OPEN",
  });
  const credit = isEligible ? `ISSUED - ${money(input.disputed_amount)} credited within 10 business days per Regulation E.` : "Not eligible - see Debit Card Provisional Credit Guidelines for details.";
  return [
    `Dispute ID: ${id}`, `Transaction: ${input.transaction_id}`, `Account: ${input.account_id}`, `Category: ${titleOf(input.dispute_category)}`, `Disputed Amount: ${money(input.disputed_amount)}`, `Card Action: ${titleOf(card_action)}`, `Provisional Credit: ${credit}`,
    ...(isShared ? ["WARNING: Customer indicated PIN was shared voluntarily. This may affect liability determination."] : []),
    ...(isFraud && input.disputed_amount > POLICE_FROM && !input.police_report_filed ? [`RECOMMENDATION: For fraud disputes over $${POLICE_FROM}, filing a police report is recommended.`] : []),
  ].join("\n");
}
