import type { Element, Nodes, Root } from "hast";
import { textOf } from "./hast-text.ts";

/** What stands below an element: characters but white space, links, and characters of links. */
export type TreeMeasure = { length: number; links: number; linked: number };

const NOTHING: TreeMeasure = { length: 0, links: 0, linked: 0 };

/** The measures of a tree and of every element in it, each node visited once and without recursion. */
export function measureTree(tree: Root): (node: Root | Element) => TreeMeasure {
  const measures = new Map<Nodes, TreeMeasure>();
  const order: (Root | Element)[] = [tree];
  for (let at = 0; at < order.length; at += 1) for (const child of order[at]?.children ?? []) if (child.type === "element") order.push(child);
  for (const node of order.reverse()) {
    const sum = { ...NOTHING };
    for (const child of node.children) {
      const below = child.type === "text" ? { ...NOTHING, length: child.value.replace(/\s+/g, "").length } : (measures.get(child) ?? NOTHING);
      sum.length += below.length;
      sum.links += below.links;
      sum.linked += below.linked;
    }
    measures.set(node, node.type === "element" && node.tagName === "a" ? { length: sum.length, links: 1, linked: sum.length } : sum);
  }
  return (node) => measures.get(node) ?? NOTHING;
}

/** Deeper than any page that people have made, and as deep as what works on the tree can go. */
const DEEPEST = 250;

/** What is nested deeper than that becomes the text it holds, in place. */
export function flattenDepths(tree: Root): void {
  let level: Element[] = tree.children.filter((child) => child.type === "element");
  for (let depth = 1; level.length > 0; depth += 1) {
    if (depth === DEEPEST) {
      for (const node of level) node.children = [{ type: "text", value: textOf(node) }];
      return;
    }
    level = level.flatMap((node) => node.children.filter((child) => child.type === "element"));
  }
}
