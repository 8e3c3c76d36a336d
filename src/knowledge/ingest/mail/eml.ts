import { Refused, type ReadDocument, type Reading } from "../reading.ts";
import { decodeText } from "../text/decode-text.ts";
import { htmlToMarkdown } from "../text/html-to-markdown.ts";
import { decodeCharset } from "./encoded-words.ts";
import { readMailFields } from "./mail-fields.ts";
import { headerText, parseMime, type MimePart } from "./mime-part.ts";
import { writeMail, type AttachedFile } from "./write-mail.ts";

/** The plain version of a text is taken when it holds at least this share of the formatted one's words. */
const LEAST_PLAIN_SHARE = 0.6;

/** A mail (RFC 5322 and MIME). Mails in UTF-16 and UTF-32 are read too. */
export function readEml(bytes: Uint8Array, reading: Reading): Promise<ReadDocument> {
  const { text, encoding } = decodeText(bytes.subarray(0, 4_096));
  const isWide = encoding.startsWith("utf-16") || encoding.startsWith("utf-32");
  const root = parseMime(isWide ? Buffer.from(decodeText(bytes).text) : bytes);
  if (root.headers.size === 0 && text.trim() === "") throw new Refused("empty", "The mail is empty.");
  const found = collectParts(root);
  return writeMail(readMailFields(root.headers), found.texts.join("\n\n"), found.files, reading);
}

/** The texts to read and the files attached, in order. */
function collectParts(root: MimePart): { texts: string[]; files: AttachedFile[] } {
  const texts: string[] = [];
  const files: AttachedFile[] = [];
  walk(root, true, "multipart/mixed", texts, files);
  return { texts, files };
}

function walk(part: MimePart, isFirst: boolean, within: string, texts: string[], files: AttachedFile[]): void {
  if (part.parts.length > 0 && part.type === "multipart/alternative") walkAlternatives(part, isFirst, texts, files);
  else if (part.parts.length > 0) part.parts.forEach((inner, index) => walk(inner, index === 0, part.type, texts, files));
  else if (isText(part, isFirst, within)) texts.push(readText(part));
  else if (!part.type.startsWith("multipart/") || part.content.length > 0) files.push(toFile(part, within));
}

/** Of alternatives one text is taken; what is attached to any of them is kept. */
function walkAlternatives(part: MimePart, isFirst: boolean, texts: string[], files: AttachedFile[]): void {
  const versions = part.parts.map((inner) => {
    const found: { texts: string[]; files: AttachedFile[] } = { texts: [], files: [] };
    walk(inner, isFirst, part.type, found.texts, found.files);
    return { text: found.texts.join("\n\n"), files: found.files, isPlain: inner.type === "text/plain" };
  });
  const words = (text: string) => text.split(/\s+/).length;
  const plain = versions.filter((version) => version.isPlain && version.text.trim() !== "").map((version) => version.text).join("\n\n");
  const formatted = versions.findLast((version) => !version.isPlain && version.text.trim() !== "")?.text ?? "";
  const chosen = plain !== "" && (formatted === "" || words(plain) >= words(formatted) * LEAST_PLAIN_SHARE) ? plain : formatted;
  if (chosen !== "") texts.push(chosen);
  for (const version of versions) files.push(...version.files);
}

/** A text part is read with the mail unless it is attached, or named and not the first (RFC 8621, section 4.1.4). */
function isText(part: MimePart, isFirst: boolean, within: string): boolean {
  if (part.type !== "text/plain" && part.type !== "text/html") return false;
  return part.disposition !== "attachment" && (isFirst || (part.name === null && within !== "multipart/related"));
}

function readText(part: MimePart): string {
  const charset = part.parameters.get("charset") ?? "";
  const text = (charset === "" ? decodeText(part.content).text : decodeCharset(part.content, charset)).replace(/\r\n?/g, "\n");
  if (part.type === "text/html") return htmlToMarkdown(text, { isPage: false }).body;
  return part.parameters.get("format")?.toLowerCase() === "flowed" ? text.replace(/(?<!^-- ) \n(?=[^\n>])/gm, " ") : text;
}

function toFile(part: MimePart, within: string): AttachedFile {
  const contentId = headerText(part, "content-id").replace(/^<|>$/g, "") || null;
  return { bytes: part.content, name: part.name, mediaType: part.type, contentId, isInline: part.disposition === "inline" || (contentId !== null && part.disposition !== "attachment") || within === "multipart/related" };
}
