import { z } from "zod";
import { refusal, type Refusal } from "../parsed-document.ts";
import { readingThreads } from "../reading-threads.ts";
import { pageHints, type PageHints } from "./page-hints.ts";
import { sitemap, type Sitemap } from "./sitemap.ts";

const MAX_MS = 20_000;

const hintsAnswer = z.discriminatedUnion("kind", [z.object({ kind: z.literal("ok"), hints: pageHints }), refusal]);
const sitemapAnswer = z.discriminatedUnion("kind", [z.object({ kind: z.literal("ok"), sitemap }), refusal]);

/** What an HTML page says to crawlers, read in a thread. Never throws for what is wrong with the page. Replay: the same, as long as no time limit is hit. */
export function readPageHints(bytes: Uint8Array, robots: string): Promise<{ kind: "ok"; hints: PageHints } | Refusal> {
  return readingThreads.run({ kind: "page", bytes, robots }, hintsAnswer, { maxMs: MAX_MS });
}

/** The entries of a sitemap, read in a thread. `unsupported`: it is none. Errors and replay as above. */
export function readSitemap(bytes: Uint8Array): Promise<{ kind: "ok"; sitemap: Sitemap } | Refusal> {
  return readingThreads.run({ kind: "sitemap", bytes }, sitemapAnswer, { maxMs: MAX_MS });
}
