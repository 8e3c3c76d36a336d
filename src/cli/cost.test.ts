import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { openCliFolder, runCommand, type CliFolder } from "../../test/open-cli-folder.ts";
import { systemClock } from "../lib/clock.ts";
import { createLog } from "../lib/log.ts";
import type { CallContext } from "../models/call-context.ts";
import { openBudgets } from "../models/budgets/open-budgets.ts";
import { openDatabase } from "../storage/database.ts";
import { migrate } from "../storage/migrate.ts";
import { costReconcileCommand } from "./cost-reconcile.ts";
import { costReleaseCommand } from "./cost-release.ts";
import { costReportCommand } from "./cost-report.ts";

const log = createLog({ level: "error", isPretty: true });

describe("costs by the command line", () => {
  let opened: CliFolder;
  before(async () => {
    opened = await openCliFolder();
    await migrate(opened.databaseUrl);
    await spend(opened.databaseUrl);
  });
  after(() => opened[Symbol.asyncDispose]());

  /** Three calls today and one five days ago, of two models; one price is not known, one count is ours. */
  async function spend(url: string): Promise<void> {
    const database = openDatabase({ connectionString: url, maxConnections: 2, log });
    let nowMs = systemClock.nowMs();
    const budgets = openBudgets({ database, clock: { nowMs: () => nowMs }, log, rules: [] });
    const call = async (given: Partial<CallContext>, model: string, microUsd: number | null, isEstimated = false) => {
      const context: CallContext = { tenantId: "cli", purpose: "reply", dataClasses: [], audiences: [], cache: "off", ...given };
      const reserved = await budgets.reserve(context, { model, provider: "openai", promptTokens: 1, maxOutputTokens: 1, microUsd });
      assert.ok(reserved.kind === "reserved");
      budgets.settle(reserved.id, { usage: { promptTokens: 1_000, completionTokens: 100, isEstimated }, microUsd, outcome: "ok" });
    };
    await call({ userId: "emma", conversationId: "conv_1", caseId: "case_1" }, "gpt-6.1-terra", 1_500_000);
    await call({ userId: "=noah", conversationId: "conv_2" }, "gpt-6.1-terra", 500_000, true);
    await call({ userId: "emma", conversationId: "conv_1" }, "strange", null);
    budgets.record({ tenantId: "cli", purpose: "reply", dataClasses: [], audiences: [], userId: "emma", conversationId: "conv_1" }, { model: "gpt-6.1-terra", provider: "openai" }, { usage: { promptTokens: 500, completionTokens: 50, isEstimated: false }, microUsd: 0, savedMicroUsd: 250_000, outcome: "cached", served: { modelId: "gpt-6.1-terra", provider: "openai", cached: "exact" } });
    nowMs -= 5 * 86_400_000;
    await call({ userId: "emma", conversationId: "conv_1" }, "gpt-6.1-terra", 1_000_000);
    await budgets.stop();
    await database.close();
  }
  const dayOf = (ago: number) => new Date(systemClock.nowMs() - ago * 86_400_000).toISOString().slice(0, 10);

  test("the report sums by model, with what it cannot know", async () => {
    const { code, written } = await runCommand(costReportCommand);
    assert.equal(code, 0);
    assert.match(written, /openai\/gpt-6\.1-terra +4 +3,000 +300 +3\.00\n/);
    assert.match(written, /In all +3\.00 USD\n {2}A conversation +1\.50 USD\n/);
    assert.match(written, /1 calls have no known price and are in no sum/);
    assert.match(written, /1 of 5 calls \(20 %\) were answered out of the cache, which saved 0\.25 USD/);
    assert.match(written, /1 of 5 calls are estimates/);
  });

  test("a period stands beside the one before it", async () => {
    const { written } = await runCommand(costReportCommand, "--by", "user", "--from", dayOf(2), "--compare");
    assert.match(written, /emma +3 +2,000 +200 +1\.50 +1\.00 +\+50 %\n/);
    assert.match(written, /=noah +1 +1,000 +100 +0\.50 +0\.00 +new\n/);
    assert.match(written, /In all +2\.00 USD \(before 1\.00, \+100 %\)/);
  });

  test("JSON and CSV say the same, and a spreadsheet runs no formula", async () => {
    const json: unknown = JSON.parse((await runCommand(costReportCommand, "--by", "conversation", "--json")).written);
    assert.partialDeepStrictEqual(json, { by: "conversation", rows: [{ name: "conv_1", calls: 4, cached: 1, savedMicroUsd: 250_000, microUsd: 2_500_000, unpriced: 1 }, { name: "conv_2", calls: 1, microUsd: 500_000 }], totals: { microUsd: 3_000_000, calls: 5, conversations: 2, cases: 1, resolvedCases: 0 }, before: null });
    const { written } = await runCommand(costReportCommand, "--by", "user", "--csv");
    assert.deepEqual(written.split("\r\n").slice(0, 3), ["user,calls,failed,prompt_tokens,completion_tokens,usd,calls_without_price,calls_estimated,calls_cached,usd_saved", "emma,4,0,3000,300,2.5,1,0,1,0.25", "'=noah,1,0,1000,100,0.5,0,1,0,0"]);
  });

  test("what a killed process held stands beside the sums and is shown, released by hand and not released twice", async () => {
    assert.match((await runCommand(costReleaseCommand)).written, /Nothing is held/);
    const database = openDatabase({ connectionString: process.env["DATABASE_URL"] ?? "", maxConnections: 1, log });
    await database.of("cli").insertInto("tenant").values({ id: "cli", name: "Cli" }).onConflict((conflict) => conflict.doNothing()).execute();
    const holds = { gone: [120_000, systemClock.nowMs() - 1_000, 0], here: [50_000, systemClock.nowMs() + 60_000, 0] };
    await database.query("cli", { name: "hold", text: "insert into budget_use (tenant_id, budget, subject, window_start, hard_micro_usd, holds) values ($1, 'all', 'cli', $2, 9000000, $3::jsonb)" }, ["cli", dayOf(0), JSON.stringify(holds)]);
    assert.match((await runCommand(costReportCommand)).written, /Up to 0\.12 USD more \(an estimate, in no sum\): a process ended/);
    assert.match((await runCommand(costReleaseCommand)).written, /all +cli +gone .* 0\.12\n[^]*--spent USD/);
    assert.match((await runCommand(costReleaseCommand, "--spent", "0.02", "--yes")).written, /all +cli +0\.12\n[^]*Up to 0\.02 USD of each budget counts as spent/);
    assert.match((await runCommand(costReleaseCommand, "--yes")).written, /Nothing is held/);
    const rows = await database.of("cli").selectFrom("budget_use").select(["spent_micro_usd", "holds"]).execute();
    assert.deepEqual(rows.map((row) => [row.spent_micro_usd, Object.keys(Object(row.holds))]), [[20_000, ["here"]]]);
    assert.deepEqual([(await runCommand(costReleaseCommand, "--spent", "much")).code, (await runCommand(costReleaseCommand, "all")).code], [2, 2]);
    await database.close();
  });

  test("a wrong word is told the right ones", async () => {
    assert.match((await runCommand(costReportCommand, "--by", "modle")).written, /^There is no report by "modle". Did you mean "model"\?\n/);
    for (const wrong of [["--from", "yesterday"], ["--from", "2026-02-30"], ["--from", "2026-11-02", "--to", "2026-11-01"], ["--json", "--csv"], ["--limit", "0"]]) assert.equal((await runCommand(costReportCommand, ...wrong)).code, 2, wrong.join(" "));
  });

  test("a bill within the tolerance ends with 0, one above it with 1 and the reasons, one that cannot be read with 2", async () => {
    const bill = join(opened.folder, "bill.csv");
    const write = (usd: number) => writeFile(bill, `start_time_iso,end_time_iso,amount_value,amount_currency,line_item\n${dayOf(0)}T00:00:00Z,,${usd},usd,"gpt-6.1-terra, input"\n`);
    await write(2);
    const near = await runCommand(costReconcileCommand, bill);
    assert.match(near.written, /\(OpenAI cost\).*billed 2\.00 USD, our record 2\.00 USD/);
    assert.equal(near.code, 0);
    await write(3);
    const far = await runCommand(costReconcileCommand, bill);
    assert.equal(far.code, 1);
    assert.match(far.written, /gpt-6\.1-terra +3\.00 +2\.00 +\+1\.00\n/);
    assert.match(far.written, /Estimates: of 1 call of 2 the provider gave no figures/);
    assert.equal((await runCommand(costReconcileCommand, bill, "--tolerance", "50")).code, 0);
    await writeFile(bill, "a,b\n1,2\n");
    assert.deepEqual([(await runCommand(costReconcileCommand, bill)).code, (await runCommand(costReconcileCommand, join(opened.folder, "none.csv"))).code, (await runCommand(costReconcileCommand)).code], [2, 2, 2]);
  });
});
