import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Browser } from "playwright-core";
import { caseAccountView } from "../src/shapes/privacy.ts";
import { launchBrowser, openConsole, seriousFindings, skipWithoutBrowser } from "./browser.ts";
import { startTestApp, until, type TestApp, type Visit } from "./start-test-app.ts";

describe("the ledger and a contact's privacy in a real browser", { skip: skipWithoutBrowser }, () => {
  let app: TestApp;
  let browser: Browser;
  let visit: Visit;
  let caseId = "";
  before(async () => {
    app = await startTestApp();
    browser = await launchBrowser();
    visit = await app.visit("emma.larsson@example.com");
    await visit.ask("How long do I have to return something?");
    await visit.ask("Where is my order 1043?");
    const row = await app.running.app.database.of("shop").selectFrom("support_case").select("id").where("tenant_id", "=", "shop").executeTakeFirstOrThrow();
    caseId = row.id;
    await until(async () => (await app.running.app.database.of("shop").selectFrom("ledger_unsealed").select("entry_id").execute()).length === 0);
  });
  after(async () => {
    await browser.close();
    await app[Symbol.asyncDispose]();
  });

  const open = async (path: string, width = 1280) => openConsole(browser, { url: app.url, path, cookie: (await app.signIn())["cookie"] ?? "" }, { viewport: { width, height: 900 }, colorScheme: "light" });

  test("a case is told with what was asked, the passage, the rule, the model, the tool and proof of the text", async () => {
    const account = caseAccountView.parse(await (await app.request(`/api/ledger/cases/${caseId}`, { headers: await app.signIn() })).json());
    const answered = account.steps.filter(({ kind, isProven }) => kind === "turn.replied" && isProven === true);
    assert.equal(answered.length, 2, "both replies are the ones that were recorded");
    const names = new Set(account.steps.flatMap(({ facts }) => facts.map(({ name }) => name)));
    for (const name of ["passage", "rule", "policies in force", "called with", "model"]) assert.ok(names.has(name), `${name} is told: ${[...names].join(", ")}`);
    assert.ok(account.steps.some(({ said }) => said === "Where is my order 1043?"));
    assert.equal((await app.request("/api/ledger/cases/case_nothere", { headers: await app.signIn() })).status, 404);
    const { page, faults } = await open(`/ledger/cases/${caseId}`);
    await page.getByText("This is the text that was recorded.").first().waitFor();
    await page.getByText("Where is my order 1043?").first().waitFor();
    await page.screenshot({ path: "/tmp/account.png" });
    assert.deepEqual(await seriousFindings(page), []);
    assert.deepEqual(faults, []);
    await page.context().close();
  });

  test("the list is narrowed by what happened, and the chain is verified with its progress", async () => {
    for (const width of [1280, 390]) {
      const { page, faults } = await open("/ledger", width);
      await page.getByLabel("What happened").selectOption("tool");
      await page.getByRole("button", { name: "Show", exact: true }).click();
      await page.waitForURL(/kind=tool/);
      const list = page.getByRole("list", { name: "Ledger entries" });
      await list.getByText("tool.called").first().waitFor();
      assert.equal(await list.getByText("turn.replied").count(), 0);
      await page.getByRole("button", { name: "Verify chain" }).click();
      await page.getByText(/The chain is whole/).waitFor();
      await page.screenshot({ path: `/tmp/ledger-${width}.png` });
    assert.deepEqual(await seriousFindings(page), []);
      assert.deepEqual(faults, []);
      await page.context().close();
    }
  });

  test("an admin sees what is stored of a contact, places a legal hold and exports everything", async () => {
    const { page, faults } = await open(`/conversations/${visit.conversationId}`);
    await page.getByRole("tab", { name: "Customer" }).click();
    await page.getByText(/\d+ records in \d+ stores/).click();
    await page.getByText("Messages, to and from").waitFor();
    await page.getByRole("button", { name: "Place a legal hold" }).click();
    await page.getByLabel(/Why\?/).fill("Claim 2026-114");
    await page.getByRole("button", { name: "Place the hold" }).click();
    await page.getByText("Claim 2026-114").waitFor();
    const downloading = page.waitForEvent("download");
    await page.getByRole("button", { name: "Export all of it" }).click();
    assert.match((await downloading).suggestedFilename(), /^cont_.*\.json$/);
    await page.screenshot({ path: "/tmp/privacy.png" });
    assert.deepEqual(await seriousFindings(page), []);
    assert.deepEqual(faults, []);
    await page.context().close();
  });
});
