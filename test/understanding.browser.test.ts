import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Browser } from "playwright-core";
import { launchBrowser, openConsole, seriousFindings, skipWithoutBrowser } from "./browser.ts";
import { startTestApp, type TestApp } from "./start-test-app.ts";

describe("teaching what messages mean, in a real browser", { skip: skipWithoutBrowser }, () => {
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
  const open = async (width: number) => openConsole(browser, { url: app.url, path: "/understanding", cookie: (await app.signIn())["cookie"] ?? "", timeoutMs: 40_000 }, { viewport: { width, height: 900 } });

  test("an unsure message is corrected, learned with the figures before and after, and undone", async () => {
    await (await app.visit()).ask("the floofle of my snorkbox is wobbly");
    const { page, faults } = await open(1440);
    await page.getByText("the floofle of my snorkbox is wobbly").waitFor();
    await page.getByLabel("It means").first().selectOption("return_order");
    await page.getByRole("button", { name: "Keep as an example" }).first().click();
    await page.getByText("1 correction waits to be learned.").waitFor();
    await page.getByRole("list", { name: "Corrections" }).getByText("Waiting").waitFor();
    await page.getByRole("button", { name: "Learn corrections" }).click();
    await page.getByRole("list", { name: "Trainings" }).getByText(/Right intent [\d.]+ % → [\d.]+ %/).waitFor();
    await page.getByRole("list", { name: "Corrections" }).getByText("Learned").waitFor();
    await page.getByLabel("A message, as a customer would write it").fill("the floofle of my snorkbox is wobbly, and where is order 1042?");
    await page.getByRole("button", { name: "Read it" }).click();
    await page.getByText(/Return order \([\d.]+ % sure\)/).waitFor();
    await page.getByText("Order number 1042").waitFor();
    assert.deepEqual(await seriousFindings(page), []);
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByRole("list", { name: "Trainings" }).getByText("Undone").waitFor();
    await page.getByText("1 correction waits to be learned.").waitFor();
    assert.deepEqual(faults, []);
  });

  test("the matrix opens the examples behind a mistake, also on a phone", async () => {
    for (const width of [1440, 390]) {
      const { page, faults } = await open(width);
      await page.getByRole("button", { name: /examples of .+ read as / }).first().click();
      await page.getByText(/make one intent of both/).waitFor();
      assert.deepEqual(await seriousFindings(page), [], `${width}`);
      assert.equal(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), true, "nothing stands out of the page");
      if (process.env["BATON_SHOTS"] !== undefined) await page.screenshot({ path: `${process.env["BATON_SHOTS"]}/understanding-${width}.png` });
      assert.deepEqual(faults, []);
    }
  });
});
