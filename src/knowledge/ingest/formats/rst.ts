import type { ReadDocument, Reading } from "../reading.ts";
import { decodeWarned } from "./plain-text.ts";

const UNDERLINE = /^([=\-~^"'`#*+:.<>_])\1{2,}\s*$/;
const CODE = /^(code|code-block|sourcecode|highlight|literalinclude|math|parsed-literal)$/;
const NAMED = /^(note|warning|tip|important|caution|danger|attention|hint|error|admonition|seealso|deprecated|versionadded|versionchanged|topic|rubric)$/;

/** reStructuredText as Markdown: underlined titles, directives, literals, links. Includes are named in a warning and never followed. */
export function readRst(bytes: Uint8Array, reading: Reading): ReadDocument {
  const source = decodeWarned(bytes, reading).split("\n");
  const marks: string[] = [];
  const lines: string[] = [];
  let title: string | null = null;
  for (let at = 0; at < source.length; at += 1) {
    const line = source[at] ?? "";
    const mark = UNDERLINE.exec(source[at + 1] ?? "")?.[1];
    if (UNDERLINE.test(line) && (lines.at(-1) ?? "") === "") continue;
    if (mark !== undefined && line.trim() !== "" && (source[at + 1] ?? "").trim().length >= line.trim().length - 1 && !UNDERLINE.test(line)) {
      if (!marks.includes(mark)) marks.push(mark);
      title ??= line.trim();
      lines.push("", `${"#".repeat(Math.min(marks.indexOf(mark) + 1, 6))} ${inline(line.trim())}`, "");
      at += 1;
      continue;
    }
    const [, indent = "", name = "", argument = ""] = /^(\s*)\.\. ([\w-]+)::[ \t]*(.*)$/.exec(line) ?? [];
    const isLiteral = name === "" && line.endsWith("::") && !line.trimStart().startsWith("..");
    if (name !== "" || isLiteral) {
      if (isLiteral && line.trim() !== "::") lines.push(inline(line.slice(0, -1)));
      const inner = indented(source, at + 1, indent.length);
      at = inner.end - 1;
      lines.push(...directive(isLiteral ? "code" : name, isLiteral ? "" : argument, inner.lines, reading));
    } else if (/^\s*\.\. (?!_)/.test(line) || /^\s*\.\.$/.test(line)) at = indented(source, at + 1, 0).end - 1;
    else if (!/^\s*\.\. _/.test(line)) lines.push(inline(line));
  }
  return { title, body: lines.join("\n") };
}

/** The lines below `at` that stand deeper than `indent`, without that indent. */
function indented(source: readonly string[], at: number, indent: number): { lines: string[]; end: number } {
  let end = at;
  while (end < source.length && ((source[end] ?? "").trim() === "" || indentOf(source[end] ?? "") > indent)) end += 1;
  const lines = source.slice(at, end);
  const depth = Math.min(...lines.filter((line) => line.trim() !== "").map((line) => line.length - line.trimStart().length), 80);
  return { lines: lines.map((line) => line.slice(depth)), end };
}

function directive(name: string, argument: string, inner: readonly string[], reading: Reading): string[] {
  const text = inner.filter((line, index) => !(/^:[\w-]+:/.test(line) && inner.slice(0, index).every((before) => before === "" || before.startsWith(":"))));
  if (name === "include") reading.warn("include_left_out", `Another file is included and was left out: ${argument.slice(0, 200)}`);
  if (CODE.test(name)) return ["", `\`\`\`${/^[\w+-]*$/.test(argument) ? argument : ""}`, ...trimBlank(text), "```", ""];
  if (NAMED.test(name)) return ["", ...(argument === "" ? [] : [inline(argument), ""]), ...text.map(inline), ""];
  return ["image", "figure", "toctree", "include", "contents", "raw", "meta", "index"].includes(name) ? [""] : ["", ...text.map(inline), ""];
}

function trimBlank(lines: readonly string[]): string[] {
  const from = lines.findIndex((line) => line.trim() !== "");
  const to = lines.findLastIndex((line) => line.trim() !== "");
  return from < 0 ? [] : lines.slice(from, to + 1);
}

function inline(text: string): string {
  return text
    .replace(/``([^`\n]{1,500})``/g, "\u0001$1\u0001")
    .replace(/`([^`<\n]{1,500}?)\s*<((?:https?|mailto):[^<>\n]{1,2000})>`__?/g, "[$1]($2)")
    .replace(/:[\w:-]+:`([^`<\n]{1,500}?)(?:\s*<[^<>\n]{1,500}>)?`/g, "$1")
    .replace(/`([^`\n]{1,500})`__?/g, "$1")
    .replaceAll("\u0001", "`");
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}
