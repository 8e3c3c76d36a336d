import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { counts, countsOf, openSyncTown, page } from "../../../../test/sync-house.ts";

describe("a web site that does not stand still", () => {
  let town: Awaited<ReturnType<typeof openSyncTown>>;
  before(async () => {
    town = await openSyncTown();
  });
  after(() => town[Symbol.asyncDispose]());

  test("a page that changes under the crawler, goes, or ends in the middle is taken as it was fetched or named, and the rest goes on", async () => {
    const house = await town.startHouse();
    let looks = 0;
    let isCut = true;
    const site = await town.serve((path) => {
      if (path === "/robots.txt") return { status: 404 };
      if (path === "/sitemap.xml") return { headers: { "content-type": "text/xml" }, body: ["/steady", "/clock", "/gone", "/torn"].map((each) => `<url><loc>${each}</loc><lastmod>2026-01-01</lastmod></url>`).join("").replace(/^/, "<urlset>").concat("</urlset>") };
      if (path === "/steady") return { body: page("Steady", "The steady text.") };
      // Another text and another mark at every look.
      if (path === "/clock") return { headers: { etag: `"${(looks += 1)}"` }, body: page("Clock", `Look number ${looks}.`) };
      if (path === "/torn" && isCut) return { headers: { "content-length": "5000" }, body: page("Torn", "The first half") };
      if (path === "/torn") return { body: page("Torn", "The whole text.") };
      // It stood in the sitemap a moment ago.
      return { status: 404 };
    });
    await house.add("site", "web", { url: site.url, find: "sitemap", delayMs: 0 });
    const first = await house.sync("site");
    assert.deepEqual(countsOf(first), counts("done", { added: 2, failed: 1 }));
    assert.deepEqual((await house.problems()).map((problem) => problem.split(":")[0]), ["/torn"]);
    const [clock] = (await house.heads()).filter(({ path }) => path === "site:/clock");
    assert.equal(clock?.title, "Clock");
    isCut = false;
    const second = await house.sync("site");
    assert.deepEqual([second.status, second.added, second.failed, (await house.problems()).length], ["done", 1, 0, 0]);
    assert.deepEqual(await house.paths(), ["site:/clock", "site:/steady", "site:/torn"]);
  });

  test("while a page that leads on does not answer, what it leads to is kept; what says itself that it is gone goes", async () => {
    const house = await town.startHouse();
    let isHubAway = false;
    let isShut = false;
    const site = await town.serve((path) => {
      if (path === "/robots.txt" || path === "/sitemap.xml") return { status: 404 };
      if (path === "/") return { body: page("Home", ["/hub", "/shut", "/gone", "/a", "/b", "/c"].map((to) => `<a href="${to}">${to}</a>`).join("")) };
      if (path === "/hub" && isHubAway) return { status: 503 };
      if (path === "/hub") return { body: page("Hub", '<a href="/h1">1</a><a href="/h2">2</a>') };
      if (path === "/shut" && isShut) return { status: 403 };
      if (path === "/gone" && isShut) return { status: 410 };
      return { body: page(path, `The text of ${path}.`) };
    });
    await house.add("site", "web", { url: `${site.url}/`, delayMs: 0 });
    assert.deepEqual(countsOf(await house.sync("site")), counts("done", { added: 9 }));
    [isHubAway, isShut] = [true, true];
    const held = await house.sync("site");
    assert.deepEqual([countsOf(held), held.missing], [counts("held", { unchanged: 4, removed: 2, failed: 1 }), 2]);
    assert.match(held.error ?? "", /2 of 9 documents were not met, and "\/hub", which may lead to them, was not read: The page answers 503.*--accept-removals/);
    assert.deepEqual(await house.paths(), ["/", "/a", "/b", "/c", "/h1", "/h2", "/hub"].map((path) => `site:${path}`));
    isHubAway = false;
    assert.deepEqual(countsOf(await house.sync("site")), counts("done", { unchanged: 7 }));
    isHubAway = true;
    assert.deepEqual(countsOf(await house.sync("site", true)), counts("done", { unchanged: 4, removed: 2, failed: 1 }), "a person may say that they go");
  });

  test("a sitemap that cannot be read ends the sync, and its pages stay", async () => {
    const house = await town.startHouse();
    let answer: { status?: number; headers?: Record<string, string>; body?: string } = {};
    const urls = (...paths: string[]) => `<urlset>${paths.map((path) => `<url><loc>${path}</loc></url>`).join("")}</urlset>`;
    const whole = { body: urls("/b1", "/b2") };
    answer = whole;
    const site = await town.serve((path) => {
      if (path === "/robots.txt") return { status: 404 };
      if (path === "/sitemap.xml") return { status: 301, headers: { location: "/index.xml" } };
      if (path === "/index.xml") return { body: "<sitemapindex><sitemap><loc>/m1.xml</loc></sitemap><sitemap><loc>/m2.xml</loc></sitemap></sitemapindex>" };
      if (path === "/m1.xml") return { body: urls("/a1", "/a2", "/a3") };
      if (path === "/m2.xml") return answer;
      return { body: page(path, `The text of ${path}.`) };
    });
    await house.add("site", "web", { url: `${site.url}/`, delayMs: 0 });
    assert.deepEqual(countsOf(await house.sync("site")), counts("done", { added: 5 }));
    for (const broken of [{ status: 503 }, { body: "<html><body>Back soon</body></html>" }, { body: whole.body.slice(0, -12) }, { status: 302, headers: { location: "https://elsewhere.example/" } }]) {
      answer = broken;
      const sync = await house.sync("site");
      assert.deepEqual([sync.status, (await house.paths()).length], ["failed", 5]);
      assert.match(sync.error ?? "", /sitemap .*\/m2\.xml .*not known which pages/);
    }
    answer = { status: 404 };
    assert.deepEqual(countsOf(await house.sync("site")), counts("done", { unchanged: 3, removed: 2 }), "one that is not there has no pages");
  });

  test("more pages than are taken up are told, and nothing behind the limit counts as gone", async () => {
    const house = await town.startHouse();
    let paths = ["/a", "/b", "/c"];
    const site = await town.serve((path) => {
      if (path === "/robots.txt") return { status: 404 };
      if (path === "/sitemap.xml") return { body: `<urlset>${paths.map((each) => `<url><loc>${each}</loc></url>`).join("")}</urlset>` };
      return { body: page(path, `The text of ${path}.`) };
    });
    await house.add("site", "web", { url: `${site.url}/`, delayMs: 0, maxPages: 3 });
    assert.deepEqual(countsOf(await house.sync("site")), counts("done", { added: 3 }));
    paths = ["/new", "/a", "/b", "/x", "/c"];
    const held = await house.sync("site");
    assert.deepEqual([countsOf(held), held.missing, held.listed], [counts("held", { added: 1, unchanged: 2, failed: 1 }), 1, 4]);
    assert.deepEqual(await house.problems(), ["/x: left_out"]);
    assert.match(held.error ?? "", /1 of 4 documents were not met.*more than the 3 items/);
    paths = ["/new", "/a", "/b"];
    assert.deepEqual([countsOf(await house.sync("site")), await house.problems()], [counts("done", { unchanged: 3, removed: 1 }), []]);
  });

  test("a page that changes under the same day is taken again, and each page is after some days", async () => {
    const house = await town.startHouse();
    const DAY_MS = 24 * 60 * 60_000;
    let nowMs = Date.parse("2026-03-10T12:00:00Z");
    house.deps.open.clock = { nowMs: () => nowMs };
    let text = "old";
    const dates = { today: "2026-03-10", settled: "2026-03-01", timed: "2026-03-10T11:59:00Z" };
    const site = await town.serve((path) => {
      if (path === "/robots.txt") return { status: 404 };
      if (path === "/sitemap.xml") return { body: `<urlset>${Object.entries(dates).map(([name, date]) => `<url><loc>/${name}</loc><lastmod>${date}</lastmod></url>`).join("")}</urlset>` };
      return { body: page(path, `The ${text} text of ${path}.`) };
    });
    await house.add("site", "web", { url: `${site.url}/`, delayMs: 0 });
    assert.deepEqual(countsOf(await house.sync("site")), counts("done", { added: 3 }));
    text = "new";
    assert.deepEqual(countsOf(await house.sync("site")), counts("done", { changed: 1, unchanged: 2 }), "the page of today");
    nowMs += 3 * DAY_MS;
    assert.deepEqual(countsOf(await house.sync("site")), counts("done", { changed: 2, unchanged: 1 }));
    site.asked.length = 0;
    assert.deepEqual(countsOf(await house.sync("site")), counts("done", { unchanged: 3 }));
    assert.deepEqual(site.asked, ["/robots.txt", "/sitemap.xml"]);
  });

  test("robots.txt holds behind redirects, is asked for once a sync, and its pause holds over the steps and sources of a host", async () => {
    const house = await town.startHouse();
    let rules = "User-agent: *\nDisallow: /\n";
    const times: number[] = [];
    const site = await town.serve((path) => {
      if (path === "/robots.txt") return { status: 301, headers: { location: "/r/1" } };
      if (path === "/r/1") return { status: 302, headers: { location: "/r/2" } };
      if (path === "/r/2") return { headers: { "content-type": "text/plain" }, body: rules };
      if (path === "/sitemap.xml") return { status: 404 };
      times.push(performance.now());
      return { body: page(path, `The text of ${path}. ${path === "/" ? '<a href="/a">a</a><a href="/b">b</a>' : ""}`) };
    });
    await house.add("site", "web", { url: `${site.url}/`, delayMs: 0 });
    await house.sync("site");
    assert.deepEqual([times.length, await house.paths()], [0, []]);
    rules = "User-agent: *\nCrawl-delay: 0.3\n";
    site.asked.length = 0;
    await house.add("other", "web", { url: `${site.url}/b`, find: "links", maxDepth: 0, delayMs: 0 });
    const [sync] = await Promise.all([house.sync("site"), house.sync("other")]);
    assert.deepEqual([sync.added, site.asked.filter((path) => path === "/robots.txt").length], [3, 2]);
    const pauses = times.toSorted((one, two) => one - two).map((time, at, all) => time - (all[at - 1] ?? -Infinity));
    assert.ok(pauses.every((pause) => pause > 250), pauses.join());
  });
});
