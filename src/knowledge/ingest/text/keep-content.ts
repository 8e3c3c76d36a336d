import type { Element, Parents, Root } from "hast";
import { SKIP, visit } from "unist-util-visit";
import { textOf } from "./hast-text.ts";

const CHROME_ROLES = /^(navigation|banner|contentinfo|search|complementary|menu|menubar|dialog|alertdialog)$/;
const CHROME_NAMES = /(^|[-_ ])(nav|navbar|navigation|menu|breadcrumbs?|sidebar|cookies?|consent|gdpr|share|sharing|social|newsletter|advert|ads|promo|skip-link|skiplink|pagination|site-header|site-footer|page-footer|related-(posts|articles))($|[-_ ])/i;
/** What must be left of a page for something to have been its surroundings: a short page is kept whole. */
const LEAST_LEFT_CHARACTERS = 400;
const LEAST_LEFT_SHARE = 0.4;
const LEAST_MAIN_CHARACTERS = 200;
const FEWEST_LINKS = 5;
const LINK_SHARE = 0.7;

/**
 * Leaves a page's content: the one `main` or `article` where the page marks one, else all but navigation, banners, footers
 * and blocks of links. What would leave almost nothing is not done. In place.
 */
export function keepContent(tree: Root): void {
  const main = findMain(tree);
  if (main) tree.children = [main];
  const whole = lengthOf(tree);
  const chrome: { parent: Parents; node: Element }[] = [];
  visit(tree, "element", (node, _, parent) => {
    if (parent === undefined || node === main || !isChrome(node, main !== null)) return undefined;
    chrome.push({ parent, node });
    return SKIP;
  });
  const left = whole - chrome.reduce((sum, { node }) => sum + lengthOf(node), 0);
  if (left < LEAST_LEFT_CHARACTERS || left < whole * LEAST_LEFT_SHARE) return;
  for (const { parent, node } of chrome) parent.children.splice(parent.children.indexOf(node), 1);
}

function findMain(tree: Root): Element | null {
  const mains: Element[] = [];
  const articles: Element[] = [];
  visit(tree, "element", (node) => {
    if (node.tagName === "main" || node.properties["role"] === "main") mains.push(node);
    else if (node.tagName === "article") articles.push(node);
  });
  const [one] = mains.length === 1 ? mains : articles.length === 1 ? articles : [];
  const isMost = one !== undefined && lengthOf(one) >= LEAST_MAIN_CHARACTERS && (mains.length === 1 || lengthOf(one) > lengthOf(tree) / 2);
  return isMost ? one : null;
}

function isChrome(node: Element, isInMain: boolean): boolean {
  if (node.tagName === "nav" || CHROME_ROLES.test(node.properties["role"] ?? "")) return true;
  if (!isInMain && ["header", "footer", "aside"].includes(node.tagName)) return true;
  if (["body", "html", "main", "article"].includes(node.tagName)) return false;
  const names = [node.properties["id"], node.properties["className"]].flat().filter((name) => typeof name === "string").join(" ");
  if (CHROME_NAMES.test(names)) return true;
  return ["ul", "ol", "div", "section", "table"].includes(node.tagName) && isLinkBlock(node);
}

/** A block that is nearly all links, and short ones: a menu. */
function isLinkBlock(node: Element): boolean {
  let links = 0;
  let linked = 0;
  visit(node, "element", (inner) => {
    if (inner.tagName !== "a") return undefined;
    links += 1;
    linked += lengthOf(inner);
    return SKIP;
  });
  const whole = lengthOf(node);
  return links >= FEWEST_LINKS && linked / links < 40 && linked >= whole * LINK_SHARE;
}

function lengthOf(node: Root | Element): number {
  return textOf(node).replace(/\s+/g, "").length;
}
