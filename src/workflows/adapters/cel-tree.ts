import type { ASTNode } from "@marcbachmann/cel-js";

/** Methods that visit every item of their receiver. */
export const COMPREHENSIONS: ReadonlySet<string> = new Set(["all", "exists", "exists_one", "map", "filter"]);

/** The nodes directly under a node, from left to right. */
export function childrenOf(node: ASTNode): readonly ASTNode[] {
  switch (node.op) {
    case "value": case "id": return [];
    case ".": case ".?": return [node.args[0]];
    case "call": return node.args[1];
    case "rcall": return [node.args[1], ...node.args[2]];
    case "list": return node.args;
    case "map": return node.args.flat();
    case "!_": case "-_": return [node.args];
    default: return node.args;
  }
}

/** Every name in an expression, also those that it binds itself. */
export function* namesIn(node: ASTNode): Generator<string> {
  if (node.op === "id") yield node.args;
  for (const child of childrenOf(node)) yield* namesIn(child);
}
