import type { Element, Root } from "hast";
import rehypeParse from "rehype-parse";
import rehypeRemark from "rehype-remark";
import remarkGfm from "remark-gfm";
import remarkStringify from "remark-stringify";
import { unified } from "unified";
import { visit } from "unist-util-visit";
import { cleanMarkdown, oneLine } from "./clean-markdown.ts";
import { textOf } from "./hast-text.ts";
import { keepContent } from "./keep-content.ts";
import { flattenDepths } from "./measure-tree.ts";
import { tidyHtml } from "./tidy-html.ts";

/** `title` as the page names itself; `updatedAt` and `language` as its head states them. */
export type ConvertedHtml = { title: string | null; body: string; language: string | null; updatedAt: string | null };

const toTree = unified().use(rehypeParse);
const toMarkdown = unified().use(rehypeRemark).use(remarkGfm, { tablePipeAlign: false }).use(remarkStringify, { bullet: "-", emphasis: "_", rule: "-", listItemIndent: "one" });

/**
 * HTML as Markdown: headings, lists, tables, code and links kept; scripts, forms and pictures left out.
 * `isPage` also leaves out what surrounds a page's content (navigation, banners, footers).
 *
 * Replay: pure; never throws for what is wrong with the HTML.
 */
export function htmlToMarkdown(html: string, { isPage }: { isPage: boolean }): ConvertedHtml {
  const tree = toTree.parse(html);
  flattenDepths(tree);
  const head = readHead(tree);
  tidyHtml(tree);
  if (isPage) keepContent(tree);
  const heading = onlyHeading(tree);
  const body = cleanMarkdown(toMarkdown.stringify(toMarkdown.runSync(tree)));
  return { title: heading ?? head.title, body, language: head.language, updatedAt: head.updatedAt };
}

function readHead(tree: Root): { title: string | null; language: string | null; updatedAt: string | null } {
  const found: { title: string | null; language: string | null; updatedAt: string | null } = { title: null, language: null, updatedAt: null };
  visit(tree, "element", (node) => {
    if (node.tagName === "title") found.title ??= oneLine(textOf(node)) || null;
    else if (node.tagName === "html") found.language = textProperty(node, "lang");
    else if (node.tagName === "meta" && /^(article:modified_time|last-modified|dcterms\.modified|date|article:published_time)$/i.test(textProperty(node, "property") ?? textProperty(node, "name") ?? "")) {
      found.updatedAt ??= textProperty(node, "content");
    }
  });
  return found;
}

function textProperty(node: Element, name: string): string | null {
  const value = node.properties[name];
  return typeof value === "string" && value !== "" ? value : null;
}

/** The page's one first-level heading. */
function onlyHeading(tree: Root): string | null {
  const headings: string[] = [];
  visit(tree, "element", (node) => {
    if (node.tagName === "h1") headings.push(oneLine(textOf(node)));
  });
  return headings.length === 1 ? (headings[0] ?? "") || null : null;
}
