import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { makeDatabase } from "../../test/start-test-app.ts";
import { systemClock } from "../lib/clock.ts";
import { createLog } from "../lib/log.ts";
import type { CallContext } from "../models/call-context.ts";
import { openBudgets } from "../models/budgets/open-budgets.ts";
import { openDatabase } from "../storage/database.ts";
import { migrate } from "../storage/migrate.ts";
import { costReconcileCommand } from "./cost-reconcile.ts";
import { costReportCommand } from "./cost-report.ts";

const log = createLog({ level: "error", isPretty: true });

describe("costs by the command line", () => {
  let folder = "";
  const environment = { ...process.env };
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "baton-cost-"));
    await writeFile(join(folder, "baton.yaml"), "tenant: { id: cli, name: Cli }\n");
    await writeFile(join(folder, "intents.yaml"), "intents:\n  - { name: a, description: a, examples: [a], action: { reply: a } }\n");
    const { owner } = await makeDatabase();
    await migrate(owner);
    Object.assign(process.env, { DATABASE_URL: owner, BATON_WORKSPACE: folder, BATON_DATA: folder, BATON_ROLE: "all" });
    await spend(owner);
  });
  after(async () => {
    process.env = environment;
    await rm(folder, { recursive: true });
  });
  const run = async (command: (args: readonly string[], write: (text: string) => void) => Promise<number>, ...args: string[]) => {
    let written = "";
    const code = await command(args, (text) => void (written += text));
    return { code, written };
  };

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
    nowMs -= 5 * 86_400_000;
    await call({ userId: "emma", conversationId: "conv_1" }, "gpt-6.1-terra", 1_000_000);
    await budgets.stop();
    await database.close();
  }
  const dayOf = (ago: number) => new Date(systemClock.nowMs() - ago * 86_400_000).toISOString().slice(0, 10);

  test("the report sums by model, with what it cannot know", async () => {
    const { code, written } = await run(costReportCommand);
    assert.equal(code, 0);
    assert.match(written, /openai\/gpt-6\.1-terra +3 +3,000 +300 +3\.00\n/);
    assert.match(written, /In all +3\.00 USD\n {2}A conversation +1\.50 USD\n/);
    assert.match(written, /1 calls have no known price and are in no sum/);
    assert.match(written, /1 of 4 calls are estimates/);
  });

  test("a period stands beside the one before it", async () => {
    const { written } = await run(costReportCommand, "--by", "user", "--from", dayOf(2), "--compare");
    assert.match(written, /emma +2 +2,000 +200 +1\.50 +1\.00 +\+50 %\n/);
    assert.match(written, /=noah +1 +1,000 +100 +0\.50 +0\.00 +new\n/);
    assert.match(written, /In all +2\.00 USD \(before 1\.00, \+100 %\)/);
  });

  test("JSON and CSV say the same, and a spreadsheet runs no formula", async () => {
    const json: unknown = JSON.parse((await run(costReportCommand, "--by", "conversation", "--json")).written);
    assert.partialDeepStrictEqual(json, { by: "conversation", rows: [{ name: "conv_1", calls: 3, microUsd: 2_500_000, unpriced: 1 }, { name: "conv_2", calls: 1, microUsd: 500_000 }], totals: { microUsd: 3_000_000, calls: 4, conversations: 2, cases: 1, resolvedCases: 0 }, before: null });
    const { written } = await run(costReportCommand, "--by", "user", "--csv");
    assert.deepEqual(written.split("\r\n").slice(0, 3), ["user,calls,failed,prompt_tokens,completion_tokens,usd,calls_without_price,calls_estimated", "emma,3,0,3000,300,2.5,1,0", "'=noah,1,0,1000,100,0.5,0,1"]);
  });

  test("a wrong word is told the right ones", async () => {
    assert.match((await run(costReportCommand, "--by", "modle")).written, /^There is no report by "modle". Did you mean "model"\?\n/);
    for (const wrong of [["--from", "yesterday"], ["--from", "2026-02-30"], ["--from", "2026-11-02", "--to", "2026-11-01"], ["--json", "--csv"], ["--limit", "0"]]) assert.equal((await run(costReportCommand, ...wrong)).code, 2, wrong.join(" "));
  });

  test("a bill within the tolerance ends with 0, one above it with 1 and the reasons, one that cannot be read with 2", async () => {
    const bill = join(folder, "bill.csv");
    const write = (usd: number) => writeFile(bill, `start_time_iso,end_time_iso,amount_value,amount_currency,line_item\n${dayOf(0)}T00:00:00Z,,${usd},usd,"gpt-6.1-terra, input"\n`);
    await write(2);
    const near = await run(costReconcileCommand, bill);
    assert.match(near.written, /\(OpenAI cost\).*billed 2\.00 USD, our record 2\.00 USD/);
    assert.equal(near.code, 0);
    await write(3);
    const far = await run(costReconcileCommand, bill);
    assert.equal(far.code, 1);
    assert.match(far.written, /gpt-6\.1-terra +3\.00 +2\.00 +\+1\.00\n/);
    assert.match(far.written, /Estimates: of 1 call of 2 the provider gave no figures/);
    assert.equal((await run(costReconcileCommand, bill, "--tolerance", "50")).code, 0);
    await writeFile(bill, "a,b\n1,2\n");
    assert.deepEqual([(await run(costReconcileCommand, bill)).code, (await run(costReconcileCommand, join(folder, "none.csv"))).code, (await run(costReconcileCommand)).code], [2, 2, 2]);
  });
});
