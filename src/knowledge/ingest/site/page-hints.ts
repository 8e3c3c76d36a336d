import type { Element, Root } from "hast";
import rehypeParse from "rehype-parse";
import { unified } from "unified";
import { z } from "zod";
import { decodeText } from "../text/decode-text.ts";

/** What a page says to crawlers. `canonical`, `base` and `links` as they stand in it, in their order. */
export const pageHints = z.object({ canonical: z.string().nullable(), base: z.string().nullable(), links: z.array(z.string()), isIndexed: z.boolean(), areLinksFollowed: z.boolean() });
export type PageHints = z.infer<typeof pageHints>;

const MAX_LINKS = 2_000;
const MAX_LINK = 2_000;
const parser = unified().use(rehypeParse);

/** The hints of an HTML page, on the calling thread: for the reading thread. `robots` is the header `X-Robots-Tag`. Throws `RangeError` for what nests without end. */
export function findPageHints(bytes: Uint8Array, robots: string): PageHints {
  const hints: PageHints = { canonical: null, base: null, links: [], isIndexed: true, areLinksFollowed: true };
  let rules = robots.toLowerCase();
  for (const element of elementsOf(parser.parse(decodeText(bytes, "utf-8").text))) {
    const text = (name: string) => textOf(element, name);
    if (element.tagName === "a" && isLink(text("href")) && !text("rel").toLowerCase().includes("nofollow") && hints.links.length < MAX_LINKS) hints.links.push(text("href"));
    else if (element.tagName === "link" && text("rel").toLowerCase().split(" ").includes("canonical")) hints.canonical ??= text("href") || null;
    else if (element.tagName === "base") hints.base ??= text("href") || null;
    else if (element.tagName === "meta" && text("name").toLowerCase() === "robots") rules += `,${text("content").toLowerCase()}`;
  }
  hints.isIndexed = !/\b(noindex|none)\b/.test(rules);
  hints.areLinksFollowed = !/\b(nofollow|none)\b/.test(rules);
  return hints;
}

function isLink(href: string): boolean {
  return href !== "" && href.length <= MAX_LINK;
}

/** In the order of the page. Iterative: pages nest thousands deep. */
function* elementsOf(tree: Root): Generator<Element> {
  const open: (Root | Element)[] = [tree];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next.type === "element") yield next;
    for (const child of next.children.toReversed()) if (child.type === "element") open.push(child);
  }
}

function textOf({ properties }: Element, name: string): string {
  const value = properties[name];
  return Array.isArray(value) ? value.join(" ") : typeof value === "string" ? value : "";
}
