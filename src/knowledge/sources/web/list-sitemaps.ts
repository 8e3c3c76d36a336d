import { sha256 } from "../../../lib/sha256.ts";
import { MAX_SITEMAP_BYTES, type Sitemap } from "../../ingest/site/sitemap.ts";
import { readSitemap } from "../../ingest/site/read-site.ts";
import { sourceAway } from "../../knowledge.errors.ts";
import type { LeftOut } from "../source-kind.ts";
import { pageItem, type WebSettings } from "./page-address.ts";
import { followRedirects, type WebSite } from "./web-site.ts";

const MAX_SITEMAPS = 500;
const DAY_MS = 24 * 60 * 60_000;
/** A day without a time says too little on that day and the next, wherever on earth it is meant. */
const SETTLED_MS = 2 * DAY_MS;
/** Every page is taken again after this, whatever its sitemap says: many never change a date. */
const AGAIN_MS = 3 * DAY_MS;

export type ListedPage = { item: string; fingerprint: string | null };

/**
 * The pages of a site's sitemaps: those that robots.txt names, else `/sitemap.xml`. Empty when there are none.
 *
 * `leftOut`: where reading ended at a limit. Throws `knowledge.source_away` for a sitemap that was named and cannot be read: its pages
 * are unknown, not gone.
 */
export async function listSitemaps(site: WebSite, settings: WebSettings, nowMs: number, signal: AbortSignal): Promise<{ pages: ListedPage[]; leftOut?: LeftOut }> {
  const { origin, host } = new URL(settings.url);
  const named = site.sitemaps;
  const waiting = named.length > 0 ? [...named] : [`${origin}/sitemap.xml`];
  const seen = new Set<string>();
  const pages = new Map<string, ListedPage>();
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const url = URL.parse(next, origin);
    if (url === null || url.host !== host || seen.has(url.href)) continue;
    if (seen.size >= MAX_SITEMAPS) return { pages: [...pages.values()], leftOut: leftOut(url, `The site has more than ${MAX_SITEMAPS} sitemaps: this one and those behind it were not read.`) };
    seen.add(url.href);
    const found = await read(site, url, { isGuess: named.length === 0 && seen.size === 1 }, signal);
    waiting.push(...found.sitemaps);
    for (const page of found.pages) {
      const item = pageItem(settings, page.address, url.href);
      if (item !== null && !pages.has(item)) pages.set(item, { item, fingerprint: markOf(item, page.lastChange, nowMs) });
    }
    // One more than is wanted is enough to tell that there are more.
    if (pages.size > settings.maxPages) return { pages: [...pages.values()].slice(0, settings.maxPages + 1) };
    if (found.isCut) return { pages: [...pages.values()], leftOut: leftOut(url, "The sitemap has more than the 50,000 entries that one may have: the rest was not read.") };
  }
  return { pages: [...pages.values()] };
}

function leftOut(url: URL, reason: string): LeftOut {
  return { item: `${url.pathname}${url.search}`, uri: url.href, reason };
}

const NONE: Sitemap = { pages: [], sitemaps: [], isCut: false };

/** One that is not there has no pages. `isGuess`: nobody says that there is one, so another page in its place is none either. */
async function read(site: WebSite, first: URL, { isGuess }: { isGuess: boolean }, signal: AbortSignal): Promise<Sitemap> {
  const { url, answer } = await followRedirects(first, (each) => site.get(each, signal, MAX_SITEMAP_BYTES), (to) => to.host === first.host);
  if (answer.status === 404 || answer.status === 410) return NONE;
  const isElsewhere = answer.status >= 300 && answer.status < 400;
  if (isGuess && (isElsewhere || (answer.status >= 400 && answer.status < 500 && answer.status !== 429))) return NONE;
  if (answer.status !== 200) throw sourceAway({ message: `The sitemap ${first.href} answers ${answer.status}, so that it is not known which pages there are.` });
  const found = await readSitemap(answer.body);
  if (found.kind === "ok") return found.sitemap;
  if (isGuess && found.code === "unsupported") return NONE;
  throw sourceAway({ message: `The sitemap ${url.href} cannot be read, so that it is not known which pages there are: ${found.reason}` });
}

/**
 * What a page of a sitemap counts as unchanged by; null: it is taken every time. A time is believed, a day once it has passed for long,
 * and either for a few days only, which end at another hour for each page.
 */
export function markOf(item: string, lastChange: string | null, nowMs: number): string | null {
  const changedMs = Date.parse(lastChange ?? "");
  if (lastChange === null || Number.isNaN(changedMs) || changedMs > nowMs) return null;
  if (!/T\d{2}:\d{2}/.test(lastChange) && nowMs - changedMs < SETTLED_MS) return null;
  const offsetMs = Number.parseInt(sha256(item).slice(0, 8), 16) % AGAIN_MS;
  return `${lastChange} ${Math.floor((nowMs + offsetMs) / AGAIN_MS)}`;
}
