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
});
