import { gunzipSync } from "node:zlib";
import { DOMParser } from "@xmldom/xmldom";
import { messageOf } from "../../../lib/app-error.ts";

/** `pages` with when each was last changed, as the site says; `sitemaps`: of an index. */
export type Sitemap = { pages: { address: string; lastChange: string | null }[]; sitemaps: string[] };

const MAX_BYTES = 60_000_000;

/** Reads a sitemap or an index of sitemaps, packed or not; a text that is none has no pages. Source: sitemaps.org protocol 0.9. */
export function readSitemap(bytes: Uint8Array): { kind: "ok"; sitemap: Sitemap } | { kind: "failed"; reason: string } {
  try {
    const text = (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes, { maxOutputLength: MAX_BYTES }) : Buffer.from(bytes)).toString("utf8");
    if (/<!DOCTYPE|<!ENTITY/i.test(text.slice(0, 10_000))) return { kind: "failed", reason: "a page, not a sitemap" };
    const root = new DOMParser({ onError: () => {} }).parseFromString(text, "text/xml").documentElement;
    const entries = (name: string) => Array.from(root?.getElementsByTagName(name) ?? []);
    const member = (entry: ReturnType<typeof entries>[number], name: string) => entry.getElementsByTagName(name).item(0)?.textContent?.trim() ?? null;
    const pages = entries("url").flatMap((entry) => {
      const address = member(entry, "loc");
      return address === null ? [] : [{ address, lastChange: member(entry, "lastmod") }];
    });
    return { kind: "ok", sitemap: { pages, sitemaps: entries("sitemap").flatMap((entry) => member(entry, "loc") ?? []) } };
  } catch (error) {
    return { kind: "failed", reason: messageOf(error) };
  }
}
