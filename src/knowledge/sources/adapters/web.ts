import { basename } from "node:path";
import type { OutboundAnswer } from "../../../outbound/outbound.ts";
import { sourceAway, sourceInvalid } from "../../knowledge.errors.ts";
import { isDocumentName } from "../document-names.ts";
import { defineSourceKind, type Fetched, type SourceItem } from "../source-kind.ts";
import { addressOf, pageItem, webSettings, type WebSettings } from "../web/page-address.ts";
import { readPage } from "../web/read-page.ts";
import { readSitemap } from "../web/read-sitemap.ts";
import { openWebSite, type WebSite } from "../web/web-site.ts";

const MAX_SITEMAPS = 100;
/** Redirects that lead to what counts as the same page (another scheme, a dropped parameter). */
const MAX_HOPS = 3;

/**
 * The pages of one host: those of its sitemap, or those that links lead to. robots.txt, `noindex`, `nofollow` and canonical links
 * hold; one request at a time, with a pause; no other host and no private address is asked.
 */
export const webKind = defineSourceKind({
  kind: "web", concurrency: 1, removals: "guarded", settings: webSettings,
  open({ settings }, { outbound }) {
    let site: WebSite | null = null;
    const siteOf = async (signal: AbortSignal) => (site ??= await openWebSite(outbound, settings, signal));
    return Promise.resolve({
      maxItems: settings.maxPages,
      async list(_, signal) {
        const listed = settings.find === "links" ? [] : await listSitemaps(await siteOf(signal), settings, signal);
        if (listed.length > 0) return { items: listed.slice(0, settings.maxPages), next: null };
        if (settings.find === "sitemap") throw sourceAway({ message: `${settings.url} has no sitemap with pages of its own.` });
        const start = pageItem({ ...settings, include: [], exclude: [] }, settings.url, settings.url);
        if (start === null) throw sourceInvalid({ message: `${settings.url} is not the address of a page.` });
        return { items: [itemOf(settings, start, 0)], next: null };
      },
      fetch: async (item, signal) => fetchPage(await siteOf(signal), settings, item, signal),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    });
  },
});

function itemOf(settings: WebSettings, item: string, depth: number, fingerprint: string | null = null): SourceItem {
  return { item, uri: addressOf(settings, item).href, fingerprint, details: { depth } };
}

async function listSitemaps(site: WebSite, settings: WebSettings, signal: AbortSignal): Promise<SourceItem[]> {
  const { origin, host } = new URL(settings.url);
  const waiting = site.sitemaps.length > 0 ? [...site.sitemaps] : [`${origin}/sitemap.xml`];
  const seen = new Set<string>();
  const items = new Map<string, SourceItem>();
  for (let next = waiting.shift(); next !== undefined && seen.size < MAX_SITEMAPS && items.size < settings.maxPages; next = waiting.shift()) {
    const url = URL.parse(next, origin);
    if (url === null || url.host !== host || seen.has(url.href)) continue;
    seen.add(url.href);
    const answer = await site.get(url, signal);
    const read = answer.status === 200 ? readSitemap(answer.body) : null;
    if (read?.kind !== "ok") continue;
    waiting.push(...read.sitemap.sitemaps);
    for (const page of read.sitemap.pages) {
      const item = pageItem(settings, page.address, url.href);
      // Its links lead nowhere new: the site says itself what it has.
      if (item !== null && !items.has(item)) items.set(item, itemOf(settings, item, settings.maxDepth, page.lastChange));
    }
  }
  return [...items.values()];
}

async function fetchPage(site: WebSite, settings: WebSettings, item: SourceItem, signal: AbortSignal): Promise<Fetched> {
  let url = addressOf(settings, item.item);
  const depth = Number(item.details?.["depth"] ?? 0);
  if (!site.isAllowed(url)) return { kind: "left_out", found: [] };
  let answer = await site.get(url, signal);
  for (let hops = 0; isRedirect(answer); hops += 1) {
    const to = URL.parse(answer.headers["location"] ?? "", url.href);
    const target = to === null ? null : pageItem(settings, to.href, url.href);
    if (to === null || target === null) return { kind: "left_out", found: [] };
    if (target !== item.item) return { kind: "moved", to: itemOf(settings, target, depth) };
    if (hops >= MAX_HOPS) return { kind: "refused", code: "redirects", reason: "The page redirects to itself again and again." };
    url = to;
    answer = await site.get(url, signal);
  }
  return readAnswer(settings, item, { url, answer, depth });
}

function isRedirect(answer: OutboundAnswer): boolean {
  return [301, 302, 303, 307, 308].includes(answer.status) && answer.headers["location"] !== undefined;
}

function readAnswer(settings: WebSettings, item: SourceItem, { url, answer, depth }: { url: URL; answer: OutboundAnswer; depth: number }): Fetched {
  if (answer.status === 404 || answer.status === 410) return { kind: "gone" };
  if (answer.status === 401 || answer.status === 403) return { kind: "refused", code: "forbidden", reason: `The page answers ${answer.status}: it is not open to everyone.` };
  if (answer.status !== 200) return { kind: "refused", code: answer.status >= 500 || answer.status === 429 ? "unreachable" : "unreadable", reason: `The page answers ${answer.status}.` };
  const mediaType = (answer.headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
  const modified = Date.parse(answer.headers["last-modified"] ?? "");
  const file = { kind: "file" as const, bytes: answer.body, mediaType: answer.headers["content-type"] ?? null, updatedAt: Number.isNaN(modified) ? null : new Date(modified).toISOString() };
  if (mediaType !== "text/html" && mediaType !== "application/xhtml+xml") {
    return isDocumentName(url.pathname) ? { kind: "taken", content: { ...file, name: basename(url.pathname) }, fingerprint: item.fingerprint } : { kind: "left_out", found: [] };
  }
  const page = readPage(Buffer.from(answer.body).toString("utf8"), answer.headers["x-robots-tag"] ?? "");
  const base = (URL.parse(page.base ?? "", url.href) ?? url).href;
  const canonical = page.canonical === null ? null : pageItem(settings, page.canonical, base);
  if (canonical !== null && canonical !== item.item) return { kind: "moved", to: itemOf(settings, canonical, depth) };
  const found = depth >= settings.maxDepth || !page.areLinksFollowed ? [] : page.links.flatMap((link) => pageItem(settings, link, base) ?? []).map((link) => itemOf(settings, link, depth + 1));
  return page.isIndexed ? { kind: "taken", content: { ...file, name: `${basename(url.pathname) || "index"}.html` }, fingerprint: item.fingerprint, found } : { kind: "left_out", found };
}
