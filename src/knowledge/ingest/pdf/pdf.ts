import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { getDocument, OPS, PDFDateString, VerbosityLevel, type PDFDocumentProxy, type PDFPageProxy } from "pdfjs-dist/legacy/build/pdf.mjs";
import { messageOf } from "../../../lib/app-error.ts";
import { isRecord } from "../../../lib/is-record.ts";
import { usefulTitle } from "../formats/core-properties.ts";
import { readPicture } from "../ocr.ts";
import { Refused, validDate, type ReadDocument, type Reading } from "../reading.ts";
import { orderByColumns } from "./page-columns.ts";
import { removeFurniture } from "./page-furniture.ts";
import { readFragments } from "./page-fragments.ts";
import { toSegments, type Segment } from "./page-rows.ts";
import { bodySizeOf, headingSizes, wordsOf, writeAreas } from "./write-lines.ts";

/** Fewer letters on a page with a picture: it is a scan. */
const SCAN_LETTERS = 25;
const OCR_DOTS_PER_INCH = 200;
const MAX_OCR_PIXELS = 12_000_000;
const PICTURES: readonly number[] = [OPS.paintImageXObject, OPS.paintInlineImageXObject, OPS.paintImageMaskXObject];

/** A page's text, or what OCR read of its picture. */
type Page = { segments: Segment[]; scanned: string };

/**
 * A PDF: text in reading order over columns, headings by size, tables where the places of words show them, repeated tops
 * and bottoms of pages left out, hyphenation undone; scanned pages are read by OCR. Scripts and links in it do nothing.
 */
export async function readPdf(bytes: Uint8Array, reading: Reading): Promise<ReadDocument> {
  const resources = pathToFileURL(`${dirname(createRequire(import.meta.url).resolve("pdfjs-dist/package.json"))}/`).href;
  const task = getDocument({
    data: Uint8Array.from(bytes), verbosity: VerbosityLevel.ERRORS, useSystemFonts: false, disableFontFace: true, enableXfa: false,
    standardFontDataUrl: fileOf(resources, "standard_fonts/"), cMapUrl: fileOf(resources, "cmaps/"), cMapPacked: true, wasmUrl: fileOf(resources, "wasm/"), iccUrl: fileOf(resources, "iccs/"),
  });
  try {
    const document = await task.promise;
    const pages = await readPages(document, reading);
    const { title, updatedAt } = await readFacts(document);
    const body = writePages(pages);
    return { title: title ?? /^# (.+)$/m.exec(body.slice(0, 3_000))?.[1] ?? null, body, updatedAt };
  } catch (error) {
    throw refusalOf(error);
  } finally {
    await task.destroy();
  }
}

/** Paths, not addresses: the library reads them from the disk. */
function fileOf(resources: string, folder: string): string {
  return join(new URL(resources).pathname, folder);
}

function refusalOf(error: unknown): unknown {
  const name = error instanceof Error ? error.name : "";
  if (name === "PasswordException") return new Refused("encrypted", "The PDF is protected by a password. Remove the password and add it again.", error);
  if (name === "InvalidPDFException" || name === "FormatError") return new Refused("broken", "The PDF is damaged: it is cut off or its inner table is wrong. Save or download it again.", error);
  return error;
}

async function readPages(document: PDFDocumentProxy, reading: Reading): Promise<Page[]> {
  const pages: Page[] = [];
  const count = Math.min(document.numPages, reading.limits.maxPages);
  for (let number = 1; number <= count; number += 1) {
    if (performance.now() > reading.budget.deadlineMs) {
      reading.warn("pages_left_out", `Reading took too long and ended after page ${number - 1} of ${document.numPages}. Split the PDF.`);
      return pages;
    }
    try {
      const page = await document.getPage(number);
      pages.push(await readPage(page, reading));
      page.cleanup();
    } catch (error) {
      reading.warn("partly_broken", `Page ${number} is damaged and was left out: ${messageOf(error).slice(0, 120)}`);
    }
  }
  if (count < document.numPages) reading.warn("pages_left_out", `Only the first ${count} of ${document.numPages} pages were read. Split the PDF.`);
  if (pages.length === 0) throw new Refused("broken", "The PDF is damaged: none of its pages can be read. Save or download it again.");
  return pages;
}

async function readPage(page: PDFPageProxy, reading: Reading): Promise<Page> {
  const segments = toSegments(await readFragments(page));
  const letters = segments.reduce((sum, segment) => sum + segment.text.replace(/[^\p{L}\p{N}]/gu, "").length, 0);
  if (letters >= SCAN_LETTERS || !(await hasPicture(page))) return { segments, scanned: "" };
  const scanned = await scanPage(page, reading);
  return scanned === "" ? { segments, scanned } : { segments: [], scanned };
}

async function hasPicture(page: PDFPageProxy): Promise<boolean> {
  const { fnArray } = await page.getOperatorList();
  return fnArray.some((operation: number) => PICTURES.includes(operation));
}

async function scanPage(page: PDFPageProxy, reading: Reading): Promise<string> {
  const { createCanvas } = await import("@napi-rs/canvas");
  const plain = page.getViewport({ scale: 1 });
  const scale = Math.min(OCR_DOTS_PER_INCH / 72, Math.sqrt(MAX_OCR_PIXELS / Math.max(plain.width * plain.height, 1)));
  const viewport = page.getViewport({ scale });
  const canvas = createCanvas(Math.ceil(viewport.width), Math.ceil(viewport.height));
  // The library types a browser's canvas; this one has what it calls.
  const rendering = page.render({ canvas: null, canvasContext: Object(canvas.getContext("2d")), viewport });
  await rendering.promise;
  const text = await readPicture(canvas.toBuffer("image/png"), reading);
  if (text !== "") reading.warn("read_by_ocr", "Scanned pages were read by OCR; their text may hold wrong letters.");
  return text;
}

async function readFacts(document: PDFDocumentProxy): Promise<{ title: string | null; updatedAt: Date | null }> {
  const { info }: { info: unknown } = await document.getMetadata();
  const fact = (name: string) => (isRecord(info) && typeof info[name] === "string" ? info[name] : null);
  return { title: usefulTitle(fact("Title")), updatedAt: validDate(PDFDateString.toDateObject(fact("ModDate") ?? fact("CreationDate") ?? "")) };
}

function writePages(pages: readonly Page[]): string {
  const content = removeFurniture(pages.map((page) => page.segments));
  const bodySize = bodySizeOf(content);
  const words = wordsOf(content);
  const sizes = headingSizes(content, bodySize);
  const parts: string[] = [];
  let areas: Segment[][] = [];
  const close = () => {
    if (areas.length > 0) parts.push(writeAreas(areas, bodySize, words, sizes));
    areas = [];
  };
  // Text runs on over page ends, except where a scanned page lies between.
  content.forEach((segments, at) => {
    const scanned = pages[at]?.scanned ?? "";
    if (scanned === "") areas.push(...orderByColumns(segments));
    else {
      close();
      parts.push(scanned);
    }
  });
  close();
  return parts.join("\n\n");
}
