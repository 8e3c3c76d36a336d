import { z } from "zod";
import { changeBalance } from "./account-tools.ts";
import { digitsOf, idOf, TODAY, type Bank, type BankRecord } from "./bank.ts";
import { money, pythonText, titleOf } from "./bank-text.ts";
import { floatText } from "../python-number.ts";
import { discoverable, type Discoverable } from "./discoverable.ts";

const text = z.string();
const ofCard = z.strictObject({ card_id: text });
const NOT_FOUND = { fault: "Debit card not found." };
const EXPECTED: Readonly<Record<string, string>> = { STANDARD: "7-10 business days", EXPEDITED: "3-5 business days", RUSH: "1-2 business days" };
const EXPIRES = "11/30/2029";
/** Why a card was closed, as the next one's order says it. */
const ISSUE_REASONS: Readonly<Record<string, string>> = { fraud_suspected: "fraud" };
const TRIES = 3;

const order = z.strictObject({
  account_id: text, user_id: text, delivery_option: text, delivery_fee: z.number(), card_design: text, design_fee: z.number(), shipping_address: text, excess_replacement_fee: z.number().nullable().default(null),
});

/** The bank's tools around debit cards. */
export function debitCardTools(): Discoverable[] {
  return [
    discoverable({
      name: "get_debit_cards_by_account_id_7823", risk: "read", input: z.strictObject({ account_id: text }),
      run: async ({ account_id }, bank) => pythonText((await bank.list("debit_cards", "account_id", account_id)).map(([, body]) => shown(body)), { indent: 2 }),
    }),
    discoverable({ name: "order_debit_card_5739", risk: "irreversible", input: order, run: orderCard }),
    discoverable({
      name: "activate_debit_card_8292", risk: "write", input: ofCard.extend({ last_4_digits: text, expiration_date: text, cvv: text, pin: text }),
      run: async ({ card_id, last_4_digits, cvv }, bank) => {
        const card = await bank.find("debit_cards", card_id);
        if (card === null || card["last_4_digits"] !== last_4_digits || card["cvv"] !== cvv) return { fault: "The card's details do not match." };
        await bank.put("debit_cards", card_id, { ...card, status: "ACTIVE", activated_date: TODAY });
        return `Replacement Debit Card Activation Successful\nCard ID: ${card_id}\nReplacement Reason: ${titleOf(String(card["issue_reason"]))}\nStatus: ACTIVE\nActivation Date: ${TODAY}\n\nYour replacement card is now ready to use.\n\nIMPORTANT SECURITY REMINDERS:\n- Please review your recent transactions for any unauthorized charges\n- Report any suspicious activity immediately`;
      },
    }),
    discoverable({ name: "close_debit_card_4721", risk: "irreversible", input: ofCard.extend({ reason: text }), run: closeCard }),
    discoverable({
      name: "freeze_debit_card_3892", risk: "write", input: ofCard,
      run: ({ card_id }, bank) => changeCard(bank, card_id, { status: "FROZEN", frozen_date: TODAY }, () => `Debit Card Frozen Successfully\nCard ID: ${card_id}\nStatus: FROZEN\nFrozen Date: ${TODAY}\n\nWhile frozen:\n- All new purchase transactions will be declined\n- Recurring payments and subscriptions will be declined\n- Pending transactions already authorized may still process\n\nTo unfreeze, the customer can call customer service or use the mobile app.\nIf the card is confirmed lost or stolen, recommend closing the card permanently instead.`),
    }),
    discoverable({
      name: "unfreeze_debit_card_3893", risk: "write", input: ofCard,
      run: ({ card_id }, bank) => changeCard(bank, card_id, { status: "ACTIVE", unfrozen_date: TODAY }, () => `Debit Card Unfrozen Successfully\nCard ID: ${card_id}\nStatus: ACTIVE\nUnfrozen Date: ${TODAY}\n\nThe card is now active and ready to use immediately.\nAll transactions will process normally.`),
    }),
    discoverable({
      name: "reset_debit_card_pin_6284", risk: "write", input: ofCard.extend({ last_4_digits: text, new_pin: text }),
      run: ({ card_id }, bank) => changeCard(bank, card_id, { pin_locked: false, pin_attempts_remaining: TRIES, pin_last_changed: TODAY }, () => `Debit Card PIN Reset Successfully\nCard ID: ${card_id}\nPIN Changed: ${TODAY}\n\nThe new PIN is effective immediately.\nYour card has been unlocked and is ready to use.\nCustomer can use the new PIN for ATM withdrawals and point-of-sale transactions.\n\nSecurity reminder: Never share your PIN with anyone.`),
    }),
  ];
}

/** A card as the agent sees it: two members have other names there. */
function shown({ last_4_digits, issue_date, ...card }: BankRecord): BankRecord {
  return { ...card, card_number_last_4: last_4_digits, date_issued: issue_date };
}

async function changeCard(bank: Bank, id: string, change: BankRecord, say: (card: BankRecord) => string): Promise<string | typeof NOT_FOUND> {
  const card = await bank.find("debit_cards", id);
  if (card === null) return NOT_FOUND;
  await bank.put("debit_cards", id, { ...card, ...change });
  return say(card);
}

function closeCard({ card_id, reason }: { card_id: string; reason: string }, bank: Bank) {
  const advice = reason === "fraud_suspected" ? "\nPlease advise the customer to review recent transactions and file disputes for any unauthorized charges.\nAlso recommend changing their online banking password." : "";
  return changeCard(bank, card_id, { status: "CLOSED", closed_date: TODAY, closure_reason: reason }, (card) =>
    `Debit Card Closed Successfully\nCard ID: ${card_id}\nPrevious Status: ${String(card["status"])}\nNew Status: CLOSED\nClosure Reason: ${titleOf(reason)}\nClosure Date: ${TODAY}\n\nIMPORTANT: This card has been immediately deactivated for security.\nAny pending transactions may still be processed.${advice}\n\nNote: This card cannot be reactivated. If the customer needs a new card, they can order one through the standard ordering process.\nAny recurring payments linked to this card will need to be updated with new payment information.`);
}

async function orderCard(input: z.output<typeof order>, bank: Bank): Promise<string | { fault: string }> {
  const { account_id, user_id, delivery_option, card_design, shipping_address, delivery_fee, design_fee } = input;
  const user = await bank.find("users", user_id);
  if (user === null || (await bank.find("accounts", account_id)) === null) return { fault: "Account not found." };
  const orderHash = idOf(12, "debit_card_order", account_id, user_id, delivery_option);
  const cardHash = idOf(12, "debit_card", account_id, user_id, TODAY);
  const [orderId, cardId] = [`dcord_${orderHash}`, `dbc_${cardHash}`];
  const extra = input.excess_replacement_fee ?? 0;
  const total = delivery_fee + design_fee + extra;
  await bank.put("debit_card_orders", orderId, {
    order_id: orderId, account_id, user_id, delivery_option, card_design, shipping_address, delivery_fee, design_fee, excess_replacement_fee: extra, total_fee: total, order_date: TODAY,
    expected_delivery: EXPECTED[delivery_option] ?? "", status: "PENDING",
  });
  await bank.put("debit_cards", cardId, {
    card_id: cardId, account_id, user_id, cardholder_name: String(user["name"]).toUpperCase(), last_4_digits: digitsOf(4, "card_details", cardId, "last4"), cvv: digitsOf(3, "card_details", cardId, "cvv"), status: "PENDING",
    issue_date: TODAY, expiration_date: EXPIRES, card_design, issue_reason: await issueReason(account_id, bank),
  });
  const head = `Debit Card Order Confirmed\nOrder ID: ${orderId}\nCard ID: ${cardId}\nLinked Account: ${account_id}\nDelivery Option: ${delivery_option}\nCard Design: ${card_design}\nShipping Address: ${shipping_address}\nExpected Delivery: ${EXPECTED[delivery_option] ?? ""}\n\nNote: Card will arrive with status PENDING. Customer must call to activate after receiving the card.\n`;
  if (total === 0) return `${head}Total Fees: $0 (No additional charges)`;
  const parts = [["Delivery", delivery_fee], ["Design", design_fee], ["Excess replacement", extra]] as const;
  const named = parts.filter(([, fee]) => fee > 0).map(([name, fee]) => `${name}: $${floatText(fee)}`).join(", ");
  const balance = await changeBalance(bank, account_id, -total, (left) => left.toFixed(2));
  const feeId = `btxn_dcfee_${orderHash.slice(-8)}`;
  await bank.put("bank_account_transaction_history", feeId, { transaction_id: feeId, account_id, date: TODAY, description: `DEBIT CARD ORDER FEE - ${named.replaceAll(":", "")}`, amount: -total, type: "debit_card_fee", status: "posted" });
  return `${head}Total Fees: ${money(total)} (${named}) - CHARGED to account ${account_id}\nNew Account Balance: ${money(balance?.after ?? 0)}`;
}

/** A new card comes in place of the one that was closed last; a first card has none to replace. */
async function issueReason(accountId: string, bank: Bank): Promise<string> {
  const closed = (await bank.list("debit_cards", "account_id", accountId)).map(([, card]) => card).filter((card) => card["status"] === "CLOSED");
  const reason = closed.map((card) => card["closure_reason"]).findLast((each) => typeof each === "string");
  return reason === undefined ? "new_account" : (ISSUE_REASONS[reason] ?? reason);
}
