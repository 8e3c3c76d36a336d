import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { z } from "zod";
import { launchBrowser, openConsole, seriousFindings, skipWithoutBrowser } from "./browser.ts";
import { startTestApp, until, type TestApp } from "./start-test-app.ts";

/** Far below the pages' own slow polls: what shows within it was told by the event stream. */
const AT_ONCE_MS = 5_000;

const listed = z.object({ items: z.array(z.object({ id: z.string() })) });
const approvals = z.object({ items: z.array(z.object({ id: z.string(), describedAs: z.string(), callHash: z.string() })) });

describe("live pages of workflows in a real browser", { skip: skipWithoutBrowser }, () => {
  let app: TestApp;
  /** Serves pages only, as another process would: its events come by way of the database. */
  let web: TestApp;
  let browser: Browser;
  let admin: Record<string, string>;
  before(async () => {
    app = await startTestApp({ env: { BATON_WORKSPACE: "test/workflows/desk", BATON_NAMESPACE: "live" } });
    web = await startTestApp({ env: { BATON_WORKSPACE: "test/workflows/desk", BATON_NAMESPACE: "live", BATON_ROLE: "web", DATABASE_URL: app.databaseUrl } });
    browser = await launchBrowser();
    admin = await app.signIn();
  });
  after(async () => {
    await browser.close();
    await web[Symbol.asyncDispose]();
    await app[Symbol.asyncDispose]();
  });

  async function open(path: string, from = app, look: BrowserContextOptions = {}): Promise<{ page: Page; faults: string[] }> {
    const { page, faults } = await openConsole(browser, { url: from.url, path, cookie: admin["cookie"] ?? "", timeoutMs: AT_ONCE_MS }, { viewport: { width: 1440, height: 900 }, colorScheme: "light", ...look });
    await page.getByText("Live", { exact: true }).filter({ visible: true }).first().waitFor({ timeout: 15_000 });
    return { page, faults };
  }

  async function decide(describedAs: string): Promise<void> {
    const { items } = approvals.parse(await (await app.request("/api/approvals?status=waiting", { headers: admin })).json());
    const { id = "", callHash } = items.find((each) => each.describedAs === describedAs) ?? {};
    const answer = await app.request(`/api/approvals/${id}/decision`, { method: "POST", headers: { "content-type": "application/json", ...admin }, body: JSON.stringify({ decision: "approved", callHash }) });
    assert.equal(answer.status, 200);
  }

  test("a request for approval, its badge and its run move on the screen at once, also on a page that another process serves", async () => {
    const here = await open("/approvals");
    const there = await open("/approvals", web);
    for (const { page } of [here, there]) await page.getByText("Nothing waits for approval").waitFor();
    const visit = await app.visit("mia@example.com");
    await visit.ask("refund please");
    const answering = visit.ask("1002");
    for (const { page } of [here, there]) {
      await page.getByRole("article", { name: "Pay back 900 for order 1002." }).waitFor();
      await page.getByRole("link", { name: /Approvals.*1 waiting/ }).waitFor();
    }

    const run = await open("/workflows/refund?tab=runs", web);
    await run.page.getByRole("list", { name: "Runs" }).getByText(/waits for a person's yes: Pay back 900/).waitFor();
    await run.page.getByRole("list", { name: "Runs" }).getByRole("link").first().click();
    await run.page.getByRole("button", { name: "Cancel run" }).waitFor();
    await run.page.getByText("waits for a person's yes: Pay back 900").waitFor();
    await decide("Pay back 900 for order 1002.");
    await run.page.getByRole("button", { name: "Start again" }).waitFor();
    for (const { page } of [here, there]) {
      await page.getByText("Nothing waits for approval").waitFor();
      await page.getByRole("link", { name: "Approvals", exact: true }).waitFor();
    }
    await answering;
    for (const { page, faults } of [here, there, run]) {
      assert.deepEqual(faults, []);
      await page.context().close();
    }
  });

  test("a conversation names the run and the step that sent a message, and shows the case's runs and what they wait for", async () => {
    const visit = await app.visit("nina@example.com");
    await visit.ask("refund please");
    const { page, faults } = await open(`/conversations/${visit.conversationId}`, web);
    await page.getByRole("link", { name: "Sent by workflow Refund, step Number" }).waitFor();
    const details = page.getByRole("region", { name: "Details" });
    await details.getByText("Waits for the customer's answer").waitFor();
    const answering = visit.ask("1002");
    await details.getByText("Waits for a person's yes: Pay back 900 for order 1002.").waitFor();
    assert.deepEqual(await seriousFindings(page), []);
    await decide("Pay back 900 for order 1002.");
    await details.getByText("Completed").waitFor();
    await answering;
    await page.getByRole("link", { name: "Sent by workflow Refund, step Done" }).click();
    await page.getByRole("heading", { level: 1, name: "Run of Refund" }).waitFor();
    assert.deepEqual(faults, []);
    await page.context().close();
  });

  test("an approval is decided by the keyboard alone, and the decider is named", async () => {
    const visit = await app.visit("olga@example.com");
    await visit.ask("refund please");
    const answering = visit.ask("1002");
    const { page, faults } = await open("/approvals");
    const call = page.getByRole("article", { name: "Pay back 900 for order 1002." });
    await call.waitFor();
    await page.keyboard.press("j");
    await until(() => call.evaluate((element) => element.matches(":focus")));
    await page.keyboard.press("a");
    const approve = call.getByRole("button", { name: "Approve" });
    await until(() => approve.evaluate((element) => element.matches(":focus")));
    await page.keyboard.press("Shift+Tab");
    await page.keyboard.type("By keyboard");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.getByText("Nothing waits for approval").waitFor();
    await answering;
    await page.getByText("Approved", { exact: true }).click();
    await page.getByText("By keyboard").waitFor();
    await page.getByText("Approved by you.").first().waitFor();
    assert.deepEqual(await seriousFindings(page), []);
    assert.deepEqual(faults, []);
    await page.context().close();
  });

  test("on a phone in the dark nothing is wider than the screen, and every control has a name", async () => {
    const { items } = listed.parse(await (await app.request("/api/runs?limit=1", { headers: admin })).json());
    const { page, faults } = await open("/workflows", app, { viewport: { width: 390, height: 844 }, colorScheme: "dark" });
    for (const path of ["/workflows", "/workflows/refund?tab=runs", "/workflows/refund?tab=versions", `/runs/${items[0]?.id ?? ""}`, "/approvals?status=all", "/ledger"]) {
      await page.goto(`${app.url}/console${path}`);
      await page.getByRole("heading", { level: 1 }).waitFor();
      await page.getByRole("status").filter({ hasText: "Loading" }).waitFor({ state: "detached" });
      assert.deepEqual(await seriousFindings(page), [], path);
      assert.equal(await page.evaluate("[...document.querySelectorAll('main *')].filter((each) => each.scrollWidth > each.clientWidth + 1 && /auto|scroll/.test(getComputedStyle(each).overflowX) && !each.closest('[data-editor]')).length"), 0, path);
    }
    assert.deepEqual(faults, []);
    await page.context().close();
  });
});
