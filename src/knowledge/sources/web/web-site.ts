import { setTimeout as sleep } from "node:timers/promises";
import robotsModule from "robots-parser";
import type { Clock } from "../../../lib/clock.ts";
import type { Outbound, OutboundAnswer } from "../../../outbound/outbound.ts";
import { DEFAULT_PARSE_LIMITS } from "../../ingest/parsed-document.ts";
import { sourceAway } from "../../knowledge.errors.ts";
import type { WebSettings } from "./page-address.ts";

export const USER_AGENT = "BatonBot/1.0 (knowledge of a help desk)";

const TIMEOUT_MS = 30_000;
const ROBOTS_BYTES = 1_000_000;
/** Longer pauses than this are not kept: such a site does not want to be read this way. */
const MAX_DELAY_MS = 30_000;
/** Source: RFC 9309, section 2.3.1.2. */
const MAX_REDIRECTS = 5;
/** A sync asks for robots.txt as it begins; its later steps, and other syncs meanwhile, go by what it said. Source: RFC 9309, section 2.4, at most a day. */
const ROBOTS_KEPT_MS = 60 * 60_000;

type ParseRobots = typeof robotsModule.default;
type Robots = ReturnType<ParseRobots>;

/** The package's types describe a module with a default export; it is the function itself. */
const parseRobots: ParseRobots = isParser(robotsModule) ? robotsModule : robotsModule.default;

function isParser(value: unknown): value is ParseRobots {
  return typeof value === "function";
}

/** What this process knows of a host: its robots.txt, and from when on it may be asked again (monotonic clock). */
type KnownHost = { robots: Robots | null; readAtMs: number; freeFromMs: number };

/** By origin, for as long as the process asks through the same way out: every source of a host goes by one pace. */
const knownHosts = new WeakMap<Outbound, Map<string, KnownHost>>();

/** What robots.txt says. A pause that it asks for counts when it is longer than the source's own. */
export type WebSite = {
  isAllowed(url: URL): boolean;
  sitemaps: string[];
  /** Waits for its turn, then asks. Redirects are given as they are. */
  get(url: URL, signal: AbortSignal, maxBytes?: number): Promise<OutboundAnswer>;
};

type OpenDeps = { outbound: Outbound; clock: Clock };

/**
 * A web site under its robots.txt (RFC 9309), which is followed over redirects: unavailable by 4xx means that all is allowed, by 5xx or 429
 * that nothing is for now. `isBeginning`: robots.txt is asked for, whatever is known of it.
 * Throws `knowledge.source_away`.
 */
export async function openWebSite({ outbound, clock }: OpenDeps, settings: WebSettings, signal: AbortSignal, { isBeginning }: { isBeginning: boolean }): Promise<WebSite> {
  const { origin } = new URL(settings.url);
  const host = hostOf(outbound, origin, clock.nowMs());
  const get = async (url: URL, stop: AbortSignal, maxBytes: number = DEFAULT_PARSE_LIMITS.maxBytes): Promise<OutboundAnswer> => {
    const delayMs = Math.min(MAX_DELAY_MS, Math.max(settings.delayMs, (host.robots?.getCrawlDelay(USER_AGENT) ?? 0) * 1_000));
    const nowMs = performance.now();
    const turnMs = Math.max(nowMs, host.freeFromMs);
    host.freeFromMs = turnMs + delayMs;
    if (turnMs > nowMs) await sleep(turnMs - nowMs, undefined, { signal: stop });
    return outbound.send({ method: "GET", url, headers: { "user-agent": USER_AGENT, accept: "text/html,application/xhtml+xml,*/*;q=0.8", "accept-encoding": "gzip, deflate, br" }, body: null }, { timeoutMs: TIMEOUT_MS, maxBytes, timeUp: null, attempt: stop });
  };
  if (host.robots === null || isBeginning || clock.nowMs() - host.readAtMs > ROBOTS_KEPT_MS) {
    host.robots = await readRobots(new URL("/robots.txt", origin), (url) => get(url, signal, ROBOTS_BYTES));
    host.readAtMs = clock.nowMs();
  }
  const { robots } = host;
  return { isAllowed: (url) => robots.isAllowed(url.href, USER_AGENT) !== false, sitemaps: robots.getSitemaps(), get };
}

function hostOf(outbound: Outbound, origin: string, nowMs: number): KnownHost {
  const hosts = knownHosts.get(outbound) ?? new Map<string, KnownHost>();
  knownHosts.set(outbound, hosts);
  for (const [name, { readAtMs }] of hosts) if (name !== origin && nowMs - readAtMs > ROBOTS_KEPT_MS) hosts.delete(name);
  const known = hosts.get(origin) ?? { robots: null, readAtMs: nowMs, freeFromMs: -Infinity };
  hosts.set(origin, known);
  return known;
}

/** What stands behind more redirects than are followed counts as unavailable. Rules hold for the host that was asked first. */
async function readRobots(robotsUrl: URL, get: (url: URL) => Promise<OutboundAnswer>): Promise<Robots> {
  const { answer } = await followRedirects(robotsUrl, get, () => true);
  if (answer.status >= 500 || answer.status === 429) throw sourceAway({ message: `${robotsUrl.href} answers ${answer.status}, so nothing of the site is read for now.` });
  return parseRobots(robotsUrl.href, answer.status === 200 ? Buffer.from(answer.body).toString("utf8") : "");
}

/** The answer behind at most five redirects to places that are wanted; else the redirect itself. */
export async function followRedirects(first: URL, get: (url: URL) => Promise<OutboundAnswer>, isWanted: (url: URL) => boolean): Promise<{ url: URL; answer: OutboundAnswer }> {
  let url = first;
  let answer = await get(url);
  for (let hops = 0; isRedirect(answer) && hops < MAX_REDIRECTS; hops += 1) {
    const to = URL.parse(answer.headers["location"] ?? "", url.href);
    if (to === null || !isWanted(to)) break;
    url = to;
    answer = await get(url);
  }
  return { url, answer };
}

export function isRedirect(answer: OutboundAnswer): boolean {
  return [301, 302, 303, 307, 308].includes(answer.status) && answer.headers["location"] !== undefined;
}
