import assert from "node:assert/strict";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import pg from "pg";
import type { Browser, Page } from "playwright-core";
import { launchBrowser, openConsole, seriousFindings, skipWithoutBrowser } from "./browser.ts";
import { startTestApp, type TestApp } from "./start-test-app.ts";

const MODELS = `
models:
  - { name: big, provider: openai-compatible, model: gpt-6.1-terra, url: "http://127.0.0.1:9/v1", handling: inside, price: { prompt: 1, completion: 5, source: a contract, readOn: 2026-11-21 } }
routes: { default: [big] }
budgets:
  - { name: whole-shop, scope: tenant, window: month, soft: 20, hard: 25, then: cheaper }
  - { name: each-customer, scope: contact, window: day, soft: 0.5, hard: 1, then: handoff }
  - { name: nightly-report, scope: workflow, window: day, hard: 2 }
`;
const DAYS = 30;
const SHOTS = process.env["BATON_SCREENSHOTS"];

describe("the cost of models in a real browser", { skip: skipWithoutBrowser }, () => {
  let app: TestApp;
  let browser: Browser;
  let folder = "";
  let conversationId = "";
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "baton-cost-"));
    await cp(new URL("../examples/shop", import.meta.url), folder, { recursive: true });
    await writeFile(join(folder, "models.yaml"), MODELS);
    app = await startTestApp({ env: { BATON_WORKSPACE: folder } });
    browser = await launchBrowser();
    conversationId = (await app.visit("emma.larsson@example.com")).conversationId;
  });
  after(async () => {
    await browser.close();
    await app[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  async function open(width: number, colorScheme: "light" | "dark"): Promise<{ page: Page; faults: string[] }> {
    return openConsole(browser, { url: app.url, path: "/cost", cookie: (await app.signIn())["cookie"] ?? "" }, { viewport: { width, height: 1000 }, colorScheme });
  }
  const shoot = async (page: Page, name: string) => {
    if (SHOTS !== undefined) await page.screenshot({ path: join(SHOTS, `cost-${name}.png`) });
  };

  /** A month of calls; those of today by the budgets, so that their bars move. */
  async function spend(): Promise<void> {
    const client = new pg.Client({ connectionString: app.databaseUrl });
    await client.connect();
    await client.query(
      `insert into model_use (tenant_id, id, at, provider, model, purpose, conversation_id, prompt_tokens, completion_tokens, is_estimated, micro_usd, charged_micro_usd, outcome, duration_ms)
       select 'shop', 'use_' || d || m.name, now() - make_interval(days => d), 'openai', m.name, m.purpose, case when d % 3 = 0 then $1 end, 900, 120, d % 7 = 0, (m.cost * (1 + (d * 7 % 5)))::bigint, 0, 'ok', 800
       from generate_series(1, $2) d, (values ('gpt-6.1-terra', 'reply', 90000), ('gpt-6-luna', 'understand', 12000), ('claude-sonnet-5-5', 'judge', 40000)) m(name, purpose, cost)`,
      [conversationId, 2 * DAYS],
    );
    await client.end();
    const { budgets } = app.running.app;
    for (const [contactId, microUsd] of [["cont_emma", 900_000], ["cont_noah", 600_000], ["cont_mia", 50_000]] as const) {
      const reserved = await budgets.reserve({ tenantId: "shop", purpose: "reply", contactId, conversationId, dataClasses: [], audiences: [], cache: "off" }, { model: "gpt-6.1-terra", provider: "openai", promptTokens: 900, maxOutputTokens: 200, microUsd });
      if (reserved.kind === "reserved") budgets.settle(reserved.id, { usage: { promptTokens: 900, completionTokens: 120, isEstimated: false }, microUsd, outcome: "ok" });
    }
    await budgets.reserve({ tenantId: "shop", purpose: "reply", contactId: "cont_emma", dataClasses: [], audiences: [], cache: "off" }, { model: "gpt-6.1-terra", provider: "openai", promptTokens: 900, maxOutputTokens: 200, microUsd: 500_000 });
    await budgets.flush();
  }

  test("where nothing was spent the page says so, and shows the budgets", async () => {
    const { page, faults } = await open(1280, "light");
    await page.getByText("No model was called in the last 30 days").waitFor();
    await page.getByText("whole-shop").waitFor();
    await shoot(page, "empty");
    assert.deepEqual(await seriousFindings(page), []);
    assert.deepEqual(faults, []);
    await page.context().close();
  });

  test("it shows what was spent by day and model, the budgets with their state, and the dearest conversations", async () => {
    await spend();
    const { page, faults } = await open(1280, "light");
    await page.getByText("Refusing calls").waitFor();
    await page.getByText("Soft limit passed").waitFor();
    await page.getByText("When it is used up, a person goes on.").first().waitFor();
    await page.getByRole("list", { name: "What the colours stand for" }).getByText("gpt-6.1-terra").waitFor();
    await page.getByText("By purpose").click();
    await page.getByRole("list", { name: "What the colours stand for" }).getByText("Understanding").waitFor();
    const slider = page.getByRole("slider", { name: "Day" });
    await slider.focus();
    const today = await slider.getAttribute("aria-valuetext");
    await page.keyboard.press("ArrowLeft");
    assert.notEqual(await slider.getAttribute("aria-valuetext"), today);
    await page.getByText("By model").click();
    await shoot(page, "wide");
    assert.deepEqual(await seriousFindings(page), []);
    assert.deepEqual(faults, []);
    await page.getByRole("link", { name: "emma.larsson@example.com" }).click();
    await page.waitForURL(`**/conversations/${conversationId}*`);
    await page.context().close();
  });

  test("a phone shows all of it without scrolling sideways, in the dark too", async () => {
    const { page } = await open(390, "dark");
    await page.getByText("Spent each day").waitFor();
    assert.equal(await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), true);
    await shoot(page, "phone");
    assert.deepEqual(await seriousFindings(page), []);
    await page.context().close();
  });
});
