import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { launchBrowser, openConsole, seriousFindings, skipWithoutBrowser } from "./browser.ts";
import { startTestApp, until, type TestApp } from "./start-test-app.ts";

const FIRST = "# Umbrella care\n\nDry the umbrella before you fold it.\n\n## Storage\n\nKeep the umbrella away from heaters for 30 days.\n";
const SECOND = FIRST.replace("30 days", "45 days");

/** Screenshots are kept where this names a folder. */
const SHOTS = process.env["BATON_SCREENSHOTS"];

describe("the knowledge in a real browser", { skip: skipWithoutBrowser }, () => {
  let app: TestApp;
  let browser: Browser;
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "baton-knowledge-"));
    app = await startTestApp({ env: { BATON_FILE_FOLDERS: folder } });
    browser = await launchBrowser();
  });
  after(async () => {
    await browser.close();
    await app[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  async function open(path: string, options: { width?: number; colorScheme?: "light" | "dark" } = {}): Promise<{ page: Page; faults: string[] }> {
    return openConsole(browser, { url: app.url, path: `/knowledge${path}`, cookie: (await app.signIn())["cookie"] ?? "" }, { viewport: { width: options.width ?? 1440, height: 900 }, colorScheme: options.colorScheme ?? "light" });
  }

  async function ask(method: "GET" | "POST" | "PUT", path: string, body?: unknown): Promise<Record<string, unknown>> {
    const answer = await app.request(`/api/knowledge${path}`, { method, headers: { "content-type": "application/json", ...(await app.signIn()) }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    const told: unknown = await answer.json();
    assert.equal(answer.ok, true, JSON.stringify(told));
    return typeof told === "object" && told !== null ? { ...told } : {};
  }

  const upload = async (name: string, text: string): Promise<void> => {
    const answer = await app.request(`/api/knowledge/sources/manuals/files/${name}`, { method: "PUT", headers: { "content-type": "application/octet-stream", ...(await app.signIn()) }, body: text });
    assert.equal(answer.status, 202);
    await settled();
  };

  const settled = (): Promise<void> => until(async () => {
    const lastSync = (await ask("GET", "/sources/manuals"))["lastSync"];
    return lastSync === null || (typeof lastSync === "object" && "endedAt" in lastSync && lastSync.endedAt !== null);
  });

  async function umbrella(): Promise<string> {
    const { items } = await ask("GET", "/documents?query=umbrella");
    const [first]: unknown[] = Array.isArray(items) ? items : [];
    assert.ok(typeof first === "object" && first !== null && "id" in first);
    return String(first.id);
  }

  test("a source is added by its form, files are dropped onto it, and what is refused is named with its reason", async () => {
    await writeFile(join(folder, "umbrella.md"), FIRST);
    await writeFile(join(folder, "broken.pdf"), "%PDF-1.7 and nothing else");
    await writeFile(join(folder, "program.exe"), "MZ");
    const { page, faults } = await open("");
    await page.getByRole("row", { name: /knowledge/ }).first().waitFor();
    await page.getByRole("button", { name: "Add source" }).click();
    const form = page.getByRole("dialog", { name: "Add a source" });
    await form.getByLabel("Kind").selectOption("web");
    await form.getByLabel("Address").waitFor();
    assert.deepEqual(await seriousFindings(page), []);
    await form.getByLabel("Kind").selectOption("upload");
    await form.getByLabel(/^Name/).fill("manuals");
    await form.getByLabel("public", { exact: true }).check();
    await form.getByRole("button", { name: "Add it" }).click();
    await page.getByRole("heading", { level: 1, name: "manuals" }).waitFor();
    await page.getByLabel("Files to upload").setInputFiles(["umbrella.md", "broken.pdf", "program.exe"].map((name) => join(folder, name)));
    const uploads = page.getByRole("list", { name: "Uploads" });
    await uploads.getByRole("listitem").filter({ hasText: "umbrella.md" }).getByText("Taken").waitFor();
    await uploads.getByRole("listitem").filter({ hasText: "broken.pdf" }).getByText("Refused").waitFor();
    await uploads.getByText(/has no name of a document/).waitFor();
    await page.getByRole("list", { name: "What could not be taken" }).getByText("broken.pdf").waitFor();
    await page.getByRole("list", { name: "Syncs" }).getByText(/1 added/).first().waitFor();
    assert.deepEqual(await seriousFindings(page), []);
    assert.deepEqual(faults.filter((fault) => !fault.includes("422") && !fault.includes("400")), []);
    await page.context().close();
  });

  test("documents are found by filters and the keyboard, and one shows its chunks where they stand", async () => {
    const { page, faults } = await open("?tab=documents");
    await page.getByLabel("Title or path").fill("umbrella");
    await page.getByRole("row", { name: /Umbrella care/ }).waitFor();
    await until(async () => (await page.getByRole("row").count()) === 2);
    await page.getByRole("heading", { level: 1 }).click();
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "Umbrella care" }).waitFor();
    await page.getByRole("link", { name: "umbrella.md" }).waitFor();
    await page.getByRole("link", { name: "Chunks" }).click();
    await page.getByRole("region", { name: "Chunk 1" }).getByText(/Umbrella care/).first().waitFor();
    assert.deepEqual(await seriousFindings(page), []);
    assert.deepEqual(faults, []);
    await page.context().close();
  });

  test("how a text and a file would be cut is seen before anything is stored", async () => {
    const { page } = await open("");
    await page.getByRole("button", { name: "Preview chunks" }).click();
    const sheet = page.getByRole("dialog", { name: "Preview chunks" });
    await sheet.getByLabel("Text (Markdown)").fill("One paragraph.");
    await sheet.getByRole("button", { name: "Cut it" }).click();
    await sheet.getByText("1 chunk").waitFor();
    await sheet.getByLabel("File to preview").setInputFiles(join(folder, "umbrella.md"));
    await sheet.getByText(/markdown, English/).waitFor();
    await sheet.getByLabel("File to preview").setInputFiles(join(folder, "broken.pdf"));
    await sheet.getByRole("alert").waitFor();
    await page.context().close();
  });

  test("the search tester finds as somebody else would, and says why", async () => {
    const { page, faults } = await open("?tab=search");
    await page.getByLabel("Question").fill("How long should the umbrella stay away from heaters?");
    await page.getByRole("button", { name: "Search" }).click();
    const decision = page.getByRole("status", { name: "Decision" });
    await decision.getByText(/30 days/).waitFor();
    const first = page.getByRole("list", { name: "Passages" }).getByRole("listitem").first();
    await first.getByText(/Matched: .*heaters/).waitFor();
    await first.getByText(/^#1,/).first().waitFor();
    assert.deepEqual(await seriousFindings(page), []);
    await page.getByLabel("Asked by").selectOption("audiences");
    await page.getByRole("button", { name: "Search" }).click();
    await decision.getByText(/nothing was searched/i).waitFor();
    await first.getByRole("link").waitFor({ state: "detached" });
    assert.deepEqual(faults, []);
    await page.context().close();
  });

  test("a citation of an article that has changed shows it as it was, to the customer and at the desk", async () => {
    await until(async () => {
      const visit = await app.visit();
      const { reply } = await visit.ask("How long should I keep the umbrella away from heaters?");
      return reply?.citations[0]?.title === "Umbrella care";
    });
    const visit = await app.visit();
    const { reply } = await visit.ask("How long should I keep the umbrella away from heaters?");
    const [citation] = reply?.citations ?? [];
    assert.ok(citation !== undefined && citation.quote.includes("30 days"), reply?.text);
    await upload("umbrella.md", SECOND);
    const { documentId, quote } = citation;
    const read = async (path: string, headers: Record<string, string>): Promise<Record<string, unknown>> => {
      const found: unknown = await (await app.request(`${path}/${documentId}?${new URLSearchParams({ quote }).toString()}`, { headers })).json();
      return typeof found === "object" && found !== null ? { ...found } : {};
    };
    const customers = await read("/api/chat/documents", visit.headers);
    assert.equal(customers["isCurrent"], false);
    assert.match(String(customers["text"]), /30 days/);
    const { page, faults } = await openConsole(browser, { url: app.url, path: `/conversations/${visit.conversationId}`, cookie: (await app.signIn())["cookie"] ?? "" }, { viewport: { width: 1440, height: 900 } });
    await page.getByRole("button", { name: /Source 1/ }).first().click();
    const sheet = page.getByRole("dialog", { name: "Umbrella care" });
    await sheet.getByText(/has changed since/).waitFor();
    await until(async () => (await sheet.locator("mark").allTextContents()).join("").includes("30 days"));
    assert.deepEqual(await seriousFindings(page), []);
    await sheet.getByRole("link", { name: "Open the document" }).click();
    await page.getByRole("heading", { level: 1, name: "Umbrella care" }).waitFor();
    assert.deepEqual(faults, []);
    await page.context().close();
  });

  test("a version gets a name, two are compared by their texts, and a rollback is taken back", async () => {
    const { page, faults } = await open("?tab=versions");
    await page.getByRole("link", { name: /Umbrella care/ }).click();
    await page.getByText("45 days").first().waitFor();
    assert.deepEqual(await seriousFindings(page), []);
    await page.getByRole("button", { name: "Name what is served now" }).click();
    const naming = page.getByRole("dialog");
    await naming.getByLabel(/^Name/).fill("spring");
    await naming.getByRole("button", { name: "Take the snapshot" }).click();
    await page.getByRole("list", { name: "Snapshots" }).getByText("spring").waitFor();
    const versions = page.getByRole("list", { name: "All versions" });
    await versions.getByRole("listitem").nth(1).getByRole("button", { name: "Roll back…" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText(/1 changed/).waitFor();
    await dialog.getByRole("button", { name: "Roll back" }).click();
    await page.getByText(/Rolled back: version/).waitFor();
    assert.match(String((await ask("GET", `/documents/${await umbrella()}`))["body"]), /30 days/);
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByText(/Rolled back: version/).waitFor({ state: "detached" });
    assert.match(String((await ask("GET", `/documents/${await umbrella()}`))["body"]), /45 days/);
    assert.deepEqual(faults, []);
    await page.context().close();
  });

  test("removals that a sync held back are accepted by a person, after a question", async () => {
    const source = join(folder, "articles");
    await mkdir(source);
    for (let place = 0; place < 12; place += 1) await writeFile(join(source, `kite-${place}.txt`), `Kite number ${place} flies on ${place + 3} metres of line.`);
    await ask("POST", "/sources", { name: "kites", kind: "folder", settings: { folder: source }, defaults: { audience: ["public"] } });
    const { page, faults } = await open("/sources/kites");
    await page.getByText("It was never synced.").waitFor();
    await page.getByRole("button", { name: "Sync now" }).click();
    await page.getByRole("list", { name: "Syncs" }).getByText(/12 added/).waitFor();
    for (let place = 1; place < 12; place += 1) await rm(join(source, `kite-${place}.txt`));
    await page.getByRole("button", { name: "Sync now" }).click();
    await page.getByText(/no longer lists 11 documents/).waitFor();
    await page.getByText("Waits for you").first().waitFor();
    assert.deepEqual(await seriousFindings(page), []);
    await page.getByRole("button", { name: "Accept the removals…" }).click();
    await page.getByRole("dialog", { name: "Remove 11 documents?" }).getByRole("button", { name: "Sync and remove" }).click();
    await page.getByRole("list", { name: "Syncs" }).getByText(/11 removed/).waitFor();
    await page.getByRole("link", { name: "1 document", exact: true }).waitFor();
    assert.deepEqual(faults, []);
    await page.context().close();
  });

  test("a gap is closed by the article that was drafted from a colleague's reply, and opened again", async () => {
    const staff = { "content-type": "application/json", ...(await app.signIn()) };
    const send = async (path: string, body: unknown): Promise<void> => assert.ok((await app.request(`/api${path}`, { method: "POST", headers: staff, body: JSON.stringify(body) })).status < 300, path);
    const visit = await app.visit("emma.larsson@example.com");
    await visit.ask("Can you engrave my zeppelin trophy?");
    await send(`/conversations/${visit.conversationId}/takeover`, {});
    await send(`/conversations/${visit.conversationId}/replies`, { text: "Yes, we engrave zeppelin trophies in our workshop within 10 working days. It costs 25 euro." });
    const { page, faults } = await open("?tab=gaps");
    await page.getByRole("button", { name: "Look now" }).click();
    const gap = page.getByRole("list", { name: "Open gaps" }).getByRole("button", { name: /zeppelin/i });
    await gap.waitFor({ timeout: 30_000 });
    await gap.click();
    const sheet = page.getByRole("dialog");
    await sheet.getByText(/Drafted from what a colleague replied/).waitFor();
    assert.match(await sheet.getByLabel("Text (Markdown)").inputValue(), /10 working days/);
    assert.equal(await sheet.getByRole("button", { name: "Publish" }).isDisabled(), true, "for nobody");
    await sheet.getByLabel("public", { exact: true }).check();
    assert.deepEqual(await seriousFindings(page), []);
    if (SHOTS !== undefined) await page.screenshot({ path: join(SHOTS, "gap-1440-light.png") });
    await sheet.getByRole("button", { name: "Publish" }).click();
    await gap.waitFor({ state: "detached" });
    await page.getByText("Decided", { exact: true }).click();
    await page.getByRole("list", { name: "Published" }).getByRole("button", { name: /zeppelin/i }).click();
    await sheet.getByRole("link", { name: "Open the article" }).waitFor();
    await sheet.getByRole("button", { name: /^Undo/ }).click();
    await page.getByText("Open", { exact: true }).click();
    await gap.waitFor();
    for (const view of [/^Contradictions/, /^Outdated/, /^Never used/, /^Corrected/]) {
      await page.getByText(view).click();
      await page.getByText("Nothing to look at").or(page.getByRole("list", { name: "Findings" })).waitFor();
      assert.deepEqual(await seriousFindings(page), []);
    }
    assert.deepEqual(faults, []);
    await page.context().close();
  });

  const screens = SHOTS === undefined ? ([[390, "dark"]] as const) : ([[390, "dark"], [390, "light"], [1440, "dark"], [1440, "light"]] as const);
  for (const [width, colorScheme] of screens) {
    test(`every view stands on ${width} pixels, ${colorScheme}, without scrolling sideways`, async () => {
      const id = await umbrella();
      const views: readonly (readonly [string, string, RegExp])[] = [
        ["sources", "", /manuals/], ["source", "/sources/manuals", /umbrella\.md/], ["documents", "?tab=documents", /Two-step sign-in/], ["document", `/documents/${id}`, /Dry the umbrella/], ["chunks", `/documents/${id}?view=chunks`, /Dry the umbrella/],
        ["search", "?tab=search", /Asked by/], ["versions", "?tab=versions", /All versions/], ["gaps", "?tab=gaps", /looked through/i],
      ];
      for (const [name, path, text] of views) {
        const { page } = await open(path, { width, colorScheme });
        await page.getByText(text).first().waitFor();
        if (name === "search") {
          await page.getByLabel("Question").fill("How long do refunds take?");
          await page.getByRole("button", { name: "Search" }).click();
          await page.getByRole("list", { name: "Passages" }).waitFor();
        }
        if (SHOTS !== undefined) await page.screenshot({ path: join(SHOTS, `${name}-${width}-${colorScheme}.png`) });
        // What scrolls by itself on purpose has a name; the page and its body do not.
        assert.equal(await page.evaluate("[document.documentElement, ...document.querySelectorAll('.overflow-y-auto')].every((each) => each.scrollWidth <= each.clientWidth)"), true, name);
        assert.deepEqual(await seriousFindings(page), [], name);
        await page.context().close();
      }
    });
  }
});
