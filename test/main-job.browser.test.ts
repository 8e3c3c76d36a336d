import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { signIdentity } from "../src/identity/identity-token.ts";
import { launchBrowser, openPage, seriousFindings, skipWithoutBrowser } from "./browser.ts";
import { startTestApp, type TestApp } from "./start-test-app.ts";


describe("customer and human agent side by side in a real browser", { skip: skipWithoutBrowser }, () => {
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

  /** A page of its own visitor; a script error or a refused resource fails the test that opened it. */
  async function open(path: string, size = { width: 1280, height: 800 }): Promise<{ page: Page; faults: string[] }> {
    const { page, faults } = await openPage(browser, { viewport: size });
    await page.goto(app.url + path);
    return { page, faults };
  }

  async function linkFor(email: string, name: string): Promise<string> {
    const { workspace, secrets, clock } = app.running.app;
    return `/chat#identity=${await signIdentity(await secrets.of(workspace.tenantId, "identity"), workspace.tenantId, { email, name, externalId: null }, clock.nowMs(), 600)}`;
  }

  async function write(page: Page, text: string): Promise<void> {
    await page.getByLabel("Message", { exact: true }).fill(text);
    await page.getByRole("button", { name: "Send", exact: true }).click();
  }

  async function signIn(page: Page): Promise<void> {
    await page.getByLabel("E-mail").fill("admin@baton.local");
    await page.getByLabel("Password", { exact: true }).fill(app.adminPassword);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("link", { name: /Conversations/ }).first().waitFor();
  }

  test("a customer asks and gets a cited answer, and the citation opens the article with the quote marked", async () => {
    const { page, faults } = await open("/chat");
    await write(page, "How long do I have to return something?");
    await page.getByText(/within 30 days of delivery/).first().waitFor();
    await page.getByRole("button", { name: /1/ }).first().click();
    const dialog = page.getByRole("dialog");
    await dialog.waitFor();
    // The article is fetched when it is opened.
    await dialog.locator("mark").filter({ hasText: /30 days/ }).first().waitFor();
    assert.match((await dialog.locator("mark").allInnerTexts()).join(" "), /30 days/);
    assert.deepEqual(await seriousFindings(page), []);
    assert.deepEqual(faults, []);
    await page.context().close();
  });

  test("a customer asks for a person, a human agent takes over and replies, and the AI is silent until it is handed back", async () => {
    const { page: customer, faults: customerFaults } = await open(await linkFor("emma.larsson@example.com", "Emma Larsson"));
    await customer.getByText("Signed in as Emma Larsson").waitFor();
    assert.ok(!customer.url().includes("identity"), "the token is gone from the address");
    await write(customer, "Where is order 1043?");
    await customer.getByText(/Order 1043/).first().waitFor();
    await write(customer, "I want to talk to a human please");
    await customer.getByText(/in line for a person|waiting/i).first().waitFor();

    const { page: agent, faults: agentFaults } = await open("/console/");
    await signIn(agent);
    await agent.getByRole("link", { name: /Handoffs/ }).first().click();
    await agent.getByRole("button", { name: "Take over" }).first().click();
    await agent.getByLabel("Reply to customer").waitFor();
    assert.ok((await agent.getByText(/1043/).count()) > 0, "the thread is there");
    assert.deepEqual(await seriousFindings(agent), []);
    await customer.getByText(/Admin has joined/).first().waitFor();

    await write(customer, "How long do I have to return something?");
    await agent.getByText("How long do I have to return something?").first().waitFor();
    await agent.getByLabel("Reply to customer").fill("Hello Emma, Admin here. You have thirty days.");
    await agent.getByRole("button", { name: "Send reply" }).click();
    await customer.getByText("You have thirty days.").first().waitFor();
    await customer.waitForTimeout(1_000);
    assert.equal(await customer.getByText(/within 30 days of delivery/).count(), 0, "the AI said nothing");

    await agent.getByRole("button", { name: "Hand back" }).first().click();
    await customer.getByText(/handed the conversation back/).first().waitFor();
    await write(customer, "Do you ship to Norway?");
    await customer.getByText(/Norway/).nth(1).waitFor();
    assert.deepEqual([...customerFaults, ...agentFaults], []);
    await customer.context().close();
    await agent.context().close();
  });

  test("the thread survives a reload and a second tab shows the same lines once", async () => {
    const { page, faults } = await open("/chat");
    await write(page, "Which payment methods do you take?");
    await page.locator("main").getByText(/card/i).first().waitFor();
    const before = await page.getByRole("log").innerText();
    await page.reload();
    await page.getByText("Which payment methods do you take?").first().waitFor();
    const second = await page.context().newPage();
    await second.goto(`${app.url}/chat`);
    await second.getByText("Which payment methods do you take?").first().waitFor();
    assert.equal(await second.getByText("Which payment methods do you take?", { exact: true }).count(), 1);
    assert.ok(before.includes("Which payment methods"));
    assert.deepEqual(faults, []);
    await page.context().close();
  });

  test("a turn's trace shows its eleven stages, also at phone width", async () => {
    const visit = await app.visit();
    const { reply } = await visit.ask("Do you ship to Norway?");
    assert.ok(reply?.turnId);
    const { page, faults } = await open("/console/", { width: 375, height: 800 });
    await signIn(page);
    await page.goto(`${app.url}/console/conversations/${visit.conversationId}`);
    await page.getByText("How it was answered").last().click();
    await page.getByText("Trace of the turn").waitFor();
    for (const stage of ["receive", "identify", "authorize", "redact", "understand", "decide", "act", "compose", "verify", "deliver", "record"]) await page.getByRole("dialog").getByText(stage, { exact: false }).first().waitFor();
    const overflow: unknown = await page.evaluate("document.documentElement.scrollWidth - window.innerWidth");
    assert.ok(Number(overflow) <= 1, "nothing sticks out sideways");
    assert.deepEqual(await seriousFindings(page), []);
    assert.deepEqual(faults, []);
    await page.context().close();
  });
});
