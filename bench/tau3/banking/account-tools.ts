import { z } from "zod";
import { floatText, roundTo } from "../python-number.ts";
import { idOf, TODAY, type Bank, type BankRecord } from "./bank.ts";
import { amountIn, listing, money } from "./bank-text.ts";
import { discoverable, executed, type CatalogueEntry, type Discoverable } from "./discoverable.ts";

const text = z.string();
const NOT_FOUND = { fault: "Account not found." };
const CREDITS: Readonly<Record<string, string>> = { fee_refund: "FEE REFUND - CUSTOMER SERVICE", interest_correction: "INTEREST CORRECTION - CUSTOMER SERVICE" };

/** The bank's tools around bank accounts. */
export function accountTools(catalogue: ReadonlyMap<string, CatalogueEntry>): Discoverable[] {
  const credit = z.strictObject({ account_id: text, amount: z.number(), credit_type: text });
  return [
    discoverable({ name: "get_all_user_accounts_by_user_id_3847", risk: "read", input: z.strictObject({ user_id: text }), run: async ({ user_id }, bank) => `${executed(catalogue, "get_all_user_accounts_by_user_id_3847")}${await allAccounts(user_id, bank)}` }),
    discoverable({
      name: "get_bank_account_transactions_9173", risk: "read", input: z.strictObject({ account_id: text }),
      run: async ({ account_id }, bank) => {
        const found = await bank.list("bank_account_transaction_history", "account_id", account_id);
        found.sort(([, left], [, right]) => (dateOf(left) < dateOf(right) ? 1 : dateOf(left) > dateOf(right) ? -1 : 0));
        return `${executed(catalogue, "get_bank_account_transactions_9173")}Transactions for account ${account_id}:\n${listing("bank_account_transaction_history", found)}`;
      },
    }),
    discoverable({ name: "open_bank_account_4821", risk: "write", input: z.strictObject({ user_id: text, account_type: text, account_class: text }), run: openAccount }),
    discoverable({ name: "close_bank_account_7392", risk: "irreversible", input: z.strictObject({ account_id: text, reason: text.default("Customer requested closure"), waive_early_closure_fee: z.boolean().default(false) }), run: closeAccount }),
    discoverable({ name: "transfer_funds_between_bank_accounts_7291", risk: "money", input: z.strictObject({ source_account_id: text, destination_account_id: text, amount: z.number() }), run: transferFunds }),
    // Savings accounts keep their balance without the dollar sign, as the reference writes it.
    discoverable({ name: "apply_checking_account_credit_5829", risk: "money", input: credit, run: (input, bank) => applyCredit("checking_credit", money, input, bank) }),
    discoverable({ name: "apply_savings_account_credit_6831", risk: "money", input: credit, run: (input, bank) => applyCredit("savings_credit", (amount) => amount.toFixed(2), input, bank) }),
    discoverable({ name: "submit_interest_discrepancy_report_7294", risk: "write", input: z.strictObject({ account_id: text, user_id: text, expected_apy: z.number(), actual_apy: z.number(), amount_difference: z.number() }), run: reportInterest }),
    discoverable({ name: "pay_credit_card_from_checking_9182", risk: "money", input: z.strictObject({ user_id: text, checking_account_id: text, credit_card_account_id: text, amount: z.number() }), run: payCard }),
    discoverable({ name: "deposit_check_3847", risk: "money", input: z.strictObject({ account_id: text, check_amount: z.number() }), run: async (input, bank) => depositCheck(executed(catalogue, "deposit_check_3847", input), input, bank) }),
  ];
}

async function allAccounts(userId: string, bank: Bank): Promise<string> {
  const [accounts, cards] = [await bank.list("accounts", "user_id", userId), await bank.list("credit_card_accounts", "user_id", userId)];
  const bankAccounts = accounts.length === 0 ? "  No bank accounts found." : listing("accounts", accounts);
  return `Accounts for user ${userId}:\n\nBank Accounts:\n${bankAccounts}\n\nCredit Card Accounts:\n${cards.length === 0 ? "  No credit card accounts found." : listing("credit_card_accounts", cards)}`;
}

/** `11/20/2025` so that texts sort by time. */
function dateOf(body: BankRecord): string {
  return String(body["date"]).replace(/^(\d\d)\/(\d\d)\/(\d{4})/, "$3-$1-$2");
}

async function openAccount({ user_id, account_type, account_class }: { user_id: string; account_type: string; account_class: string }, bank: Bank): Promise<string> {
  const id = idOf(16, "account", user_id, account_type, account_class);
  await bank.put("accounts", id, { account_id: id, user_id, account_type, account_class, current_holdings: "0.00", status: "OPEN", date_opened: TODAY });
  return `Bank account opened successfully!\n  - Account ID: ${id}\n  - User ID: ${user_id}\n  - Account Type: ${account_type}\n  - Account Class: ${account_class}\n  - Status: OPEN\n  - Initial Balance: $0.00\n  - Date Opened: ${TODAY}`;
}

async function closeAccount({ account_id, reason, waive_early_closure_fee }: { account_id: string; reason: string; waive_early_closure_fee: boolean }, bank: Bank): Promise<string | typeof NOT_FOUND> {
  const account = await bank.find("accounts", account_id);
  if (account === null) return NOT_FOUND;
  await bank.put("accounts", account_id, { ...account, status: "CLOSED", date_closed: TODAY, closure_reason: reason, early_closure_fee_waived: waive_early_closure_fee });
  const of = (name: string) => String(account[name] ?? "N/A");
  return `Bank account closed successfully!\n  - Account ID: ${account_id}\n  - Account Type: ${of("account_type")}\n  - Account Class: ${of("account_class")}\n  - Status: CLOSED\n  - Date Closed: ${TODAY}\n  - Reason: ${reason}\n  - Early Closure Fee Waived: ${waive_early_closure_fee ? "Yes" : "No"}`;
}

/** Changes an account's balance and returns it before and after; null when there is no such account. */
export async function changeBalance(bank: Bank, accountId: string, amount: number, write: (balance: number) => string): Promise<{ before: number; after: number } | null> {
  const account = await bank.find("accounts", accountId);
  if (account === null) return null;
  const before = amountIn(account["current_holdings"]);
  const after = roundTo(before + amount, 2);
  await bank.put("accounts", accountId, { ...account, current_holdings: write(after) });
  return { before, after };
}

async function transferFunds({ source_account_id: from, destination_account_id: to, amount }: { source_account_id: string; destination_account_id: string; amount: number }, bank: Bank): Promise<string | { fault: string }> {
  const source = await bank.find("accounts", from);
  if (source === null || (await bank.find("accounts", to)) === null) return NOT_FOUND;
  if (amountIn(source["current_holdings"]) < amount) return { fault: "Insufficient funds." };
  const left = await changeBalance(bank, from, -amount, money);
  const there = await changeBalance(bank, to, amount, money);
  return `Transfer completed successfully!\n  - Amount: ${money(amount)}\n  - From: ${from} (new balance: ${money(left?.after ?? 0)})\n  - To: ${to} (new balance: ${money(there?.after ?? 0)})`;
}

async function applyCredit(kind: string, write: (balance: number) => string, { account_id, amount, credit_type }: { account_id: string; amount: number; credit_type: string }, bank: Bank): Promise<string | typeof NOT_FOUND> {
  const balance = await changeBalance(bank, account_id, amount, write);
  if (balance === null) return NOT_FOUND;
  const id = `txn_${idOf(16, kind, account_id, credit_type, floatText(amount), TODAY)}`;
  await bank.put("bank_account_transaction_history", id, { transaction_id: id, account_id, date: TODAY, description: CREDITS[credit_type] ?? credit_type, amount, type: credit_type, status: "posted" });
  return `\nCredit applied successfully!\n  - Transaction ID: ${id}\n  - Account: ${account_id}\n  - Credit Type: ${credit_type}\n  - Amount: ${money(amount)}\n  - Previous Balance: ${money(balance.before)}\n  - New Balance: ${money(balance.after)}`;
}

async function reportInterest(input: { account_id: string; user_id: string; expected_apy: number; actual_apy: number; amount_difference: number }, bank: Bank): Promise<string | typeof NOT_FOUND> {
  const { account_id, user_id, expected_apy, actual_apy, amount_difference } = input;
  const [account, user] = [await bank.find("accounts", account_id), await bank.find("users", user_id)];
  if (account === null || user === null) return NOT_FOUND;
  const id = `IDR_${idOf(16, "interest_report", account_id, user_id, floatText(expected_apy), floatText(actual_apy), TODAY)}`;
  const level = String(account["level"] ?? account["account_class"] ?? "N/A");
  const difference = floatText(roundTo(expected_apy - actual_apy, 3));
  return `\nInterest Discrepancy Report Submitted Successfully!\n  - Report ID: ${id}\n  - Account: ${account_id} (${level})\n  - Customer: ${String(user["name"])}\n  - Expected APY: ${floatText(expected_apy)}%\n  - Actual APY: ${floatText(actual_apy)}%\n  - APY Difference: ${difference}%\n  - Amount Difference: ${money(amount_difference)}\n  - Status: PENDING_REVIEW\n\nThe backend team will investigate this discrepancy and ensure correct APY calculations are applied going forward.`;
}

async function payCard(input: { user_id: string; checking_account_id: string; credit_card_account_id: string; amount: number }, bank: Bank): Promise<string | { fault: string }> {
  const { checking_account_id: from, credit_card_account_id: to, amount } = input;
  const card = await bank.find("credit_card_accounts", to);
  if (card === null) return NOT_FOUND;
  const balance = await changeBalance(bank, from, -amount, (left) => left.toFixed(2));
  if (balance === null) return NOT_FOUND;
  const owed = roundTo(amountIn(card["current_balance"]) - amount, 2);
  await bank.put("credit_card_accounts", to, { ...card, current_balance: money(owed) });
  return `Payment processed successfully!\n  - Payment Amount: ${money(amount)}\n  - From Checking Account: ${from}\n  - To Credit Card Account: ${to}\n  - New Checking Balance: ${money(balance.after)}\n  - New Credit Card Balance: ${money(owed)}\nThe payment has been applied immediately.`;
}

async function depositCheck(head: string, { account_id, check_amount }: { account_id: string; check_amount: number }, bank: Bank): Promise<string | typeof NOT_FOUND> {
  const balance = await changeBalance(bank, account_id, check_amount, money);
  if (balance === null) return NOT_FOUND;
  return `${head}Check deposit processed!\n  - Account: ${account_id}\n  - Check Amount: ${money(check_amount)}\n  - Previous Balance: ${money(balance.before)}\n  - New Balance: ${money(balance.after)}`;
}
