import { systemClock } from "../src/lib/clock.ts";
import { createLog } from "../src/lib/log.ts";
import { openBudgets } from "../src/models/budgets/open-budgets.ts";
import type { BudgetRule } from "../src/models/budgets/budget-rules.ts";
import { openDatabase } from "../src/storage/database.ts";

/**
 * A process that spends from one budget of the tenant `desk`: node budget-process.ts DATABASE_URL CALLS MICRO_USD HARD_MICRO_USD [hold].
 * Asks for all calls at once and writes how many it got, as JSON. `hold`: ends none of them and stays until it is killed.
 */
const [url = "", calls = "0", cost = "0", hard = "0", mode = ""] = process.argv.slice(2);
const log = createLog({ level: "error", isPretty: true });
const database = openDatabase({ connectionString: url, maxConnections: 4, log });
const rule: BudgetRule = { name: "all", scope: "tenant", matches: null, window: "month", timeZone: "UTC", softMicroUsd: null, hardMicroUsd: Number(hard), then: "refuse", use: null };
const budgets = openBudgets({ database, clock: systemClock, log, rules: [rule], leaseMs: mode === "hold" ? 3_000 : 60_000 });
const microUsd = Number(cost);
const context = { tenantId: "desk", purpose: "reply", dataClasses: [], audiences: [], cache: "off" } as const;

const one = async (): Promise<boolean> => {
  const reservation = await budgets.reserve(context, { model: "m", provider: "p", promptTokens: 100, maxOutputTokens: 100, microUsd });
  if (reservation.kind === "refused") return false;
  if (mode === "hold") return true;
  await new Promise((resolve) => setTimeout(resolve, Math.random() * 30));
  budgets.settle(reservation.id, { usage: { promptTokens: 100, completionTokens: 100, isEstimated: false }, microUsd, outcome: "ok" });
  return true;
};

const outcomes = await Promise.all(Array.from({ length: Number(calls) }, one));
if (mode !== "hold") await budgets.stop();
process.stdout.write(`${JSON.stringify({ passed: outcomes.filter(Boolean).length })}\n`);
if (mode === "hold") setInterval(() => {}, 1_000);
else await database.close();
