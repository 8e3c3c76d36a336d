import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { z } from "zod";
import { launchBrowser, openConsole, seriousFindings, skipWithoutBrowser } from "./browser.ts";
import { startTestApp, until, type TestApp } from "./start-test-app.ts";

const started = z.object({ runId: z.string() });
const runState = z.object({ status: z.unknown() });

describe("workflows in a real browser", { skip: skipWithoutBrowser }, () => {
  let app: TestApp;
  let browser: Browser;
  let admin: Record<string, string>;
  before(async () => {
    app = await startTestApp({ env: { BATON_WORKSPACE: "test/workflows/desk" } });
    browser = await launchBrowser();
    admin = await app.signIn();
  });
  after(async () => {
    await browser.close();
    await app[Symbol.asyncDispose]();
  });

  /** A page of the signed-in admin; a script error, a refused style or a refused resource fails the test that opened it. */
  async function open(path: string, options: { width?: number; colorScheme?: "light" | "dark" } = {}): Promise<{ page: Page; faults: string[] }> {
    return openConsole(browser, { url: app.url, path, cookie: admin["cookie"] ?? "" }, { viewport: { width: options.width ?? 1280, height: 800 }, colorScheme: options.colorScheme ?? "light" });
  }

  async function startRun(workflow: string): Promise<string> {
    const answer = await app.request(`/api/workflows/${workflow}/runs`, { method: "POST", headers: { "content-type": "application/json", ...admin }, body: "{}" });
    return started.parse(await answer.json()).runId;
  }

  async function reaches(runId: string, status: string): Promise<void> {
    await until(async () => runState.parse(await (await app.request(`/api/runs/${runId}`, { headers: admin })).json()).status === status);
  }

  test("the list says how each workflow goes, and opens it by the keyboard", async () => {
    const runId = await startRun("broken");
    await reaches(runId, "failed");
    const { page, faults } = await open("/workflows");
    const row = page.getByRole("row", { name: /Broken/ });
    await row.getByText("Failing").waitFor();
    await row.getByRole("cell", { name: "100 %", exact: true }).waitFor();
    assert.deepEqual(await seriousFindings(page), []);
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "Broken" }).waitFor();
    assert.deepEqual(faults, []);
    await page.context().close();
  });

  test("the graph shows tasks in plain words, branches by name, and failures with their type", async () => {
    const { page, faults } = await open("/workflows/refund");
    await page.getByRole("button", { name: /Number Ask the customer/ }).waitFor();
    for (const branch of ["large", "small", "approved", "refused"]) await page.getByText(branch, { exact: true }).first().waitFor();
    await page.getByRole("button", { name: /^Size Decide/ }).click();
    await page.getByRole("complementary", { name: "Task" }).getByText("context.amount > 150").waitFor();
    assert.deepEqual(await seriousFindings(page), []);
    await page.goto(`${app.url}/console/workflows/broken`);
    await page.getByRole("button", { name: /Stop.*1 run.*✕ 1 broken/ }).waitFor();
    assert.deepEqual(faults, []);
    await page.context().close();
  });

  test("a document is completed and checked while it is written, guarded when left, and published", async () => {
    const { page, faults } = await open("/workflows/mute?tab=document", { width: 1440, colorScheme: "dark" });
    const editor = page.getByRole("textbox", { name: "Document of mute" });
    await editor.click();
    await page.keyboard.press("Control+End");
    await page.keyboard.press("Enter");
    await page.keyboard.type("- tell:\ncall: re");
    await page.getByRole("option", { name: /reply/ }).first().waitFor();
    assert.deepEqual(await seriousFindings(page), []);
    await page.keyboard.press("Escape");
    await page.getByRole("complementary", { name: "Findings" }).getByText("Error").first().waitFor();
    assert.equal(await page.getByRole("dialog").count(), 0, "keys typed in the editor are no shortcuts");

    await page.getByRole("link", { name: "Graph", exact: true }).click();
    await page.getByRole("dialog", { name: "Leave without publishing?" }).getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("button", { name: "Discard changes" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Discard changes" }).click();
    await page.getByText("No findings").waitFor();
    assert.equal(await page.getByRole("button", { name: "Publish…" }).isDisabled(), true);

    const text = (await editor.innerText()).replace(/\n\n/g, "\n");
    await editor.click();
    await page.keyboard.press("Control+a");
    await page.keyboard.press("Delete");
    await page.keyboard.insertText(text.replace("done: true", "done: false"));
    await page.getByRole("button", { name: "Publish…" }).click();
    await page.getByLabel(/Note/).fill("Says no instead");
    await page.getByRole("dialog").getByRole("button", { name: "Publish", exact: true }).click();
    await page.getByText("a number stands for one text for good").waitFor();
    assert.deepEqual(await seriousFindings(page), []);
    await page.getByRole("button", { name: "1.1.0, something new" }).click();
    await page.getByText("version 1.1.0", { exact: true }).waitFor();
    await editor.getByText("version: '1.1.0'").waitFor();
    assert.equal(await page.getByRole("button", { name: "Publish…" }).isDisabled(), true, "the editor has the text as it was published");
    assert.deepEqual(faults, []);
    await page.context().close();
  });

  test("two versions are compared, and the older one is made active again", async () => {
    const { page, faults } = await open("/workflows/mute?tab=versions");
    await page.getByRole("heading", { name: "What changed from 1.0.0 to 1.1.0" }).waitFor();
    await page.getByRole("textbox", { name: /The newer of/ }).getByText("false").waitFor();
    assert.deepEqual(await seriousFindings(page), []);
    await page.getByRole("button", { name: "Roll back to this version" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Roll back" }).click();
    await page.getByText("version 1.0.0", { exact: true }).waitFor();
    assert.deepEqual(faults, []);
    await page.context().close();
  });

  test("a call waits in the inbox as it would run; the yes lets the run end, and the run is walked through step by step", async () => {
    const visit = await app.visit("finn@example.com");
    await visit.ask("refund please");
    const answering = visit.ask("1002");
    const { page, faults } = await open("/approvals");
    const call = page.getByRole("article", { name: "Pay back 900 for order 1002." });
    await call.getByText("pay_back").waitFor();
    await call.getByText("The amount is above 150.").waitFor();
    await call.getByText(/left/).waitFor();
    assert.deepEqual(await seriousFindings(page), []);
    await call.getByLabel(/Note/).fill("Seen the photos");
    await call.getByRole("button", { name: "Approve" }).click();
    await page.getByText("Nothing waits for approval").waitFor();
    await answering;
    await page.getByText("Approved", { exact: true }).click();
    await page.getByText("Seen the photos").waitFor();

    await page.getByRole("link", { name: "Open the run" }).click();
    await page.getByText("Completed").first().waitFor();
    const slider = page.getByRole("slider", { name: "Step of the run" });
    await slider.focus();
    await page.keyboard.press("Home");
    await page.getByText(/Step 1 of/).waitFor();
    await page.getByRole("button", { name: "Step on" }).click();
    await page.getByText(/Step 2 of/).waitFor();
    await page.getByRole("complementary", { name: "Step" }).getByRole("heading", { name: "Look" }).waitFor();
    await page.getByRole("button", { name: /^Pay approved/ }).click();
    await page.getByRole("complementary", { name: "Step" }).getByRole("heading", { name: "Output", exact: true }).waitFor();
    await page.getByRole("complementary", { name: "Step" }).getByText('"tool": "pay_back"').waitFor();
    assert.deepEqual(await seriousFindings(page), []);
    assert.deepEqual(faults, []);
    await page.context().close();
  });

  test("failed runs are found by their status, say why, and can be resumed after a question", async () => {
    const { page, faults } = await open("/workflows/broken?tab=runs");
    await page.getByText("Failed", { exact: true }).first().click();
    await page.getByRole("list", { name: "Runs" }).getByRole("link").first().click();
    await page.getByText("The machine is broken.").first().waitFor();
    await page.getByRole("button", { name: "Resume from the failed task" }).click();
    assert.deepEqual(await seriousFindings(page), []);
    await page.getByRole("dialog").getByRole("button", { name: "Go on" }).click();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    assert.deepEqual(faults, []);
    await page.context().close();
  });
});
