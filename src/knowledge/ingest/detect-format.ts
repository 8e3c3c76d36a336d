import { extname } from "node:path";
import { unzipSync } from "fflate";
import { readCompoundNames } from "./compound-file.ts";
import type { DocumentFormat } from "./parsed-document.ts";
import { decodeText } from "./text/decode-text.ts";

/** `isWrongExtension` when the name promises another kind of file than the content is. */
export type DetectedFormat = { format: DocumentFormat; isWrongExtension: boolean } | { format: null; seems: string };

const BY_EXTENSION: Record<string, DocumentFormat> = {
  pdf: "pdf", docx: "docx", docm: "docx", dotx: "docx", pptx: "pptx", pptm: "pptx", ppsx: "pptx", xlsx: "xlsx", xlsm: "xlsx", odt: "odt", ott: "odt", odp: "odp", ods: "ods", epub: "epub",
  doc: "doc", dot: "doc", ppt: "ppt", pps: "ppt", xls: "xls", rtf: "rtf", html: "html", htm: "html", xhtml: "html", md: "markdown", markdown: "markdown", mdx: "markdown", org: "org", rst: "rst", rest: "rst",
  xml: "xml", csv: "csv", tsv: "csv", tab: "csv", txt: "text", text: "text", log: "text", json: "text", jsonl: "text", yaml: "text", yml: "text", eml: "eml", mht: "eml", msg: "msg",
  png: "image", jpg: "image", jpeg: "image", webp: "image", gif: "image", bmp: "image", tif: "image", tiff: "image", zip: "zip",
};
const BY_MEDIA_TYPE: Record<string, DocumentFormat> = {
  "text/html": "html", "application/xhtml+xml": "html", "text/markdown": "markdown", "text/csv": "csv", "text/tab-separated-values": "csv", "text/xml": "xml", "application/xml": "xml",
  "message/rfc822": "eml", "text/org": "org", "text/x-rst": "rst", "text/plain": "text",
};
/** Formats made of text: the content alone does not always tell them apart, so the name decides between them. */
const TEXT_FORMATS: ReadonlySet<DocumentFormat> = new Set(["html", "markdown", "org", "rst", "xml", "csv", "text", "eml"]);
const SAMPLE_BYTES = 65_536;

/** The kind of a file: by its content first, by media type and extension where content leaves it open. Never throws. Replay: pure. */
export function detectFormat(bytes: Uint8Array, name: string, mediaType?: string): DetectedFormat {
  const named = BY_EXTENSION[extname(name).slice(1).toLowerCase()] ?? null;
  const binary = binaryFormat(bytes);
  if (binary !== null) return binary.format === null ? binary : { format: binary.format, isWrongExtension: named !== null && named !== binary.format };
  const sample = decodeText(bytes.subarray(0, SAMPLE_BYTES)).text;
  if (isBinary(sample)) return { format: null, seems: named === null ? "an unknown binary file" : `not a ${extname(name).slice(1).toUpperCase()} file, although its name says so` };
  const typed = mediaType === undefined ? null : (BY_MEDIA_TYPE[mediaType.split(";", 1)[0]?.trim().toLowerCase() ?? ""] ?? null);
  const promised = named !== null && TEXT_FORMATS.has(named) ? named : null;
  const sure = sureTextFormat(sample);
  if (promised === null || (promised === "text" && extname(name).slice(1).toLowerCase() === "txt" && sure !== null)) {
    return { format: sure ?? typed ?? "text", isWrongExtension: named !== null && promised === null };
  }
  if (promised === "eml" && sure !== "eml" && sure !== null) return { format: sure, isWrongExtension: true };
  return { format: promised, isWrongExtension: false };
}

function startsWith(bytes: Uint8Array, start: string, at = 0): boolean {
  for (let index = 0; index < start.length; index += 1) if (bytes[at + index] !== start.charCodeAt(index)) return false;
  return true;
}

/** By magic numbers; null for what may be text. */
function binaryFormat(bytes: Uint8Array): { format: DocumentFormat } | { format: null; seems: string } | null {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 1_024)).toString("latin1");
  if (head.includes("%PDF-")) return { format: "pdf" };
  if (startsWith(bytes, "PK\u0003\u0004") || startsWith(bytes, "PK\u0005\u0006")) return { format: zipFormat(bytes) };
  if (startsWith(bytes, "\u00d0\u00cf\u0011\u00e0\u00a1\u00b1\u001a\u00e1")) return { format: compoundFormat(bytes) };
  if (/^\s*\{\\rtf/.test(head)) return { format: "rtf" };
  const isImage = ["\u0089PNG\r\n", "\u00ff\u00d8\u00ff", "GIF87a", "GIF89a", "II*\u0000", "MM\u0000*"].some((start) => startsWith(bytes, start)) || (startsWith(bytes, "RIFF") && startsWith(bytes, "WEBP", 8));
  if (isImage || (startsWith(bytes, "BM") && bytes[5] === 0 && bytes.byteLength > 26 && bytes[14] === 40)) return { format: "image" };
  const other = ([["Rar!", "a RAR archive"], ["7z\u00bc\u00af", "a 7z archive"], ["\u001f\u008b", "a gzip archive"], ["\u007fELF", "a program"], ["MZ\u0090", "a program"], ["ID3", "a sound file"], ["OggS", "a sound file"]] as const).find(([start]) => startsWith(bytes, start));
  return other ? { format: null, seems: other[1] } : null;
}

/** What is packed in a ZIP, by the names in it: local headers and central directory hold them as plain bytes. */
function zipFormat(bytes: Uint8Array): DocumentFormat {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const mime = statedType(bytes);
  if (mime.includes("epub")) return "epub";
  if (mime.includes("opendocument.text")) return "odt";
  if (mime.includes("opendocument.presentation")) return "odp";
  if (mime.includes("opendocument.spreadsheet")) return "ods";
  const isOffice = all.includes("[Content_Types].xml");
  if (isOffice && all.includes("word/document")) return "docx";
  if (isOffice && all.includes("ppt/presentation.xml")) return "pptx";
  return isOffice && all.includes("xl/workbook") ? "xlsx" : "zip";
}

/** The file `mimetype` of EPUB and OpenDocument. */
function statedType(bytes: Uint8Array): string {
  try {
    const { mimetype } = unzipSync(bytes, { filter: ({ name, originalSize }) => name === "mimetype" && originalSize < 200 });
    return mimetype === undefined ? "" : Buffer.from(mimetype).toString("latin1");
  } catch {
    return Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 130)).toString("latin1", 38); // cut off; its reader will say so
  }
}

/** What a compound file is, by its streams. An encrypted package is named by what it mostly is, and refused by its reader. */
function compoundFormat(bytes: Uint8Array): DocumentFormat {
  const names = readCompoundNames(bytes);
  if (names.has("WordDocument")) return "doc";
  if (names.has("PowerPoint Document")) return "ppt";
  return [...names].some((name) => name.startsWith("__substg1.0_") || name.startsWith("__properties_version")) ? "msg" : "xls";
}

function isBinary(text: string): boolean {
  if (text === "") return false;
  const strange = text.match(/[\ufffd\u0001-\u0008\u000e-\u001a\u001c-\u001f]/g)?.length ?? 0;
  return strange > text.length * 0.05;
}

/** Text formats that cannot be mistaken. */
function sureTextFormat(text: string): DocumentFormat | null {
  const head = text.trimStart().slice(0, 2_000);
  if (/^(<!doctype html|<html[\s>])/i.test(head) || (head.startsWith("<?xml") && /<html[\s>]/i.test(head))) return "html";
  if (/^<\?xml\s/.test(head)) return "xml";
  const fields = /^((?:[A-Za-z][A-Za-z0-9-]*:[^\n]*\n(?:[ \t][^\n]*\n)*)+)\n/.exec(`${text.trimStart().slice(0, 20_000)}\n\n`)?.[1] ?? "";
  const isMail = /^(message-id|received|mime-version|return-path|delivered-to):/im.test(fields) && /^(from|to|subject|date):/im.test(fields);
  return isMail ? "eml" : null;
}
