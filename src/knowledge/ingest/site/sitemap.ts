import { gunzipSync } from "node:zlib";
import { z } from "zod";
import { Refused } from "../reading.ts";

/** `pages` with when each was last changed, as the site says; `sitemaps`: of an index. `isCut`: it holds more than a sitemap may. */
export const sitemap = z.object({ pages: z.array(z.object({ address: z.string(), lastChange: z.string().nullable() })), sitemaps: z.array(z.string()), isCut: z.boolean() });
export type Sitemap = z.infer<typeof sitemap>;

/** As much as the protocol allows, unpacked. */
export const MAX_SITEMAP_BYTES = 52_428_800;
const MAX_ENTRIES = 50_000;
const HEAD = 20_000;
const ROOT = /<((?:[\w.-]{1,40}:)?)(urlset|sitemapindex)(?:\s[^<>]*?)?(\/?)>/;

/**
 * A sitemap or an index of sitemaps, packed or not, on the calling thread: for the reading thread. Only its entries are looked for, in
 * one pass, so that neither its form nor its size costs more than that.
 *
 * Throws `Refused`: `unsupported` for what is no sitemap, `broken` for one that is cut off or damaged, `bomb`.
 * Source: sitemaps.org protocol 0.9.
 */
export function findSitemapEntries(bytes: Uint8Array): Sitemap {
  const text = withoutComments(unpack(bytes));
  const head = text.slice(0, HEAD);
  const root = /<!DOCTYPE|<!ENTITY/i.test(head) ? null : ROOT.exec(head);
  if (root === null) throw new Refused("unsupported", "It is a page or another file, not a sitemap.");
  const [whole, prefix = "", name = "", isEmpty] = root;
  const found: Sitemap = { pages: [], sitemaps: [], isCut: false };
  if (isEmpty === "/") return found;
  if (!text.includes(`</${prefix}${name}`)) throw new Refused("broken", "The sitemap is cut off.");
  const kind = name === "urlset" ? "url" : "sitemap";
  for (const entry of entriesOf(text, root.index + whole.length, prefix, kind)) {
    const address = memberOf(entry, `${prefix}loc`);
    if (address === null) continue;
    if (found.pages.length + found.sitemaps.length >= MAX_ENTRIES) return { ...found, isCut: true };
    if (kind === "url") found.pages.push({ address, lastChange: memberOf(entry, `${prefix}lastmod`) });
    else found.sitemaps.push(address);
  }
  return found;
}

function unpack(bytes: Uint8Array): string {
  const isPacked = bytes[0] === 0x1f && bytes[1] === 0x8b;
  if (!isPacked) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
  try {
    return gunzipSync(bytes, { maxOutputLength: MAX_SITEMAP_BYTES }).toString("utf8");
  } catch (error) {
    const isBomb = error instanceof RangeError;
    throw new Refused(isBomb ? "bomb" : "broken", isBomb ? "The sitemap is larger than the 50 MB that one may have." : "The packed sitemap is damaged.", error);
  }
}

function withoutComments(text: string): string {
  const parts: string[] = [];
  let from = 0;
  for (let start = text.indexOf("<!--"); start >= 0; start = text.indexOf("<!--", from)) {
    const end = text.indexOf("-->", start + 4);
    if (end < 0) break;
    parts.push(text.slice(from, start));
    from = end + 3;
  }
  return parts.length === 0 ? text : [...parts, text.slice(from)].join("");
}

function* entriesOf(text: string, from: number, prefix: string, kind: "url" | "sitemap"): Generator<string> {
  const [begin, end] = [`<${prefix}${kind}`, `</${prefix}${kind}`];
  for (let start = text.indexOf(begin, from); start >= 0; ) {
    const inner = start + begin.length;
    const isWhole = /[\s>]/.test(text[inner] ?? "");
    const stop = isWhole ? text.indexOf(end, inner) : inner;
    if (stop < 0) throw new Refused("broken", "The sitemap is cut off within an entry.");
    if (isWhole) yield text.slice(inner, stop);
    start = text.indexOf(begin, stop);
  }
}

function memberOf(entry: string, name: string): string | null {
  const start = entry.indexOf(`<${name}>`);
  if (start < 0) return null;
  const from = start + name.length + 2;
  const stop = entry.indexOf(`</${name}`, from);
  const content = entry.slice(from, stop < 0 ? entry.length : stop).trim();
  const plain = /^<!\[CDATA\[([\s\S]*)\]\]>$/.exec(content)?.[1] ?? decodeEntities(content);
  return plain.trim() || null;
}

const NAMED: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

function decodeEntities(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(amp|lt|gt|quot|apos));/gi, (whole, decimal?: string, hex?: string, name?: string) => {
    if (name !== undefined) return NAMED[name.toLowerCase()] ?? whole;
    const code = decimal === undefined ? Number.parseInt(hex ?? "", 16) : Number(decimal);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}
