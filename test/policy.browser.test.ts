import assert from "node:assert/strict";
import { appendFile, cp, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { z } from "zod";
import { insertUser } from "../src/identity/identity.store.ts";
import { hashPassword } from "../src/identity/password.ts";
import { recordOutcome } from "../src/policy/change-autonomy.ts";
import { launchBrowser, openConsole, seriousFindings, skipWithoutBrowser } from "./browser.ts";
import { startTestApp, type TestApp } from "./start-test-app.ts";

const LADDER = `
autonomy:
  measure: { window: 20, minimum: 4, promoteAtMost: 0, demoteAbove: 0.2 }
  rules:
    - { name: small-refunds, intents: [refund_order], channels: [web], risks: [money], amountUpTo: 50, level: draft, lowest: draft, highest: act }
    - { name: money, risks: [money, irreversible], level: draft }
`;
const ledger = z.object({ items: z.array(z.object({ kind: z.string(), actor: z.string(), body: z.record(z.string(), z.unknown()) })) });
const PASSWORD = "a long password";

describe("policies in a real browser", { skip: skipWithoutBrowser }, () => {
  let folder: string;
  let app: TestApp;
  let browser: Browser;
  before(async () => {
    folder = await mkdtemp(join("examples", ".policies-"));
    await cp("examples/shop", folder, { recursive: true });
    await appendFile(join(folder, "baton.yaml"), LADDER);
    app = await startTestApp({ env: { BATON_WORKSPACE: folder } });
    await insertUser(app.running.app.database, { tenantId: "shop", id: "user_agent", email: "bo@example.com", name: "Bo", role: "agent", passwordHash: await hashPassword(PASSWORD), at: new Date() });
    browser = await launchBrowser();
  });
  after(async () => {
    await browser.close();
    await app[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  async function cookieOf(role: "admin" | "agent"): Promise<string> {
    if (role === "admin") return (await app.signIn())["cookie"] ?? "";
    const answer = await app.request("/api/session", { method: "POST", headers: { "content-type": "application/json", "x-baton-request": "1" }, body: JSON.stringify({ email: "bo@example.com", password: PASSWORD }) });
    return (answer.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
  }

  async function open(path: string, options: { role?: "admin" | "agent"; width?: number; colorScheme?: "light" | "dark" } = {}): Promise<{ page: Page; faults: string[] }> {
    return openConsole(browser, { url: app.url, path: `/policies${path}`, cookie: await cookieOf(options.role ?? "admin") }, { viewport: { width: options.width ?? 1440, height: 900 }, colorScheme: options.colorScheme ?? "light" });
  }

  const newest = async (kind: string) => ledger.parse(await (await app.request("/api/ledger?limit=50", { headers: await app.signIn() })).json()).items.find((entry) => entry.kind === kind);

  test("the picture shows each level with what counts there, and a measured promotion appears by itself", async () => {
    const { page, faults } = await open("");
    const row = page.getByRole("row", { name: /Refund order/ });
    await row.getByRole("button", { name: /Draft up to 50 small-refunds/ }).waitFor();
    await row.getByRole("button", { name: /Draft more, or not known money/ }).waitFor();
    await row.getByText("Looks up").waitFor();
    await page.getByRole("group", { name: "Channel" }).getByText("Other channels").click();
    await row.getByRole("button", { name: /^Draft money/ }).first().waitFor();
    assert.deepEqual(await seriousFindings(page), []);
    for (const id of ["one", "two", "three", "four"]) await recordOutcome(app.running.app.autonomy, "shop", { id, rule: "small-refunds", level: "draft", isOverridden: false });
    const rules = page.getByRole("list", { name: "Rules of the ladder" });
    await rules.getByText(/▲ Promoted by its measure.*0 of the latest 4 were overridden/).waitFor();
    await rules.getByText("Act with approval").waitFor();
    assert.deepEqual(faults, []);
    await page.context().close();
  });

  test("an admin sets a level by the keyboard, and the reason is in the ledger", async () => {
    const { page, faults } = await open("");
    await page.getByRole("list", { name: "Rules of the ladder" }).waitFor();
    await page.keyboard.press("j");
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    const sheet = page.getByRole("dialog", { name: "money" });
    await sheet.getByText("Only people move it").waitFor();
    await sheet.getByRole("radio", { name: /^Suggest/ }).check();
    assert.equal(await sheet.getByRole("button", { name: "Set the level" }).isDisabled(), true, "without a reason");
    await sheet.getByLabel(/Why\?/).fill("Too many mistakes");
    assert.deepEqual(await seriousFindings(page), []);
    await page.keyboard.press("Enter");
    await sheet.getByText(/Set by you/).waitFor();
    await page.keyboard.press("Escape");
    await sheet.waitFor({ state: "detached" });
    assert.deepEqual((await newest("autonomy.changed"))?.body, { rule: "money", from: "draft", to: "suggest", reason: "Too many mistakes" });
    assert.deepEqual(faults, []);
    await page.context().close();
  });

  test("one red button stops all calls of the AI, says so on every view, and is undone", async () => {
    const { page, faults } = await open("");
    const decide = () => app.running.app.turns.policy.decide({ principal: { type: "AiAgent", id: "assistant" }, action: "useTool", resource: { type: "Tool", id: "list_orders", attributes: { risk: "read" } }, context: { tool: "list_orders", channel: "web", isVerified: true, facts: {} } }).effect;
    assert.equal(decide(), "allow");
    await page.getByRole("button", { name: "Close the rung Act", exact: true }).click();
    await page.getByRole("dialog").getByLabel(/Why\?/).fill("Only with a yes today");
    await page.getByRole("dialog").getByRole("button", { name: "Close it" }).click();
    await page.getByRole("button", { name: "Open the rung Act", exact: true }).waitFor();
    await page.getByRole("button", { name: "Stop everything the AI does by itself" }).click();
    const dialog = page.getByRole("dialog", { name: "Stop everything the AI does by itself?" });
    await dialog.getByText(/looks nothing up/).waitFor();
    assert.equal(await dialog.getByRole("button", { name: "Stop it now" }).isDisabled(), true, "without a reason");
    await dialog.getByLabel(/Why\?/).fill("Wrong refunds");
    assert.deepEqual(await seriousFindings(page), []);
    await dialog.getByRole("button", { name: "Stop it now" }).click();
    await page.getByText("The AI is stopped.").waitFor();
    assert.equal(decide(), "deny");
    assert.equal(await page.getByRole("button", { name: "Stop everything the AI does by itself" }).count(), 0);
    await page.getByRole("link", { name: "Policies in force" }).click();
    await page.getByText("The AI is stopped.").waitFor();
    assert.deepEqual(await seriousFindings(page), []);
    await page.getByRole("button", { name: "Let it go on…" }).click();
    await page.getByRole("dialog").getByLabel(/Why\?/).fill("Mended");
    await page.getByRole("dialog").getByRole("button", { name: "Let it go on" }).click();
    await page.getByRole("button", { name: "Stop everything the AI does by itself" }).waitFor();
    assert.equal(decide(), "allow");
    await page.getByRole("link", { name: "Autonomy" }).click();
    await page.getByRole("button", { name: "Open the rung Act", exact: true }).waitFor();
    assert.equal((await newest("autonomy.opened"))?.body["reason"], "Mended");
    assert.deepEqual(faults, []);
    await page.context().close();
  });

  test("agents see the ladder and change nothing", async () => {
    const { page } = await open("", { role: "agent" });
    await page.getByRole("list", { name: "Rungs" }).waitFor();
    assert.equal(await page.getByRole("button", { name: /Stop everything|rung/ }).count(), 0);
    await page.getByRole("list", { name: "Rules of the ladder" }).getByRole("button").first().click();
    await page.getByRole("dialog").getByText("Admins set it here.").waitFor();
    await page.context().close();
  });

  test("each policy stands in plain words, counts what it decided, and opens to its text", async () => {
    const visit = await app.visit("emma.larsson@example.com");
    await visit.ask("Where is my order 1049?");
    const { page, faults } = await open("?tab=rules&rule=refund.above_limit");
    const text = page.getByRole("region", { name: "The text of refund.above_limit" });
    await text.getByText("@approval").waitFor();
    await page.getByText("Stops until approved").first().waitFor();
    const read = page.getByRole("listitem").filter({ has: page.getByRole("button", { name: "tools.read" }) });
    await read.getByText(/decided [1-9]\d* calls? in 24 h/).waitFor();
    await page.getByRole("searchbox", { name: "Search the policies" }).fill("warranty");
    await page.getByText(/^1 policy,/).waitFor();
    assert.deepEqual(await seriousFindings(page), []);
    assert.deepEqual(faults, []);
    await page.context().close();
  });

  test("who may is answered in plain words, and a wrong condition is told what is wrong", async () => {
    const { page } = await open("?tab=ask");
    const form = page.locator("form").filter({ has: page.getByRole("button", { name: "Who may?" }) });
    await form.getByLabel("What", { exact: true }).selectOption("refund_order");
    await form.getByLabel(/And only where/).fill("totalCents > 15000");
    await form.getByRole("button", { name: "Who may?" }).click();
    await form.getByText("A colleague at the desk").waitFor();
    await form.getByRole("link", { name: "refund.by_person" }).waitFor();
    await form.getByText("The assistant", { exact: true }).waitFor();
    await form.getByText(/role agent within 1 d/).first().waitFor();
    await form.getByLabel(/And only where/).fill("colour == 3");
    await form.getByRole("button", { name: "Who may?" }).click();
    await form.getByRole("alert").getByText(/"colour" is no attribute/).waitFor();
    await page.context().close();
  });

  test("a tried decision names the rules that made it, the ladder's too", async () => {
    const { page } = await open("?tab=ask", { colorScheme: "dark" });
    const form = page.locator("form").filter({ has: page.getByRole("button", { name: "Decide" }) });
    await form.getByLabel("With what").selectOption("refund_order");
    await form.getByLabel("Status", { exact: true }).fill("delivered");
    await form.getByLabel("Days since delivery").fill("3");
    await form.getByLabel("Total (cents)").fill("4000");
    await form.getByRole("button", { name: "Decide" }).click();
    await form.getByText("Denied: a person may do it").waitFor();
    await form.getByRole("link", { name: "autonomy.money" }).waitFor();
    await form.getByLabel("Who asks").selectOption("HumanAgent");
    await form.getByRole("button", { name: "Decide" }).click();
    await form.getByText("Allowed").waitFor();
    await form.getByRole("link", { name: "refund.by_person" }).waitFor();
    assert.deepEqual(await seriousFindings(page), []);
    await page.context().close();
  });

  test("a phone shows every view without scrolling sideways, in the dark too", async () => {
    for (const tab of ["", "?tab=rules", "?tab=ask"]) {
      const { page } = await open(tab, { width: 390, colorScheme: "dark" });
      await page.getByText(tab === "" ? "Kill switches" : tab === "?tab=rules" ? "tools.read" : "Try a decision").first().waitFor();
      // What scrolls by itself on purpose has a name; the page and its body do not.
      assert.equal(await page.evaluate("[document.documentElement, ...document.querySelectorAll('.overflow-y-auto')].every((each) => each.scrollWidth <= each.clientWidth)"), true, tab);
      assert.deepEqual(await seriousFindings(page), [], tab);
      await page.context().close();
    }
  });
});
