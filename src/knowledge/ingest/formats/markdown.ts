import { parse } from "yaml";
import { isRecord } from "../../../lib/is-record.ts";
import { headingText, splitBlocks } from "../../markdown-blocks.ts";
import { validDate, type ReadDocument, type Reading } from "../reading.ts";
import { decodeWarned } from "./plain-text.ts";

const FRONT = /^---[ \t]*\n([\s\S]*?)\n(?:---|\.\.\.)[ \t]*(?:\n|$)/;

/** Markdown, with the title, date and language of its front matter where it has one. */
export function readMarkdown(bytes: Uint8Array, reading: Reading): ReadDocument {
  const text = decodeWarned(bytes, reading);
  const front = FRONT.exec(text);
  const values = front ? frontMatter(front[1] ?? "") : null;
  const body = front && values ? text.slice(front[0].length) : text;
  const word = (name: string) => (typeof values?.[name] === "string" ? values[name] : null);
  return { title: word("title") ?? firstHeading(body), body, language: word("language") ?? word("lang"), updatedAt: validDate(word("updated") ?? word("date") ?? word("lastmod")) };
}

/** The first heading when it opens the text. */
export function firstHeading(markdown: string): string | null {
  const [first] = splitBlocks(markdown.slice(0, 20_000));
  return first?.kind === "heading" ? headingText(markdown, first) || null : null;
}

/** Null when the lines between the dashes are not YAML: then they are text. */
function frontMatter(yaml: string): Record<string, unknown> | null {
  try {
    const value: unknown = parse(yaml, { maxAliasCount: 20, logLevel: "error", schema: "failsafe" });
    return isRecord(value) ? value : null;
  } catch {
    return null; // a text may well begin with a rule
  }
}
