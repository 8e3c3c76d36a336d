import type { OfficeContentNode } from "officeparser";
import { escapeLine, oneLine } from "../text/clean-markdown.ts";
import { markdownTable } from "../text/markdown-table.ts";

/** The tree of `officeparser` as Markdown. Comments, charts and pictures are left out; speakers' notes stand below their slide. */
export function writeOfficeTree(nodes: readonly OfficeContentNode[]): string {
  const blocks: string[] = [];
  for (const node of nodes) writeNode(node, blocks);
  return blocks.join("\n\n").replace(/^( *(?:-|\d+\.) .*)\n\n(?= *(?:-|\d+\.) )/gm, "$1\n");
}

function writeNode(node: OfficeContentNode, blocks: string[]): void {
  switch (node.type) {
    case "heading": {
      const text = oneLine(textOf(node));
      if (text !== "") blocks.push(`${"#".repeat(Math.min(node.metadata?.level ?? 1, 6))} ${text}`);
      break;
    }
    case "list": {
      const text = oneLine(textOf(node));
      const mark = node.metadata?.listType === "ordered" ? `${(node.metadata.itemIndex ?? 0) + 1}.` : "-";
      if (text !== "") blocks.push(`${"   ".repeat(Math.min(node.metadata?.indentation ?? 0, 8))}${mark} ${text}`);
      break;
    }
    case "table":
      blocks.push(markdownTable((node.children ?? []).filter((row) => row.type === "row").map((row) => (row.children ?? []).map(textOf))));
      break;
    case "code":
      blocks.push(`\`\`\`\n${textOf(node)}\n\`\`\``);
      break;
    case "comment": case "header": case "footer": case "slideMaster": case "image": case "chart": case "embed": case "break":
      break;
    case "slide": case "sheet": case "page": case "drawing": case "admonition": case "definitionList": case "note":
      for (const child of node.children ?? []) writeNode(child, blocks);
      break;
    default: {
      const text = textOf(node).replace(/[^\S\n]+/g, " ").trim();
      if (text !== "") blocks.push(asText(text));
    }
  }
  for (const note of node.notes ?? []) writeNode(note, blocks);
}

/** A paragraph; a line that begins with a bullet character is a list item. */
function asText(text: string): string {
  const bullet = /^[•·▪◦\uf0b7]\s*(.*)$/s.exec(text)?.[1];
  return bullet === undefined ? escapeLine(text) : `- ${bullet}`;
}

/** All text below a node; paragraphs of a cell are parted by blanks. */
function textOf(node: OfficeContentNode): string {
  if (node.children === undefined || node.children.length === 0) return node.text ?? (node.type === "break" ? " " : "");
  const isBlocks = node.children.some((child) => child.type === "paragraph" || child.type === "list" || child.type === "table" || child.type === "row");
  return node.children.map(textOf).join(isBlocks ? " " : "");
}
