import { setTimeout as sleep } from "node:timers/promises";
import robotsModule from "robots-parser";
import type { Outbound, OutboundAnswer } from "../../../outbound/outbound.ts";
import { DEFAULT_PARSE_LIMITS } from "../../ingest/parsed-document.ts";
import { sourceAway } from "../../knowledge.errors.ts";
import type { WebSettings } from "./page-address.ts";

export const USER_AGENT = "BatonBot/1.0 (knowledge of a help desk)";

const TIMEOUT_MS = 30_000;
const ROBOTS_BYTES = 1_000_000;
/** Longer pauses than this are not kept: such a site does not want to be read this way. */
const MAX_DELAY_MS = 30_000;

type ParseRobots = typeof robotsModule.default;

/** The package's types describe a module with a default export; it is the function itself. */
const parseRobots: ParseRobots = isParser(robotsModule) ? robotsModule : robotsModule.default;

function isParser(value: unknown): value is ParseRobots {
  return typeof value === "function";
}

/** What robots.txt says. A pause that it asks for counts when it is longer than the source's own. */
export type WebSite = {
  isAllowed(url: URL): boolean;
  sitemaps: string[];
  /** Waits for its turn, then asks. Redirects are given as they are. */
  get(url: URL, signal: AbortSignal): Promise<OutboundAnswer>;
};

/**
 * A web site under its robots.txt (RFC 9309): unavailable by 4xx means that all is allowed, by 5xx that nothing is for now.
 * Throws `knowledge.source_away`.
 */
export async function openWebSite(outbound: Outbound, settings: WebSettings, signal: AbortSignal): Promise<WebSite> {
  const { origin } = new URL(settings.url);
  let lastMs = -Infinity;
  let delayMs = settings.delayMs;
  const get = async (url: URL, stop: AbortSignal, maxBytes: number = DEFAULT_PARSE_LIMITS.maxBytes): Promise<OutboundAnswer> => {
    const pauseMs = lastMs + delayMs - performance.now();
    if (pauseMs > 0) await sleep(pauseMs, undefined, { signal: stop });
    lastMs = performance.now();
    return outbound.send({ method: "GET", url, headers: { "user-agent": USER_AGENT, accept: "text/html,application/xhtml+xml,*/*;q=0.8", "accept-encoding": "gzip, deflate, br" }, body: null }, { timeoutMs: TIMEOUT_MS, maxBytes, timeUp: null, attempt: stop });
  };
  const robotsUrl = new URL("/robots.txt", origin);
  const answer = await get(robotsUrl, signal, ROBOTS_BYTES);
  if (answer.status >= 500) throw sourceAway({ message: `${robotsUrl.href} answers ${answer.status}, so nothing of the site is read for now.` });
  const robots = parseRobots(robotsUrl.href, answer.status === 200 ? Buffer.from(answer.body).toString("utf8") : "");
  delayMs = Math.min(MAX_DELAY_MS, Math.max(delayMs, (robots.getCrawlDelay(USER_AGENT) ?? 0) * 1_000));
  return { isAllowed: (url) => robots.isAllowed(url.href, USER_AGENT) !== false, sitemaps: robots.getSitemaps(), get };
}
