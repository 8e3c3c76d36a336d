import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { launchBrowser, openConsole, seriousFindings, skipWithoutBrowser } from "./browser.ts";
import { startTestApp, type TestApp } from "./start-test-app.ts";

describe("the tools in a real browser", { skip: skipWithoutBrowser }, () => {
  let app: TestApp;
  let browser: Browser;
  before(async () => {
    app = await startTestApp();
    browser = await launchBrowser();
  });
  after(async () => {
    await browser.close();
    await app[Symbol.asyncDispose]();
  });

  async function open(width: number, colorScheme: "light" | "dark"): Promise<{ page: Page; faults: string[] }> {
    return openConsole(browser, { url: app.url, path: "/tools", cookie: (await app.signIn())["cookie"] ?? "" }, { viewport: { width, height: 900 }, colorScheme });
  }

  test("the list says what each tool may do, and opens to what keeps it safe", async () => {
    const { page, faults } = await open(1280, "light");
    await page.getByRole("button", { name: "refund_order" }).waitFor();
    await page.keyboard.press("j");
    await page.getByRole("button", { name: "refund_order" }).click();
    await page.getByText("Yes, by the call's key").first().waitFor();
    await page.getByText("Contacts who have signed in").first().waitFor();
    assert.deepEqual(await seriousFindings(page), []);
    assert.deepEqual(faults, []);
    await page.context().close();
  });

  test("a phone shows the list without scrolling sideways, in the dark too", async () => {
    const { page } = await open(390, "dark");
    await page.getByRole("button", { name: "get_order" }).waitFor();
    assert.equal(await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), true);
    assert.deepEqual(await seriousFindings(page), []);
    await page.context().close();
  });
});
