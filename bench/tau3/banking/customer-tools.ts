import { z } from "zod";
import type { Tool } from "../../../src/tools/tool.ts";
import { done, makeTool, notFound } from "../make-tool.ts";
import { bankOf, idOf, NOW, TODAY } from "./bank.ts";
import { listing, money } from "./bank-text.ts";

const domain = "banking_knowledge";
const REWARDS_PERCENT: Readonly<Record<string, number>> = { "Silver Rewards Card": 1 };

/** The tools that the bank's agent and customers have without unlocking anything. */
export function customerTools(): Tool[] {
  return [
    lookUp("get_user_information_by_id", "users", "user_id"), lookUp("get_user_information_by_name", "users", "customer_name", "name"), lookUp("get_user_information_by_email", "users", "email"),
    lookUp("get_referrals_by_user", "referrals", "user_id", "referrer_id"), lookUp("get_credit_card_transactions_by_user", "credit_card_transaction_history", "user_id"), lookUp("get_credit_card_accounts_by_user", "credit_card_accounts", "user_id"),
    makeTool({ domain, name: "get_current_time", purpose: "Tells the time.", risk: "read", input: z.strictObject({}), output: z.string(), run: async () => done(`The current time is ${NOW}.`) }),
    makeTool({
      domain, name: "transfer_to_human_agents", purpose: "Hands the customer over to a person.", risk: "read", input: z.strictObject({ summary: z.string(), reason: z.string().default("other") }), output: z.string(),
      run: async ({ reason }) => done(`Transfer successful (reason: ${reason}). A human agent will assist you shortly.`),
    }),
    makeTool({
      domain, name: "change_user_email", purpose: "Changes a customer's mail address.", risk: "write", input: z.strictObject({ user_id: z.string(), new_email: z.string() }), output: z.string(),
      run: async ({ user_id, new_email }, records) => {
        const bank = bankOf(records);
        const user = await bank.find("users", user_id);
        if (user === null) return notFound(`User ${user_id} not found.`);
        await bank.put("users", user_id, { ...user, email: new_email });
        return done(`Email updated successfully.\n  - User ID: ${user_id}\n  - New Email: ${new_email}`);
      },
    }),
    logVerification(), applyForCard(), submitReferral(), submitTransaction(), requestTransfer(),
  ];
}

function lookUp(name: string, table: string, argument: string, member = argument): Tool {
  return makeTool({
    domain, name, purpose: `Looks up ${table.replaceAll("_", " ")}.`, risk: "read", input: z.strictObject({ [argument]: z.string() }), output: z.string(),
    run: async (input, records) => done(listing(table, await bankOf(records).list(table, member, input[argument] ?? ""))),
  });
}

function logVerification(): Tool {
  return makeTool({
    domain, name: "log_verification", purpose: "Notes that a customer's identity was verified.", risk: "write", output: z.string(),
    input: z.strictObject({ name: z.string(), user_id: z.string(), address: z.string(), email: z.string(), phone_number: z.string(), date_of_birth: z.string(), time_verified: z.string() }),
    run: async (input, records) => {
      const id = `${input.user_id}_${input.time_verified.replaceAll("-", "").replaceAll(":", "").replaceAll(" ", "_")}`;
      await bankOf(records).put("verification_history", id, { ...input });
      return done(`Verification logged successfully.\n  - User: ${input.name} (ID: ${input.user_id})\n  - Verified at: ${input.time_verified}`);
    },
  });
}

function applyForCard(): Tool {
  return makeTool({
    domain, name: "apply_for_credit_card", purpose: "Applies for a credit card.", risk: "write", output: z.string(),
    input: z.strictObject({ card_type: z.string(), customer_name: z.string(), annual_income: z.number(), rho_bank_subscription: z.boolean() }),
    run: async (input, records) => {
      const id = idOf(16, "credit_card", input.card_type, input.customer_name, Number.isInteger(input.annual_income) ? `${input.annual_income}.0` : String(input.annual_income), input.rho_bank_subscription ? "True" : "False");
      await bankOf(records).put("credit_card_applications", id, { application_id: id, ...input, status: "PENDING", date: TODAY });
      return done("Credit card application submitted:\nYour application has been successfully submitted. You will receive a decision within 5-7 business days via email.");
    },
  });
}

function submitReferral(): Tool {
  return makeTool({
    domain, name: "submit_referral", purpose: "Refers somebody for an account.", risk: "write", input: z.strictObject({ user_id: z.string(), account_type: z.string() }), output: z.string(),
    run: async ({ user_id, account_type }, records) => {
      const id = idOf(16, "referral", user_id, account_type);
      await bankOf(records).put("referrals", id, { referral_id: id, referrer_id: user_id, referred_account_type: account_type, referral_status: "NO_PROGRESS", date: TODAY });
      return done(`Referral request submitted successfully!\n  - Referral ID: ${id}\n  - Referrer ID: ${user_id}\n  - Account Type: ${account_type}\n  - Status: NO_PROGRESS\n  - Date: ${TODAY}\n\nShare your referral ID with the person you're referring. They will need to use this when applying for their account.`);
    },
  });
}

function submitTransaction(): Tool {
  return makeTool({
    domain, name: "submit_transaction", purpose: "Pays by credit card.", risk: "money", output: z.string(),
    input: z.strictObject({ user_id: z.string(), credit_card_type: z.string(), merchant_name: z.string(), amount: z.number(), category: z.string() }),
    run: async (input, records) => {
      const { user_id, credit_card_type, merchant_name, amount, category } = input;
      const id = `txn_${idOf(12, "transaction", user_id, credit_card_type, merchant_name, amount.toFixed(2), category)}`;
      const percent = REWARDS_PERCENT[credit_card_type] ?? 1;
      const rewards = `${Math.floor(amount * percent)} points`;
      await bankOf(records).put("credit_card_transaction_history", id, {
        transaction_id: id, user_id, credit_card_type, merchant_name, transaction_amount: money(amount), transaction_date: TODAY, category, status: "COMPLETED", rewards_earned: rewards,
      });
      return done(`Transaction submitted successfully!\n  - Transaction ID: ${id}\n  - User ID: ${user_id}\n  - Card Type: ${credit_card_type}\n  - Merchant: ${merchant_name}\n  - Amount: ${money(amount)}\n  - Category: ${category}\n  - Date: ${TODAY}\n  - Rewards Earned: ${rewards} (${percent.toFixed(1)}% cashback rate)\n`);
    },
  });
}

function requestTransfer(): Tool {
  return makeTool({
    domain, name: "request_human_agent_transfer", purpose: "Asks for a person.", risk: "write", input: z.strictObject({}), output: z.string(),
    run: async (_input, records) => {
      const bank = bankOf(records);
      const number = (await bank.count("human_transfer_requests")) + 1;
      const id = `transfer_request_${number}`;
      await bank.put("human_transfer_requests", id, { request_id: id, request_number: number, requested_at: TODAY, status: "PENDING" });
      return done(`Transfer request #${number} submitted.\nThe agent will process your request.`);
    },
  });
}
