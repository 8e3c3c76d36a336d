import { oneLine } from "../text/clean-markdown.ts";
import type { ReadDocument, Reading } from "../reading.ts";
import { decodeWarned } from "./plain-text.ts";

/** Org mode as Markdown: headings, lists, tables, blocks, links and emphasis. Includes are named in a warning and never followed. */
export function readOrg(bytes: Uint8Array, reading: Reading): ReadDocument {
  let title: string | null = null;
  let block: string | null = null;
  const lines: string[] = [];
  for (const line of decodeWarned(bytes, reading).split("\n")) {
    const [, keyword = "", value = ""] = /^\s*#\+(\w+):?[ \t]*(.*)$/.exec(line) ?? [];
    const word = keyword.toLowerCase();
    if (word.startsWith("begin_")) {
      block = word.slice(6);
      if (block === "src" || block === "example") lines.push(`\`\`\`${block === "src" ? (value.split(" ", 1)[0] ?? "") : ""}`);
    } else if (word.startsWith("end_")) {
      if (block === "src" || block === "example") lines.push("```");
      block = null;
    } else if (block === "src" || block === "example") lines.push(line);
    else if (word === "title") title = oneLine(value) || null;
    else if (word === "include") reading.warn("include_left_out", `Another file is included and was left out: ${value.slice(0, 200)}`);
    else if (word === "" && !/^\s*:[A-Z_]+:(\s|$)/.test(line) && !/^\s*# /.test(line)) lines.push(orgLine(line, block === "quote"));
  }
  return { title: title ?? /^#+ (.+)$/m.exec(lines.slice(0, 5).join("\n"))?.[1] ?? null, body: lines.join("\n") };
}

function orgLine(line: string, isQuote: boolean): string {
  const [, stars, heading = ""] = /^(\*+) +(?:(?:TODO|DONE) +)?(.*?)(?: +:[\w@:]+:)?$/.exec(line) ?? [];
  if (stars !== undefined) return `\n${"#".repeat(Math.min(stars.length, 6))} ${inline(heading)}\n`;
  if (/^\s*\|[-+|]+\|?\s*$/.test(line)) return line.replaceAll("+", "|").replace(/-+/g, "---");
  return `${isQuote ? "> " : ""}${inline(line)}`;
}

function inline(text: string): string {
  return text
    .replace(/\[\[([^[\]]{1,2000})\]\[([^[\]]{1,500})\]\]/g, (_, target: string, words: string) => (/^(https?|mailto):/.test(target) ? `[${words}](${target})` : words))
    .replace(/\[\[((?:https?|mailto):[^[\]]{1,2000})\]\]/g, "<$1>")
    .replace(/(^|[\s(])[~=](\S(?:[^~=\n]{0,200}\S)?)[~=](?=$|[\s.,;:!?)])/g, "$1`$2`")
    .replace(/(^|[\s(])\*(\S(?:[^*\n]{0,500}\S)?)\*(?=$|[\s.,;:!?)])/g, "$1**$2**");
}
