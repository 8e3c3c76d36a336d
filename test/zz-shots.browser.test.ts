import { test } from "node:test";
import { launchBrowser, openPage } from "./browser.ts";
import { startTestApp } from "./start-test-app.ts";

test("shots", { timeout: 110_000 }, async () => {
  await using app = await startTestApp({ env: { BATON_WORKSPACE: process.env["SHOT_WS"] ?? "examples/shop" } });
  const browser = await launchBrowser();
  const admin = await app.signIn();
  const email = "emma.larsson@example.com";
  const visit = await app.visit(email);
  const items: any = await (await app.request(`/api/conversations/${visit.conversationId}/records`, { headers: admin })).json();
  console.log(JSON.stringify(items).slice(0, 600));
  const say = async (text: string) => { const r = await visit.ask(text); console.log(">", text, "\n<", r.reply?.text.slice(0, 120)); };
  const orders = (items.rows ?? []) as any[];
  await say("How long do I have to return something?");
  if (process.env["SHOT_WS"] === undefined) {
    const big = orders.filter((o) => o.status === "delivered").sort((a, b) => b.totalCents - a.totalCents)[0];
    await say("Please refund my order");
    visit.ask(String(big?.orderNumber ?? big?.order_number ?? "1040")).catch(() => {});
    const other = await app.visit("someone@example.com");
    await other.ask("Please refund my order");
  } else {
    await say("refund please");
    visit.ask("1002").catch(() => {});
    const r: any = await (await app.request("/api/workflows/broken/runs", { method: "POST", headers: { "content-type": "application/json", ...admin }, body: "{}" })).json();
    console.log(r);
  }
  await new Promise((resolve) => setTimeout(resolve, 3000));
  const runs: any = await (await app.request("/api/runs?limit=10", { headers: admin })).json();
  console.log(runs.items.map((r: any) => [r.workflow.name, r.status, JSON.stringify(r.waitsFor), r.startedBy, r.pointer].join(" ")).join("\n"));
  const waiting = runs.items.find((r: any) => r.waitsFor?.kind === "approval") ?? runs.items[0];
  const wf = waiting?.workflow.name ?? "refund";
  const pages: [string, string][] = [["conv", `/conversations/${visit.conversationId}`], ["workflows", "/workflows"], ["runs", `/workflows/${wf}?tab=runs`], ["run", `/runs/${waiting?.id}`], ["approvals", "/approvals"], ["graph", `/workflows/${wf}`], ["versions", `/workflows/${wf}?tab=versions`], ["document", `/workflows/${wf}?tab=document`], ["ledger", "/ledger"], ["norun", "/runs/run_nothere"], ["nowf", "/workflows/nothere"], ["noappr", "/approvals?status=expired"]];
  const only = (process.env["SHOT_ONLY"] ?? "").split(",").filter(Boolean);
  for (const [width, height] of [[1440, 900], [390, 844]] as const) for (const colorScheme of ["light", "dark"] as const) {
    if (process.env["SHOT_SIZE"] !== undefined && process.env["SHOT_SIZE"] !== `${width}${colorScheme}`) continue;
    const { page, faults } = await openPage(browser, { viewport: { width, height }, colorScheme });
    const [name = "", value = ""] = (admin["cookie"] ?? "").split(/=(.*)/s);
    await page.context().addCookies([{ name, value, url: app.url }]);
    for (const [shot, path] of pages) {
      if (only.length > 0 && !only.includes(shot)) continue;
      await page.goto(`${app.url}/console${path}`);
      await page.waitForTimeout(1300);
      if (shot === "conv" && width === 390) { await page.getByRole("button", { name: /detail/i }).first().click().catch(() => {}); await page.screenshot({ path: `/tmp/shots/conv0-${width}-${colorScheme}.png` }); await page.waitForTimeout(300); }
      await page.screenshot({ path: `/tmp/shots/${shot}-${width}-${colorScheme}.png` });
    }
    if (faults.length > 0) console.log(faults);
    await page.context().close();
  }
  await browser.close();
});
