import rehypeParse from "rehype-parse";
import { unified } from "unified";
import { visit } from "unist-util-visit";

/** What a page says to crawlers. `canonical` and `links` as they stand in it, in their order. */
export type PageHints = { canonical: string | null; base: string | null; links: string[]; isIndexed: boolean; areLinksFollowed: boolean };

const MAX_LINKS = 2_000;
const parser = unified().use(rehypeParse);

/** Reads the hints of an HTML page. Never throws: HTML has no errors. */
export function readPage(html: string, robotsHeader: string): PageHints {
  const hints: PageHints = { canonical: null, base: null, links: [], isIndexed: true, areLinksFollowed: true };
  let rules = robotsHeader.toLowerCase();
  visit(parser.parse(html), "element", (element) => {
    const text = (name: string) => {
      const value = element.properties[name];
      return Array.isArray(value) ? value.join(" ").toLowerCase() : typeof value === "string" ? value : "";
    };
    if (element.tagName === "a" && text("href") !== "" && !text("rel").includes("nofollow") && hints.links.length < MAX_LINKS) hints.links.push(text("href"));
    else if (element.tagName === "link" && text("rel").split(" ").includes("canonical")) hints.canonical ??= text("href") || null;
    else if (element.tagName === "base") hints.base ??= text("href") || null;
    else if (element.tagName === "meta" && text("name").toLowerCase() === "robots") rules += `,${text("content").toLowerCase()}`;
  });
  hints.isIndexed = !/\b(noindex|none)\b/.test(rules);
  hints.areLinksFollowed = !/\b(nofollow|none)\b/.test(rules);
  return hints;
}
