import { validDate, type ReadDocument, type Reading } from "../reading.ts";
import { decodeText } from "../text/decode-text.ts";
import { htmlToMarkdown } from "../text/html-to-markdown.ts";

/** A web page; what surrounds its content is left out. */
export function readHtml(bytes: Uint8Array, reading: Reading): ReadDocument {
  const decoded = decodeText(bytes, statedEncoding(bytes));
  if (decoded.isGuessed) reading.warn("encoding_guessed", `The page does not state its encoding; ${decoded.encoding} was assumed.`);
  const { title, body, language, updatedAt } = htmlToMarkdown(decoded.text, { isPage: true });
  return { title, body, language: language?.split("-", 1)[0]?.toLowerCase() ?? null, updatedAt: validDate(updatedAt) };
}

/** The encoding a page names in its head, or an XML document in its declaration. */
export function statedEncoding(bytes: Uint8Array): string | null {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 4_096)).toString("latin1");
  return /<meta[^>]+charset\s*=\s*["']?\s*([\w-]+)/i.exec(head)?.[1] ?? /<\?xml[^>]+encoding\s*=\s*["']([\w-]+)/i.exec(head)?.[1] ?? null;
}
