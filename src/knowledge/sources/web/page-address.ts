import { z } from "zod";

export const webSettings = z.strictObject({
  url: z.url({ protocol: /^https?$/ }).describe("Where the site, or the part of it to be read, begins."),
  find: z.enum(["auto", "sitemap", "links"]).default("auto").describe("auto: by the sitemap where there is one, else by links."),
  maxPages: z.number().int().min(1).max(20_000).default(1_000),
  maxDepth: z.number().int().min(0).max(20).default(5).describe("Links from the first page."),
  include: z.array(z.string().startsWith("/").max(500)).max(50).default([]).describe("Only paths that begin so."),
  exclude: z.array(z.string().startsWith("/").max(500)).max(200).default([]).describe("No paths that begin so."),
  keepParameters: z.array(z.string().min(1).max(60)).max(20).default([]).describe("Query parameters that make another page of a page; all others are dropped."),
  delayMs: z.number().int().min(0).max(60_000).default(500).describe("Pause between two requests; longer where robots.txt asks for it."),
});
export type WebSettings = z.output<typeof webSettings>;

const MAX_PATH = 300;
const MAX_SEGMENTS = 12;
/** A path that says the same so often leads in circles. */
const MAX_REPEATS = 3;
/** What ends in a date alone is a calendar or an archive, which has a page for every day there is; an article has a name behind it. */
const CALENDAR = /\/(?:\d{4}[-/]\d{1,2}(?:[-/]\d{1,2})?|(?:19|20)\d{2})\/?$/;

/**
 * A page as the crawler knows it: path and kept parameters in one order, without fragment, session and trailing index. Null for what
 * is not of this site, is not wanted, or has the form of a crawler trap.
 */
export function pageItem(settings: WebSettings, address: string, base: string): string | null {
  const url = URL.parse(address, base);
  const site = new URL(settings.url);
  if (url === null || !/^https?:$/.test(url.protocol) || url.host !== site.host || url.username !== "") return null;
  const path = normalisePath(url.pathname);
  if (!isWanted(settings, path) || isTrap(path, site.pathname)) return null;
  const kept = [...url.searchParams].filter(([name]) => settings.keepParameters.includes(name)).sort(([left], [right]) => (left < right ? -1 : 1));
  const query = new URLSearchParams(kept).toString();
  return query === "" ? path : `${path}?${query}`;
}

export function addressOf(settings: WebSettings, item: string): URL {
  return new URL(item, new URL(settings.url).origin);
}

function normalisePath(path: string): string {
  return path.replace(/;jsessionid=[^/]*/gi, "").replace(/\/{2,}/g, "/").replace(/\/index\.(?:html?|php|aspx?)$/i, "/");
}

function isWanted({ include, exclude }: WebSettings, path: string): boolean {
  return (include.length === 0 || include.some((each) => path.startsWith(each))) && !exclude.some((each) => path.startsWith(each));
}

function isTrap(path: string, start: string): boolean {
  const segments = path.split("/").filter((segment) => segment !== "");
  const repeats = Math.max(0, ...[...Map.groupBy(segments, (segment) => segment).values()].map((same) => same.length));
  return path.length > MAX_PATH || segments.length > MAX_SEGMENTS || repeats >= MAX_REPEATS || (CALENDAR.test(path) && path !== start);
}
