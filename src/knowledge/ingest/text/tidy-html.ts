import type { Element, ElementContent, Root } from "hast";
import { SKIP, visit } from "unist-util-visit";
import { textOf } from "./hast-text.ts";

const LEFT_OUT = new Set(["script", "style", "noscript", "template", "iframe", "object", "embed", "svg", "canvas", "video", "audio", "map", "button", "select", "input", "textarea", "datalist", "dialog", "link", "meta", "title", "head", "base", "math"]);
const BLOCKS = new Set(["p", "div", "ul", "ol", "table", "section", "article", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "blockquote"]);
const SAFE_LINK = /^(https?:|mailto:|tel:)/i;

/** Takes out what nobody reads, keeps the words of pictures and unsafe links, and unwraps tables that only lay out. In place. */
export function tidyHtml(tree: Root): void {
  visit(tree, (node, index, parent) => {
    if (!parent || index === undefined) return undefined;
    if (node.type === "comment" || node.type === "doctype") return drop(parent.children, index);
    if (node.type !== "element") return undefined;
    if ((LEFT_OUT.has(node.tagName) && node.tagName !== "head") || isHidden(node)) return drop(parent.children, index);
    if (node.tagName === "img") return replace(parent.children, index, imageWords(node));
    if (node.tagName === "a" && !SAFE_LINK.test(node.properties["href"] ?? "")) return replace(parent.children, index, node.children);
    if (node.tagName === "pre" && textOf(node).length > 20_000) node.tagName = "div";
    return undefined;
  });
  visit(tree, "element", (node) => {
    if (node.tagName === "table" && isLayout(node)) unwrapTable(node);
  });
}

function drop(siblings: unknown[], index: number): [typeof SKIP, number] {
  siblings.splice(index, 1);
  return [SKIP, index];
}

function replace(siblings: unknown[], index: number, by: readonly ElementContent[]): [typeof SKIP, number] {
  siblings.splice(index, 1, ...by);
  return [SKIP, index];
}

function isHidden({ properties }: Element): boolean {
  const style = typeof properties["style"] === "string" ? properties["style"].replace(/\s/g, "").toLowerCase() : "";
  return properties["hidden"] === true || properties["hidden"] === "" || style.includes("display:none") || style.includes("visibility:hidden");
}

/** What a picture is said to show. */
function imageWords(node: Element): ElementContent[] {
  const words = node.properties["alt"];
  return typeof words === "string" && /[\p{L}\p{N}]/u.test(words) && !/\.(png|jpe?g|gif|webp|svg)$/i.test(words) ? [{ type: "text", value: ` ${words} ` }] : [];
}

/** A table that places things instead of saying something: it holds tables, or one column, or whole chapters. */
function isLayout(table: Element): boolean {
  if (/^(presentation|none)$/.test(table.properties["role"] ?? "")) return true;
  let isNested = false;
  let widest = 0;
  let largestCell = 0;
  visit(table, "element", (node) => {
    if (node !== table && node.tagName === "table") isNested = true;
    if (node.tagName === "tr") widest = Math.max(widest, node.children.filter((child) => child.type === "element").length);
    if (node.tagName === "td" || node.tagName === "th") largestCell = Math.max(largestCell, node.children.filter((child) => child.type === "element" && BLOCKS.has(child.tagName)).length);
  });
  return isNested || widest <= 1 || largestCell > 6;
}

function unwrapTable(table: Element): void {
  table.tagName = "div";
  const open: Element[] = [table];
  for (let next = open.pop(); next; next = open.pop()) {
    for (const child of next.children) {
      if (child.type !== "element" || child.tagName === "table") continue;
      if (["tbody", "thead", "tfoot", "tr", "td", "th", "caption", "colgroup"].includes(child.tagName)) {
        child.tagName = "div";
        open.push(child);
      }
    }
  }
}
