import assert from "node:assert/strict";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import type { ModelRequest } from "../src/models/model.ts";
import { putGrades } from "../src/models/routing/grade.store.ts";
import { readGrades } from "../src/models/routing/grade.ts";
import { routableModels } from "../src/models/routing/routable-models.ts";
import { trainRouter } from "../src/models/routing/train-router.ts";
import { launchBrowser, openConsole, seriousFindings, skipWithoutBrowser } from "./browser.ts";
import { startScriptedModel, type ScriptedModelServer } from "./scripted-model.ts";
import { startTestApp, type TestApp } from "./start-test-app.ts";

const modelsAt = (url: string) => `
models:
  - { name: small, provider: openai-compatible, model: tiny, url: "${url}", handling: inside, price: { prompt: 0.1, completion: 0.5, source: a contract, readOn: 2026-11-21 } }
  - { name: big, provider: openai-compatible, model: huge, url: "${url}", handling: inside, price: { prompt: 1, completion: 5, source: a contract, readOn: 2026-11-21 } }
routes: { default: [big, small], rules: [{ when: { intent: complaint }, use: big }] }
`;
const SHOTS = process.env["BATON_SCREENSHOTS"];
const request = (intent: string): ModelRequest => ({
  context: { tenantId: "shop", purpose: "reply", dataClasses: [], audiences: [], cache: "off", traits: { language: "en", intent } }, messages: [{ role: "user", text: "Where is my order of a lamp that I paid yesterday" }],
  tools: [], maxOutputTokens: 100, temperature: 0, signal: AbortSignal.timeout(600_000),
});

describe("learned routes in a real browser", { skip: skipWithoutBrowser }, () => {
  let desk: TestApp;
  let browser: Browser;
  let folder = "";
  let server: ScriptedModelServer;
  before(async () => {
    server = await startScriptedModel(({ raw, model }) => [{ text: raw.includes("<answer_A>") ? '{"A": 8, "B": 5}' : model === "huge" ? "You can return unused items within 30 days of delivery [1]." : "Please look at our site." }]);
    folder = await mkdtemp(join(tmpdir(), "baton-routing-"));
    await cp(new URL("../examples/shop", import.meta.url), folder, { recursive: true });
    await writeFile(join(folder, "models.yaml"), modelsAt(server.url));
    desk = await startTestApp({ env: { BATON_WORKSPACE: folder } });
    browser = await launchBrowser();
  });
  after(async () => {
    await browser.close();
    await desk[Symbol.asyncDispose]();
    await server.close();
    await rm(folder, { recursive: true });
  });
  const open = async (width: number, colorScheme: "light" | "dark") => openConsole(browser, { url: desk.url, path: "/routes", cookie: (await desk.signIn())["cookie"] ?? "" }, { viewport: { width, height: 1000 }, colorScheme });
  const shoot = async (page: Page, name: string) => {
    if (SHOTS !== undefined) await page.screenshot({ path: join(SHOTS, `routes-${name}.png`), fullPage: true });
  };
  const firstAsked = async (intent: string) => {
    const plan = await desk.running.app.models.plan?.(request(intent));
    return { name: plan?.candidates[0]?.name, reason: plan?.reason };
  };

  /** Orders are answered by both, most contracts by the big one alone; German ones are few. */
  async function train(floor: number): Promise<void> {
    const { database, clock, workspace } = desk.running.app;
    const lines = Array.from({ length: 900 }, (_, i) => {
      const isHard = i % 3 === 0;
      const prompt = isHard ? `Which clause of the contract limits liability for case ${"x".repeat(i % 97)} ${"z".repeat(i % 89)}?` : `Where is my order of a lamp that I paid ${"x".repeat(i % 97)} ${"z".repeat(i % 89)}`;
      const common = { prompt, language: i % 41 === 0 ? "de" : "en", intent: i % 29 === 0 ? "cancel" : "track" };
      return [{ ...common, model: "small", right: isHard ? i % 5 === 0 : i % 30 !== 1 }, { ...common, model: "big", right: i % 25 !== 2 }].map((line) => JSON.stringify(line)).join("\n");
    });
    await database.transaction("shop", (query) => putGrades(query, "shop", readGrades(lines.join("\n"), (text) => text), "test", new Date()));
    assert.ok(workspace.models !== null);
    await trainRouter({ database, clock }, { tenantId: "shop", models: routableModels(workspace.models), floor, by: "test" });
  }

  test("without a router the page says how to get one, and the default route holds", async () => {
    const { page, faults } = await open(1280, "light");
    await page.getByText("No router is trained yet").waitFor();
    await page.getByText("baton routes grade import FILE").waitFor();
    await shoot(page, "empty");
    assert.deepEqual(await seriousFindings(page), []);
    assert.deepEqual(faults, []);
    await page.context().close();
    assert.deepEqual(await firstAsked("track"), { name: "big", reason: "the default route" });
  });

  test("a router is looked at, put to use and taken back; rules go before it", async () => {
    await train(0.95);
    await train(1);
    const { page, faults } = await open(1280, "light");
    await page.getByRole("heading", { name: "Router 2" }).waitFor();
    await page.getByRole("button", { name: "Show router 1" }).click();
    await page.getByText(/of the prompts go to a cheaper model/).waitFor();
    await page.getByRole("row", { name: /Language de/ }).getByText("Not proven: best model only").waitFor();
    await page.getByRole("button", { name: "Use router 1" }).click();
    await page.getByText("In use").waitFor();
    await shoot(page, "wide");
    assert.equal((await firstAsked("track")).name, "small");
    assert.match((await firstAsked("track")).reason ?? "", /^router 1: small .* good enough$/);
    assert.deepEqual(await firstAsked("complaint"), { name: "big", reason: "rule 1 of models.yaml" });
    assert.deepEqual(await seriousFindings(page), []);
    await page.getByRole("button", { name: "Stop using" }).click();
    await page.getByText("In use").waitFor({ state: "detached" });
    assert.equal((await firstAsked("track")).reason, "the default route");
    assert.deepEqual(faults, []);
    await page.context().close();
  });

  test("two answers are graded side by side without their models' names, and a model grades the rest", async () => {
    for (const question of ["How long do I have to return something?", "Until when can I return unused items?"]) await (await desk.visit()).ask(question);
    const { page, faults } = await open(1280, "light");
    await page.getByRole("button", { name: "Compare two answers" }).click();
    const grading = page.getByRole("region", { name: "Grading" });
    await grading.getByText("Please look at our site.").waitFor();
    await shoot(page, "grading");
    assert.deepEqual(await seriousFindings(page), []);
    assert.doesNotMatch((await grading.textContent()) ?? "", /small|big/);
    await grading.getByRole("group", { name: "Answer 1" }).getByLabel("Right").check();
    assert.equal(await grading.getByRole("button", { name: "Keep both grades" }).isDisabled(), true);
    await grading.getByRole("group", { name: "Answer 2" }).getByLabel("Wrong").check();
    await grading.getByRole("button", { name: "Keep both grades" }).click();
    await grading.getByText("How long do I have to return something?").waitFor();
    await grading.getByRole("button", { name: "Let a model grade 20 prompts" }).click();
    await grading.getByText(/big has graded 2 answers to 1 prompt/).waitFor();
    await shoot(page, "graded");
    assert.deepEqual(faults, []);
    await page.context().close();
  });

  test("a phone shows all of it without scrolling sideways, in the dark too", async () => {
    const { page } = await open(390, "dark");
    await page.getByRole("heading", { name: "Router 2" }).waitFor();
    assert.equal(await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), true);
    await shoot(page, "phone");
    assert.deepEqual(await seriousFindings(page), []);
    await page.context().close();
  });
});
