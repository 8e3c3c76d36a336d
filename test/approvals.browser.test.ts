import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Browser } from "playwright-core";
import { launchBrowser, openConsole, seriousFindings, skipWithoutBrowser } from "./browser.ts";
import { startApprovalsShop, type ApprovalsShop } from "./approvals-shop.ts";
import type { UserActor } from "../src/identity/actor.ts";
import { findApproval } from "../src/tools/approvals/approval.store.ts";

describe("approvals in a real browser", { skip: skipWithoutBrowser }, () => {
  let shop: ApprovalsShop;
  let browser: Browser;
  let ben: UserActor;
  let cora: UserActor;
  before(async () => {
    shop = await startApprovalsShop({ policies: `
@id("address.asked") @reason("Two colleagues look at every new address.") @approval("role:agent") @people("2")
forbid (principal is AiAgent, action == Action::"useTool", resource == Tool::"update_address");
` });
    browser = await launchBrowser();
    ben = await shop.person("ben", "agent");
    cora = await shop.person("cora", "agent");
  });
  after(async () => {
    await browser.close();
    await shop[Symbol.asyncDispose]();
  });

  const open = async (who: UserActor | null, path: string, width = 1280, colorScheme: "light" | "dark" = "light") =>
    openConsole(browser, { url: shop.app.url, path, cookie: who === null ? null : ((await shop.signInAs(who))["cookie"] ?? "") }, { viewport: { width, height: 900 }, colorScheme });
  const picture = process.env["BATON_TEST_PICTURES"];
  const keep = async (page: Awaited<ReturnType<typeof open>>["page"], name: string) => {
    if (picture !== undefined) await page.screenshot({ path: `${picture}/${name}.png`, fullPage: true });
  };

  test("the link of a notice asks for a sign-in, and opening it decides nothing", async () => {
    const visit = await shop.app.visit("emma.larsson@example.com");
    const said = [];
    for (const text of ["I want to change the delivery address of order 1042", "Storgata 1, 0155 Oslo, Norway", "yes"]) said.push((await visit.ask(text)).reply?.text);
    assert.match(said.at(-1) ?? "", /asked a colleague to approve/, JSON.stringify(said));
    const [approval] = await shop.waiting(visit.conversationId);
    assert.ok(approval);
    const stranger = await open(null, `/approvals/${approval.id}`);
    await stranger.page.getByLabel(/password/i).waitFor();
    await stranger.page.context().close();
    const { page, faults } = await open(ben, `/approvals/${approval.id}`);
    await page.getByRole("heading", { name: /Send order 1042/ }).waitFor();
    for (const text of ["Two colleagues look at every new address.", "address.asked", "Storgata 1, 0155 Oslo, Norway", approval.call_hash]) await page.getByText(text).first().waitFor();
    assert.equal((await findApproval(shop.app.running.app.database, "shop", approval.id))?.status, "waiting");
    assert.deepEqual(await seriousFindings(page), []);
    await keep(page, "approval-asked");
    assert.deepEqual(faults, []);
    await page.context().close();
  });

  test("a change is shown against what was asked, says who else has to say yes, and the second yes comes by the keyboard", async () => {
    const { page, faults } = await open(ben, "/approvals");
    await page.getByText("Change the call and approve it so").click();
    await page.getByLabel("address", { exact: true }).fill("Storgata 2, 0155 Oslo, Norway");
    await page.getByRole("button", { name: "Change and approve" }).click();
    await page.getByText(/you said yes\. Still needed: role agent/).waitFor();
    await page.locator("del", { hasText: "Storgata 1" }).waitFor();
    await page.locator("ins", { hasText: "Storgata 2" }).waitFor();
    assert.equal(await page.getByRole("button", { name: "Approve", exact: true }).count(), 0, "nobody says yes twice");
    assert.deepEqual(await seriousFindings(page), []);
    await keep(page, "approval-changed");
    await page.context().close();
    const second = await open(cora, "/approvals", 390, "dark");
    await second.page.getByRole("button", { name: "Approve", exact: true }).waitFor();
    await keep(second.page, "approval-phone");
    assert.deepEqual(await seriousFindings(second.page), []);
    await second.page.keyboard.press("a");
    await second.page.keyboard.press("Enter");
    await second.page.getByText("Nothing waits for approval").waitFor();
    await second.page.goto(`${shop.app.url}/console/approvals?status=all`);
    await second.page.getByText(/^OK: /).waitFor();
    await keep(second.page, "approval-done");
    assert.deepEqual((await shop.sql.query("select new_address from shop.address_changes")).rows, [{ new_address: "Storgata 2, 0155 Oslo, Norway" }]);
    assert.deepEqual([...faults, ...second.faults], []);
    await second.page.context().close();
  });
});
