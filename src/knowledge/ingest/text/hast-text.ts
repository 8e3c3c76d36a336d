import type { Nodes } from "hast";

/** All text below a node, as it stands. Iterative: pages nest thousands deep. */
export function textOf(node: Nodes): string {
  const parts: string[] = [];
  const open: Nodes[] = [node];
  for (let next = open.pop(); next; next = open.pop()) {
    if (next.type === "text") parts.push(next.value);
    else if ("children" in next) for (let at = next.children.length - 1; at >= 0; at -= 1) {
      const child = next.children[at];
      if (child) open.push(child);
    }
  }
  return parts.join("");
}
