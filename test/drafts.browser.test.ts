import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { launchBrowser, openConsole, seriousFindings, skipWithoutBrowser } from "./browser.ts";
import { startDraftsShop, type DraftsShop, type Headers } from "./drafts-shop.ts";
import type { Visit } from "./start-test-app.ts";

const QUESTION = "How long do I have to return something?";

describe("drafts of the AI in a real browser", { skip: skipWithoutBrowser }, () => {
  let shop: DraftsShop;
  let browser: Browser;
  let anna: Headers;
  let ben: Headers;
  before(async () => {
    shop = await startDraftsShop({ ladder: "\nautonomy: { rules: [{ name: answers, intents: [knowledge_question], level: draft }, { name: cancelling, intents: [cancel_order], level: suggest }] }\n" });
    browser = await launchBrowser();
    [anna, ben] = [await shop.agent("Anna"), await shop.agent("Ben")];
  });
  after(async () => {
    await browser.close();
    await shop[Symbol.asyncDispose]();
  });

  const open = (who: Headers, visit: Visit, width = 1280, colorScheme: "light" | "dark" = "light") => openConsole(browser, { url: shop.app.url, path: `/conversations/${visit.conversationId}`, cookie: who["cookie"] ?? "" }, { viewport: { width, height: 900 }, colorScheme });
  const pictures = process.env["BATON_TEST_PICTURES"];
  const keep = async (page: Page, name: string) => {
    if (pictures !== undefined) await page.screenshot({ path: `${pictures}/${name}.png` });
  };
  const asked = async (text = QUESTION, email?: string) => {
    const visit = await shop.app.visit(email);
    await shop.say(visit, text);
    return { visit, draft: await shop.drafted(visit, anna) };
  };
  const lastText = async (visit: Visit) => (await shop.thread(visit)).at(-1);
  const review = (page: Page, name = "Draft of the AI") => page.getByRole("region", { name });
  const gone = (page: Page, name?: string) => review(page, name).waitFor({ state: "detached" });

  test("a draft is shown with its sources and sent as it is by one key", async () => {
    const { visit, draft } = await asked();
    const { page, faults } = await open(anna, visit);
    await review(page).getByText("Draft, not sent").waitFor();
    await review(page).getByRole("list", { name: "Sources" }).waitFor();
    assert.deepEqual(await seriousFindings(page), []);
    await keep(page, "draft");
    await review(page).getByRole("button", { name: /^Source 1/ }).first().click();
    await page.locator("dialog[open]").waitFor();
    await page.keyboard.press("Escape");
    await page.locator("dialog[open]").waitFor({ state: "detached" });
    await page.keyboard.press("a");
    await gone(page);
    await page.getByText("The AI is answering this conversation.").waitFor();
    assert.deepEqual([(await lastText(visit))?.author, (await lastText(visit))?.text], ["human", draft.text]);
    await keep(page, "draft-sent");
    assert.deepEqual(faults, []);
    await page.context().close();
  });

  test("it is changed, or rejected with a reason, without the mouse", async () => {
    const first = await asked();
    const { page, faults } = await open(anna, first.visit);
    await review(page).waitFor();
    await page.keyboard.press("e");
    await page.getByLabel("Change the answer").waitFor();
    await page.keyboard.press("ControlOrMeta+A");
    await page.keyboard.type("Thirty days from delivery. [1]");
    await keep(page, "draft-change");
    assert.deepEqual(await seriousFindings(page), []);
    await page.keyboard.press("Enter");
    await gone(page);
    assert.deepEqual([(await lastText(first.visit))?.text, (await lastText(first.visit))?.citations.length], ["Thirty days from delivery. [1]", 1]);
    const second = await asked();
    await page.goto(`${shop.app.url}/console/conversations/${second.visit.conversationId}`);
    await review(page).waitFor();
    await page.keyboard.press("x");
    await page.getByLabel("Why is it not right?").fill("Wrong article.");
    await keep(page, "draft-reject");
    await page.keyboard.press("Enter");
    await gone(page);
    assert.deepEqual((await shop.sql.query("select status, reason from reply_draft where id = $1", [second.draft.id])).rows, [{ status: "rejected", reason: "Wrong article." }]);
    assert.deepEqual(faults, []);
    await page.context().close();
  });

  test("of two people the first sends it, and the other is told by whom", async () => {
    const { visit, draft } = await asked();
    const { page } = await open(ben, visit);
    await review(page).waitFor();
    // Ben's page hears nothing more.
    await page.context().setOffline(true);
    assert.equal((await shop.decide(draft.id, anna, { decision: "accepted" })).status, 200);
    await page.route("**/api/events", (route) => route.abort());
    await page.route("**/api/conversations/*", (route) => route.abort());
    await page.context().setOffline(false);
    await page.keyboard.press("a");
    await page.getByRole("alert").filter({ hasText: "Anna has already sent an answer from this draft." }).waitFor();
    await keep(page, "draft-too-late");
    assert.equal((await shop.thread(visit)).filter((message) => message.author === "human").length, 1);
    await page.context().close();
  });

  test("a new message puts the draft out of date, and the next one takes its place", async () => {
    const { visit } = await asked();
    const { page, faults } = await open(anna, visit, 390, "dark");
    await review(page).waitFor();
    const goOn = shop.app.holdTurns();
    try {
      await shop.say(visit, "How do I wash a down jacket?");
      await review(page).getByText("Out of date").waitFor();
      assert.equal(await review(page).getByRole("button", { name: "Send as it is" }).isDisabled(), true);
      await page.keyboard.press("a");
      await keep(page, "draft-stale-phone");
      assert.deepEqual(await seriousFindings(page), []);
    } finally {
      goOn();
    }
    await review(page).getByText(/down/i).first().waitFor();
    await review(page).getByText("Out of date").waitFor({ state: "detached" });
    assert.equal((await shop.thread(visit)).filter((message) => message.author === "human").length, 0);
    await keep(page, "draft-new-phone");
    assert.deepEqual(faults, []);
    await page.context().close();
  });

  test("a suggestion is taken over first, and then used", async () => {
    const { visit } = await asked("Please cancel order 1042", "emma.larsson@example.com");
    const { page, faults } = await open(anna, visit);
    await review(page, "Suggestion of the AI").getByText("cancellation (order number 1042)").waitFor();
    await keep(page, "suggestion");
    await page.keyboard.press("t");
    await page.getByRole("button", { name: "Hand back" }).waitFor();
    await page.keyboard.press("x");
    await page.getByLabel("Why is it not right?").fill("I call the customer.");
    await keep(page, "suggestion-mine");
    assert.deepEqual(await seriousFindings(page), []);
    await page.keyboard.press("Enter");
    await gone(page, "Suggestion of the AI");
    assert.deepEqual(faults, []);
    await page.context().close();
  });
});
