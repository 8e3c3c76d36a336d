import iconv from "iconv-lite";
import { decodeText } from "../text/decode-text.ts";

const WORD = /=\?([^?\s*]+)(?:\*[^?\s]*)?\?([bBqQ])\?([^?]*)\?=/g;
/** White space between two encoded words is not part of the text. */
const BETWEEN_WORDS = /(\?=)\s+(?==\?[^?\s]+\?[bBqQ]\?)/g;

/** A header's value, given byte by byte, as text: encoded words (RFC 2047, raw bytes in them too) and bare 8-bit text. Never throws. */
export function decodeHeader(value: string): string {
  return mapWords(value, (text) => text, (text) => bareText(text)).replace(/\s+/g, " ").trim();
}

/** As `decodeHeader`, with `word` and `bare` deciding what becomes of decoded words and of the text around them. */
export function mapWords(value: string, word: (text: string) => string, bare: (text: string) => string): string {
  const parts: string[] = [];
  let last = 0;
  // Neighbours of one character set are decoded together: a letter may be cut in two.
  let charset = "";
  let bytes: Buffer[] = [];
  const close = () => {
    if (bytes.length > 0) parts.push(word(decodeCharset(Buffer.concat(bytes), charset)));
    bytes = [];
  };
  const text = value.replace(BETWEEN_WORDS, "$1");
  for (const match of text.matchAll(WORD)) {
    const [whole, named = "", kind = "", content = ""] = match;
    if (match.index > last || named !== charset) close();
    if (match.index > last) parts.push(bare(text.slice(last, match.index)));
    charset = named;
    bytes.push(kind.toLowerCase() === "b" ? Buffer.from(content, "base64") : quotedBytes(content));
    last = match.index + whole.length;
  }
  close();
  if (last < text.length) parts.push(bare(text.slice(last)));
  return parts.join("");
}

function quotedBytes(content: string): Buffer {
  return Buffer.from(content.replaceAll("_", " ").replace(/=([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))), "latin1");
}

/** Bytes in a named character set; where the name is unknown or the bytes do not fit, they are guessed. */
export function decodeCharset(bytes: Buffer, charset: string): string {
  const name = charset.trim().toLowerCase();
  return iconv.encodingExists(name) && !/^(us-)?ascii$/.test(name) ? iconv.decode(bytes, name) : decodeText(bytes).text;
}

/** Text given byte by byte: UTF-8 where it is, else Western European. */
function bareText(text: string): string {
  return /[\u0080-\u00ff]/.test(text) ? decodeText(Buffer.from(text, "latin1")).text : text;
}

/** A field with parameters, as `Content-Type` has them; continued and percent-encoded ones (RFC 2231) too. Names in lower case. */
export function readParameters(field: string): { value: string; parameters: Map<string, string> } {
  const value = (field.split(";", 1)[0] ?? "").trim().split(/\s/, 1)[0] ?? "";
  const pieces = new Map<string, { index: number; text: string; isEncoded: boolean }[]>();
  for (const [, name = "", index, star, quoted, bare] of field.matchAll(/([\w-]+)(?:\*(\d+))?(\*)?\s*=\s*(?:"((?:[^"\\]|\\.)*)"?|([^\s;]*))/g)) {
    const list = pieces.get(name.toLowerCase()) ?? [];
    list.push({ index: Number(index ?? 0), text: quoted === undefined ? (bare ?? "") : quoted.replace(/\\(.)/g, "$1"), isEncoded: star !== undefined });
    pieces.set(name.toLowerCase(), list);
  }
  return { value: value.toLowerCase(), parameters: new Map([...pieces].map(([name, list]) => [name, joinPieces(list)])) };
}

function joinPieces(pieces: readonly { index: number; text: string; isEncoded: boolean }[]): string {
  const sorted = pieces.toSorted((one, other) => one.index - other.index);
  if (!sorted.some((piece) => piece.isEncoded)) return decodeHeader(sorted.map((piece) => piece.text).join(""));
  const charset = /^([\w.:-]*)'[\w-]*'/.exec(sorted[0]?.text ?? "")?.[1] ?? "utf-8";
  const bytes = sorted.map(({ text, isEncoded }, at) => {
    const plain = at === 0 ? text.replace(/^[\w.:-]*'[\w-]*'/, "") : text;
    return isEncoded ? plain.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))) : plain;
  });
  return decodeCharset(Buffer.from(bytes.join(""), "latin1"), charset === "" ? "utf-8" : charset);
}
