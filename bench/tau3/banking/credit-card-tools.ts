import { z } from "zod";
import { digitsOf, idOf, TODAY, type Bank, type BankRecord } from "./bank.ts";
import { amountIn, listing, money, titleOf } from "./bank-text.ts";
import { discoverable, executed, type CatalogueEntry, type Discoverable } from "./discoverable.ts";

const text = z.string();
const ofAccount = z.strictObject({ credit_card_account_id: text });
const ofBoth = z.strictObject({ credit_card_account_id: text, user_id: text });
const NOT_FOUND = { fault: "Credit card account not found." };

/** The bank's tools around credit cards; `catalogue` gives their words. */
export function creditCardTools(catalogue: ReadonlyMap<string, CatalogueEntry>): Discoverable[] {
  const head = (name: string, given?: unknown) => executed(catalogue, name, given);
  return [
    history(head, "get_user_dispute_history_7291", "transaction_disputes", "user_id", (id) => `Transaction dispute history for user ${id}:`, "No transaction disputes found for this user."),
    history(head, "get_pending_replacement_orders_5765", "credit_card_orders", "credit_card_account_id", (id) => `Replacement orders for credit card account ${id}:`, "No pending replacement orders found for this credit card account."),
    history(head, "get_closure_reason_history_8293", "credit_card_closure_reasons", "credit_card_account_id", (id) => `Closure reason history for credit card account ${id}:`, "No closure reason records found for this credit card account."),
    history(head, "get_credit_limit_increase_history_4829", "credit_limit_increase_requests", "credit_card_account_id", (id) => `Credit limit increase history for account ${id}:`, "No credit limit increase requests found for this account."),
    discoverable({ name: "get_card_last_4_digits", risk: "read", input: ofAccount, run: async (input) => `${head("get_card_last_4_digits", input)}Last 4 digits of card: ${digitsOf(4, "card_last4", input.credit_card_account_id)}` }),
    discoverable({
      name: "update_transaction_rewards_3847", risk: "write", input: z.strictObject({ transaction_id: text, new_rewards_earned: text }),
      run: async (input, bank) => {
        const found = await bank.find("credit_card_transaction_history", input.transaction_id);
        if (found === null) return { fault: "Transaction not found." };
        await bank.put("credit_card_transaction_history", input.transaction_id, { ...found, rewards_earned: input.new_rewards_earned });
        return `${head("update_transaction_rewards_3847", input)}Transaction updated:\n  - Transaction ID: ${input.transaction_id}\n  - New Rewards: ${input.new_rewards_earned}`;
      },
    }),
    discoverable({
      name: "log_credit_card_closure_reason_4521", risk: "write", input: ofBoth.extend({ closure_reason: text }),
      run: async (input, bank) => {
        const id = `clsr_${idOf(12, "closure_reason", input.credit_card_account_id, input.user_id)}`;
        await bank.put("credit_card_closure_reasons", id, { record_id: id, ...input, logged_at: TODAY, status: "LOGGED" });
        return `${head("log_credit_card_closure_reason_4521", input)}Closure reason '${input.closure_reason}' logged for account ${input.credit_card_account_id}.`;
      },
    }),
    discoverable({
      name: "close_credit_card_account_7834", risk: "irreversible", input: ofBoth,
      run: (input, bank) => changeAccount(bank, input.credit_card_account_id, { status: "CLOSED", closed_date: TODAY, closed_by: input.user_id }, () => `${head("close_credit_card_account_7834", input)}Account ${input.credit_card_account_id} has been closed.`),
    }),
    discoverable({ name: "apply_credit_card_account_flag_6147", risk: "write", input: ofBoth.extend({ flag_type: text, expiration_date: text, reason: text }), run: applyFlag }),
    discoverable({ name: "apply_statement_credit_8472", risk: "money", input: ofBoth.extend({ amount: z.number(), reason: text }), run: async (input, bank) => `${head("apply_statement_credit_8472")}${await applyCredit(input, bank)}` }),
    discoverable({
      name: "submit_credit_limit_increase_request_7392", risk: "write", input: ofBoth.extend({ requested_increase_amount: z.number().int() }),
      run: async (input, bank) => {
        const id = `cli_${idOf(12, "cli_request", input.credit_card_account_id, input.user_id, input.requested_increase_amount.toFixed(2))}`;
        await bank.put("credit_limit_increase_requests", id, { request_id: id, ...input, submitted_at: TODAY, status: "PENDING" });
        return `${head("submit_credit_limit_increase_request_7392")}  - Request ID: ${id}\n  - Account: ${input.credit_card_account_id}\n  - Requested Increase: $${input.requested_increase_amount.toLocaleString("en-US")}\n  - Status: PENDING`;
      },
    }),
    discoverable({ name: "approve_credit_limit_increase_5847", risk: "money", input: ofBoth.extend({ new_credit_limit: z.number().int() }), run: approveIncrease }),
    discoverable({
      name: "deny_credit_limit_increase_5848", risk: "write", input: ofBoth.extend({ denial_reason: text }),
      run: async ({ credit_card_account_id, user_id, denial_reason }, bank) => {
        const id = `cli_${idOf(12, "cli_request", credit_card_account_id, user_id, "0.00")}`;
        await bank.put("credit_limit_increase_requests", id, { request_id: id, credit_card_account_id, user_id, denial_reason, decision_date: TODAY, status: "DENIED" });
        return `Credit limit increase request denied.\n  - Account: ${credit_card_account_id}\n  - Denial Reason: ${denial_reason}\n  - Date: ${TODAY}\nThe customer will receive a notification explaining the denial.`;
      },
    }),
    discoverable({ name: "get_payment_history_6183", risk: "read", input: ofAccount.extend({ months: z.number().int() }), run: paymentHistory }),
    discoverable({ name: "order_replacement_credit_card_7291", risk: "irreversible", input: ofBoth.extend({ shipping_address: text, reason: text, expedited_shipping: z.boolean() }), run: orderReplacement }),
  ];
}

type Head = (name: string, given?: unknown) => string;

/** A tool that lists records of one customer or account; also for the other parts of the bank. */
export function history(head: Head, name: string, table: string, member: string, titleFor: (id: string) => string, nothing: string): Discoverable {
  return discoverable({
    name, risk: "read", input: z.strictObject({ [member]: text }),
    run: async (input, bank) => {
      const id = input[member] ?? "";
      const found = await bank.list(table, member, id);
      return `${head(name)}${titleFor(id)}\n${found.length === 0 ? `\n${nothing}` : listing(table, found)}`;
    },
  });
}

async function changeAccount(bank: Bank, id: string, change: BankRecord, say: (account: BankRecord) => string): Promise<string | typeof NOT_FOUND> {
  const account = await bank.find("credit_card_accounts", id);
  if (account === null) return NOT_FOUND;
  await bank.put("credit_card_accounts", id, { ...account, ...change });
  return say(account);
}

async function applyFlag(input: { credit_card_account_id: string; user_id: string; flag_type: string; expiration_date: string; reason: string }, bank: Bank): Promise<string> {
  const { credit_card_account_id, user_id, flag_type, expiration_date, reason } = input;
  const id = `ccflag_${idOf(12, "account_flag", credit_card_account_id, flag_type, expiration_date)}`;
  await bank.put("credit_card_account_flags", id, { flag_id: id, credit_card_account_id, user_id, flag_type, effective_date: TODAY, expiration_date, reason, applied_at: TODAY, status: "ACTIVE" });
  return `Account flag applied successfully!\n  - Flag ID: ${id}\n  - Account: ${credit_card_account_id}\n  - User ID: ${user_id}\n  - Flag Type: ${titleOf(flag_type)}\n  - Effective Date: ${TODAY}\n  - Expiration Date: ${expiration_date}\n  - Reason: ${titleOf(reason)}`;
}

async function applyCredit({ user_id, credit_card_account_id, amount, reason }: { credit_card_account_id: string; user_id: string; amount: number; reason: string }, bank: Bank): Promise<string> {
  const id = `txn_${idOf(12, "transaction", user_id, "STATEMENT_CREDIT", reason, amount.toFixed(2), "Statement Credit")}`;
  const account = await bank.find("credit_card_accounts", credit_card_account_id);
  await bank.put("credit_card_transaction_history", id, {
    transaction_id: id, user_id, credit_card_account_id, credit_card_type: account?.["credit_card_type"] ?? "N/A", merchant_name: "Rho-Bank Statement Credit", transaction_amount: `-${money(amount)}`, transaction_date: TODAY,
    category: "Statement Credit", status: "COMPLETED", rewards_earned: "0 points", credit_reason: reason,
  });
  return `  - Transaction ID: ${id}\n  - User ID: ${user_id}\n  - Account: ${credit_card_account_id}\n  - Credit Amount: ${money(amount)}\n  - Reason: ${titleOf(reason)}\n  - Date: ${TODAY}`;
}

function approveIncrease({ credit_card_account_id: id, new_credit_limit }: { credit_card_account_id: string; new_credit_limit: number }, bank: Bank) {
  return changeAccount(bank, id, { credit_limit: money(new_credit_limit) }, (account) => {
    const before = amountIn(account["credit_limit"]);
    return `Credit limit increase approved!\n  - Account: ${id}\n  - Previous Limit: ${money(before)}\n  - New Limit: ${money(new_credit_limit)}\n  - Increase: ${money(new_credit_limit - before)}\n  - Effective Date: ${TODAY}\nThe customer will receive a confirmation email.`;
  });
}

async function paymentHistory({ credit_card_account_id: id, months }: { credit_card_account_id: string; months: number }, bank: Bank): Promise<string> {
  const payments = (await bank.list("payment_history", "credit_card_account_id", id)).map(([, body]) => body);
  // Dates stand as 10/15/2025 or 2025-10-15 and are compared as texts, as the reference does.
  const newest = payments.sort((left, right) => (String(left["payment_date"]) < String(right["payment_date"]) ? 1 : -1)).slice(0, months);
  const late = newest.findIndex((each) => each["status"] !== "ON_TIME");
  const lines = newest.map((each) => `  - Payment Date: ${String(each["payment_date"])}\n    Amount: ${String(each["amount"])}\n    Status: ${String(each["status"])}`);
  return `Payment history for account '${id}' (last ${months} months):\nConsecutive on-time payments: ${late < 0 ? newest.length : late}\n\n${lines.join("\n\n")}`;
}

async function orderReplacement(input: { credit_card_account_id: string; user_id: string; shipping_address: string; reason: string; expedited_shipping: boolean }, bank: Bank): Promise<string> {
  const { credit_card_account_id, user_id, shipping_address, reason, expedited_shipping } = input;
  const id = `ccord_${idOf(12, "credit_card_order", credit_card_account_id, user_id, reason)}`;
  await bank.put("credit_card_orders", id, { order_id: id, credit_card_account_id, user_id, shipping_address, reason, expedited_shipping, order_date: TODAY, status: "ORDERED", old_card_cancelled: true });
  await changeAccount(bank, credit_card_account_id, { status: "CLOSED", closed_date: TODAY }, () => "");
  const [method, days] = expedited_shipping ? ["Expedited", "2-3"] : ["Standard", "5-7"];
  return `Order ID: ${id}\nCard Account: ${credit_card_account_id}\nReason: ${titleOf(reason)}\nShipping Address: ${shipping_address}\nShipping Method: ${method}\nExpected Delivery: ${days} business days\n\nThe old card has been cancelled for security. The new card will have the same account number but a new card number and CVV.`;
}
