import type { ASTNode } from "@marcbachmann/cel-js";
import { COMPREHENSIONS, childrenOf } from "./cel-tree.ts";

type Insertion = { at: number; text: string; /** Characters that it takes the place of. */ over: number };

/**
 * The same expression with what keeps it bounded and lets it mix types: comprehensions inside comprehensions count the
 * items they visit, `matches` goes to patterns of linear time, branches of `? :` may differ. Null: nothing had to change.
 */
export function boundExpression(source: string, tree: ASTNode): string | null {
  const insertions: Insertion[] = [];
  collect(source, tree, 0, insertions);
  if (insertions.length === 0) return null;
  // Stable: of two at one place the outer one, collected first, opens first; closings are collected inner ones first.
  insertions.sort((left, right) => left.at - right.at);
  let made = "";
  let position = 0;
  for (const { at, text, over } of insertions) {
    made += source.slice(position, at) + text;
    position = at + over;
  }
  return made + source.slice(position);
}

function collect(source: string, node: ASTNode, depth: number, into: Insertion[]): void {
  // A name bound to a list and added to itself, again and again, would double each time.
  if (node.op === "+" && depth > 0) {
    into.push({ at: node.range.start, text: "visit(", over: 0 });
    for (const child of node.args) collect(source, child, depth, into);
    into.push({ at: node.range.end, text: ")", over: 0 });
  } else if (node.op === "rcall" && node.args[0] === "bind") {
    for (const arg of node.args[2]) collect(source, arg, depth + 1, into);
  } else if (node.op === "rcall" && COMPREHENSIONS.has(node.args[0])) {
    const [, receiver, args] = node.args;
    collectWrapped(source, receiver, depth > 0 ? "visit" : null, depth, into);
    for (const arg of args) collect(source, arg, depth + 1, into);
  } else if (node.op === "rcall" && node.args[0] === "matches") {
    const [name, receiver, args] = node.args;
    collect(source, receiver, depth, into);
    const at = source.indexOf(name, receiver.range.end);
    into.push({ at, text: "matchesPattern", over: name.length });
    for (const arg of args) collect(source, arg, depth, into);
  } else if (node.op === "?:") {
    const [condition, yes, no] = node.args;
    collect(source, condition, depth, into);
    for (const branch of [yes, no]) collectWrapped(source, branch, "dyn", depth, into);
  } else for (const child of childrenOf(node)) collect(source, child, depth, into);
}

function collectWrapped(source: string, node: ASTNode, wrapper: string | null, depth: number, into: Insertion[]): void {
  if (wrapper !== null) into.push({ at: node.range.start, text: `${wrapper}(`, over: 0 });
  collect(source, node, depth, into);
  if (wrapper !== null) into.push({ at: node.range.end, text: ")", over: 0 });
}
