import { parse } from "yaml";
import { z } from "zod";
import { messageOf } from "../lib/app-error.ts";
import { isRecord } from "../lib/is-record.ts";

/** A source file as it is served: front matter parsed, `body` the Markdown after it with single line feeds. */
export type Article = { title: string; audience: string[]; language: string; updatedAt: string | null; product: string | null; brand: string | null; body: string };

/** What holds where the front matter says nothing. An empty audience is none: then the article has to name its own. */
type Fallback = { audience: readonly string[]; language?: string | undefined };

export type ParsedArticle = { kind: "ok"; article: Article } | { kind: "failed"; reason: string };

/** Longest article in bytes; a longer file is refused by name. */
const MAX_ARTICLE_BYTES = 2_000_000;

export const audienceName = z.string().regex(/^[a-z0-9][a-z0-9_:.-]{0,62}$/, "use lower-case letters, digits and - _ : .");

export const languageTag = z.string().regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, "use a language tag such as en or pt-BR");

const facet = z.string().trim().min(1).max(120).optional();

const frontMatter = z.object({
  title: z.string().trim().min(1).max(300),
  audience: z.union([audienceName.transform((one) => [one]), z.array(audienceName).min(1).max(50)]),
  language: languageTag.default("en"),
  updated: z.string().refine((text) => !Number.isNaN(Date.parse(text)), "not a date").optional(),
  product: facet,
  brand: facet,
});

const FRONT = /^---[ \t]*\n([\s\S]*?)\n---[ \t]*(?:\n|$)/;

/** Whether a text begins as articles do. */
export function hasFrontMatter(bytes: Uint8Array): boolean {
  return /^(?:\xef\xbb\xbf)?---[ \t]*\r?\n/.test(Buffer.from(bytes.subarray(0, 64)).toString("latin1"));
}

/**
 * Reads one Markdown file with YAML front matter: `title`, `audience` (who may see it; never assumed, but a source may give one to all its articles), `language`, `updated`, `product`, `brand`.
 *
 * Shapes: `updatedAt` ISO 8601 UTC or null. Expected faults (not UTF-8, bad front matter, empty, too long) are values with
 * a reason a writer can act on; never throws. Replay: pure.
 */
export function parseArticle(bytes: Uint8Array, fallback: Fallback = { audience: [] }): ParsedArticle {
  if (bytes.byteLength > MAX_ARTICLE_BYTES) return failed(`longer than ${MAX_ARTICLE_BYTES} bytes`);
  const text = decode(bytes);
  if (text === null) return failed("not UTF-8 text");
  if (text.includes("\u0000")) return failed("holds a NUL character; not a text file");
  const front = FRONT.exec(text);
  if (!front) return failed("no front matter: the file must begin with --- lines giving title and audience");
  const values = parseYaml(front[1] ?? "");
  if (values.kind === "failed") return values;
  const checked = frontMatter.safeParse(isRecord(values.value) ? { ...(fallback.audience.length > 0 ? fallback : { language: fallback.language }), ...values.value } : values.value);
  if (!checked.success) {
    return failed(`front matter: ${checked.error.issues.map((issue) => `${issue.path.join(".") || "values"}: ${issue.message}`).join("; ")}`);
  }
  const body = text.slice(front[0].length);
  if (body.trim() === "") return failed("nothing stands after the front matter");
  const { title, audience, language, updated, product = null, brand = null } = checked.data;
  const updatedAt = updated === undefined ? null : new Date(updated).toISOString();
  return { kind: "ok", article: { title: title.replace(/\s+/g, " "), audience: [...new Set(audience)].sort(), language, updatedAt, product, brand, body } };
}

function failed(reason: string): { kind: "failed"; reason: string } {
  return { kind: "failed", reason };
}

/** The text with line feeds only and without a byte order mark; null when the bytes are not UTF-8. */
function decode(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes).replace(/\r\n?/g, "\n");
  } catch {
    return null; // the only thing a fatal decoder throws for
  }
}

function parseYaml(text: string): { kind: "ok"; value: unknown } | { kind: "failed"; reason: string } {
  try {
    return { kind: "ok", value: parse(text, { maxAliasCount: 20, logLevel: "error" }) };
  } catch (error) {
    return failed(`front matter is not YAML: ${messageOf(error).split("\n", 1)[0] ?? ""}`);
  }
}
