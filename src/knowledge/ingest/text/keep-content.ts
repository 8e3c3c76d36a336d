import type { Element, Nodes, Parents, Root } from "hast";
import { SKIP, visit } from "unist-util-visit";
import { measureTree, type TreeMeasure } from "./measure-tree.ts";

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
  const measureOf = measureTree(tree);
  const main = findMain(tree, measureOf);
  if (main) tree.children = [main];
  const whole = measureOf(main ?? tree).length;
  const chrome = new Set<Element>();
  const parents = new Set<Parents>();
  visit(tree, "element", (node, _, parent) => {
    if (parent === undefined || node === main || !isChrome(node, main !== null, measureOf)) return undefined;
    chrome.add(node);
    parents.add(parent);
    return SKIP;
  });
  const left = whole - [...chrome].reduce((sum, node) => sum + measureOf(node).length, 0);
  if (left < LEAST_LEFT_CHARACTERS || left < whole * LEAST_LEFT_SHARE) return;
  for (const parent of parents) dropFrom(parent, chrome);
}

function dropFrom(parent: { children: Nodes[] }, dropped: ReadonlySet<Nodes>): void {
  parent.children = parent.children.filter((child) => !dropped.has(child));
}

type Measure = (node: Root | Element) => TreeMeasure;

function findMain(tree: Root, measureOf: Measure): Element | null {
  const mains: Element[] = [];
  const articles: Element[] = [];
  visit(tree, "element", (node) => {
    if (node.tagName === "main" || node.properties["role"] === "main") mains.push(node);
    else if (node.tagName === "article") articles.push(node);
  });
  const [one] = mains.length === 1 ? mains : articles.length === 1 ? articles : [];
  const isMost = one !== undefined && measureOf(one).length >= LEAST_MAIN_CHARACTERS && (mains.length === 1 || measureOf(one).length > measureOf(tree).length / 2);
  return isMost ? one : null;
}

function isChrome(node: Element, isInMain: boolean, measureOf: Measure): boolean {
  if (node.tagName === "nav" || CHROME_ROLES.test(node.properties["role"] ?? "")) return true;
  if (!isInMain && ["header", "footer", "aside"].includes(node.tagName)) return true;
  if (["body", "html", "main", "article"].includes(node.tagName)) return false;
  const names = [node.properties["id"], node.properties["className"]].flat().filter((name) => typeof name === "string").join(" ");
  if (CHROME_NAMES.test(names)) return true;
  return ["ul", "ol", "div", "section", "table"].includes(node.tagName) && isLinkBlock(measureOf(node));
}

/** A block that is nearly all links, and short ones: a menu. */
function isLinkBlock({ length, links, linked }: TreeMeasure): boolean {
  return links >= FEWEST_LINKS && linked / links < 40 && linked >= length * LINK_SHARE;
}
