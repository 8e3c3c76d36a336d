import { basename } from "node:path";
import type { OutboundAnswer } from "../../../outbound/outbound.ts";
import { readPageHints } from "../../ingest/site/read-site.ts";
import { sourceAway, sourceInvalid } from "../../knowledge.errors.ts";
import { isDocumentName } from "../document-names.ts";
import { defineSourceKind, type Fetched, type SourceItem } from "../source-kind.ts";
import { listSitemaps } from "../web/list-sitemaps.ts";
import { addressOf, pageItem, webSettings, type WebSettings } from "../web/page-address.ts";
import { isRedirect, openWebSite, type WebSite } from "../web/web-site.ts";

/** Larger HTML is no page that people read: it would hold a reading thread for long. */
const MAX_PAGE_BYTES = 5_000_000;
/** Redirects that lead to what counts as the same page (another scheme, a dropped parameter). */
const MAX_HOPS = 3;

/**
 * The pages of one host: those of its sitemap, or those that links lead to. robots.txt, `noindex`, `nofollow` and canonical links
 * hold; one request at a time, with a pause; no other host and no private address is asked.
 */
export const webKind = defineSourceKind({
  kind: "web", concurrency: 1, removals: "guarded", settings: webSettings,
  open({ settings }, deps) {
    let site: WebSite | null = null;
    const siteOf = async (signal: AbortSignal) => (site ??= await openWebSite(deps, settings, signal, { isBeginning: false }));
    return Promise.resolve({
      maxItems: settings.maxPages,
      async list(_, signal) {
        site = await openWebSite(deps, settings, signal, { isBeginning: true });
        const { pages, leftOut } = settings.find === "links" ? { pages: [] } : await listSitemaps(site, settings, deps.clock.nowMs(), signal);
        // Links of these pages lead nowhere new: the site says itself what it has.
        if (pages.length > 0) return { items: pages.map(({ item, fingerprint }) => itemOf(settings, item, settings.maxDepth, fingerprint)), next: null, ...(leftOut && { leftOut }) };
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
  return { item, uri: addressOf(settings, item).href, fingerprint, details: { depth }, ...(depth < settings.maxDepth && { leadsOn: true }) };
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

async function readAnswer(settings: WebSettings, item: SourceItem, { url, answer, depth }: { url: URL; answer: OutboundAnswer; depth: number }): Promise<Fetched> {
  // What is no longer open to everyone is not served on.
  if ([401, 403, 404, 410].includes(answer.status)) return { kind: "gone" };
  if (answer.status !== 200) return { kind: "refused", code: answer.status >= 500 || answer.status === 429 ? "unreachable" : "unreadable", reason: `The page answers ${answer.status}.` };
  const mediaType = (answer.headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
  const modified = Date.parse(answer.headers["last-modified"] ?? "");
  const file = { kind: "file" as const, bytes: answer.body, mediaType: answer.headers["content-type"] ?? null, updatedAt: Number.isNaN(modified) ? null : new Date(modified).toISOString() };
  if (mediaType !== "text/html" && mediaType !== "application/xhtml+xml") {
    return isDocumentName(url.pathname) ? { kind: "taken", content: { ...file, name: basename(url.pathname) }, fingerprint: item.fingerprint } : { kind: "left_out", found: [] };
  }
  if (answer.body.byteLength > MAX_PAGE_BYTES) return { kind: "refused", code: "too_large", reason: `The page has more than ${MAX_PAGE_BYTES / 1_000_000} MB of HTML.` };
  const read = await readPageHints(answer.body, answer.headers["x-robots-tag"] ?? "");
  if (read.kind === "refused") return read;
  const page = read.hints;
  const base = (URL.parse(page.base ?? "", url.href) ?? url).href;
  const canonical = page.canonical === null ? null : pageItem(settings, page.canonical, base);
  if (canonical !== null && canonical !== item.item) return { kind: "moved", to: itemOf(settings, canonical, depth) };
  const found = depth >= settings.maxDepth || !page.areLinksFollowed ? [] : page.links.flatMap((link) => pageItem(settings, link, base) ?? []).map((link) => itemOf(settings, link, depth + 1));
  return page.isIndexed ? { kind: "taken", content: { ...file, name: `${basename(url.pathname) || "index"}.html` }, fingerprint: item.fingerprint, found } : { kind: "left_out", found };
}
