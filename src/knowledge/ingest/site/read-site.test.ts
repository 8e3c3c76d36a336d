import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { readPageHints, readSitemap } from "./read-site.ts";

const hintsOf = async (html: string, robots = "") => {
  const read = await readPageHints(Buffer.from(html), robots);
  return read.kind === "ok" ? read.hints : assert.fail(read.reason);
};
const sitemapOf = async (text: string) => {
  const read = await readSitemap(Buffer.from(text));
  return read.kind === "ok" ? read.sitemap : read.code;
};

test("a page says its canonical address, its links in their order and what crawlers may do", async () => {
  const hints = await hintsOf('<head><base href="/docs/"><link rel="alternate canonical" href="/A?x=1&amp;y=2"><meta name="Robots" content="NoIndex"></head><body><a href="one">1</a><div><a href="Two" rel="NoFollow">2</a></div><a href="three">3</a></body>');
  assert.deepEqual(hints, { canonical: "/A?x=1&y=2", base: "/docs/", links: ["one", "three"], isIndexed: false, areLinksFollowed: true });
  assert.deepEqual(await hintsOf('<a href="/x">x</a>', "none"), { canonical: null, base: null, links: ["/x"], isIndexed: false, areLinksFollowed: false });
});

test("a sitemap gives its entries, whatever else stands in them", async () => {
  const url = (address: string, more = "") => `<url>\n<loc> ${address} </loc>${more}</url>`;
  const pages = `<?xml version="1.0"?><!-- <url><loc>/not</loc></url> --><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">${url("/a?x=1&amp;y=%20", "<lastmod>2026-01-01</lastmod>")}${url("<![CDATA[/b&c]]>", "<image:image><image:loc>/p.png</image:loc></image:image>")}<url></url><urls/></urlset>`;
  assert.deepEqual(await sitemapOf(pages), { pages: [{ address: "/a?x=1&y=%20", lastChange: "2026-01-01" }, { address: "/b&c", lastChange: null }], sitemaps: [], isCut: false });
  assert.deepEqual(await sitemapOf('<s:sitemapindex xmlns:s="x"><s:sitemap><s:loc>/one.xml</s:loc></s:sitemap></s:sitemapindex>'), { pages: [], sitemaps: ["/one.xml"], isCut: false });
  assert.deepEqual(await sitemapOf("<urlset/>"), { pages: [], sitemaps: [], isCut: false });
  const packed = await readSitemap(gzipSync(pages));
  assert.equal(packed.kind === "ok" ? packed.sitemap.pages.length : packed.code, 2);
});

test("what is no sitemap, is cut off or does not end is told apart, and costs no more than its length", async () => {
  assert.equal(await sitemapOf("<!DOCTYPE html><html><body>We are away</body></html>"), "unsupported");
  assert.equal(await sitemapOf("<urlset><url><loc>/a</loc></url><url><loc>/b"), "broken");
  const most = await sitemapOf(`<urlset>${"<url><loc>/a</loc></url>".repeat(50_001)}</urlset>`);
  assert.deepEqual(typeof most === "string" ? most : [most.pages.length, most.isCut], [50_000, true]);
  const beganMs = performance.now();
  for (const filler of ["<a/>", "<url ", "<url>", "<!-- ", "<url><loc>", "<urlset "]) await sitemapOf(`<urlset>${filler.repeat(Math.floor(5_000_000 / filler.length))}</urlset>`);
  const bomb = await readSitemap(gzipSync(`<urlset>${"<a/>".repeat(14_000_000)}</urlset>`));
  assert.equal(bomb.kind === "refused" ? bomb.code : "read", "bomb");
  assert.ok(performance.now() - beganMs < 20_000, `${performance.now() - beganMs} ms`);
});

test("a page of nothing but links or of endless nesting ends by its thread, and the next one is read", async () => {
  const beganMs = performance.now();
  const hard = await Promise.all(["<b>".repeat(500_000), "<a><b><i>".repeat(3_000)].map((html) => readPageHints(Buffer.from(html), "")));
  for (const read of hard) if (read.kind === "refused") assert.ok(["too_long", "broken", "too_large"].includes(read.code), read.reason);
  assert.deepEqual((await hintsOf('<a href="/x">x</a>')).links, ["/x"]);
  assert.ok(performance.now() - beganMs < 60_000);
});
