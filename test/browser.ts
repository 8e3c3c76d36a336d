import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";

const CHROMIUM = process.env["BATON_CHROMIUM"] ?? "/usr/bin/chromium";
const FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Why browser tests are skipped here; false where there is a browser. */
export const skipWithoutBrowser = existsSync(CHROMIUM) ? false : `needs Chromium at ${CHROMIUM}`;

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
}

/** An empty page of its own visitor; `faults` gathers script errors, refused styles and refused resources. */
export async function openPage(browser: Browser, options: BrowserContextOptions): Promise<{ page: Page; faults: string[] }> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error" && !message.text().includes("401")) faults.push(message.text());
  });
  return { page, faults };
}

/** A page of the console, signed in by a cookie as `name=value`; null: as nobody. A script error, a refused style or resource is among `faults`. */
export async function openConsole(browser: Browser, to: { url: string; path: string; cookie: string | null; timeoutMs?: number }, options: BrowserContextOptions): Promise<{ page: Page; faults: string[] }> {
  const { page, faults } = await openPage(browser, options);
  page.setDefaultTimeout(to.timeoutMs ?? 10_000);
  const [name = "", value = ""] = (to.cookie ?? "").split(/=(.*)/s);
  if (to.cookie !== null) await page.context().addCookies([{ name, value, url: to.url }]);
  await page.goto(`${to.url}/console${to.path}`);
  return { page, faults };
}

/** What axe finds serious or critical on the page. */
export async function seriousFindings(page: Page): Promise<string[]> {
  // Read in the page's own world of the debugger, so the page's content security policy stays as strict as it is.
  await page.evaluate(axeSource);
  const found: unknown = await page.evaluate("axe.run(document, { resultTypes: ['violations'] }).then((result) => result.violations.filter((v) => v.impact === 'serious' || v.impact === 'critical').map((v) => v.id + ': ' + v.nodes.map((n) => n.target.join(' ')).join(', ')))");
  return Array.isArray(found) ? found.map(String) : [];
}
