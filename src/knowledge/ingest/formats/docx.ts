import mammoth from "mammoth";
import { openZip, repackZip } from "../open-zip.ts";
import type { ReadDocument, Reading } from "../reading.ts";
import { htmlToMarkdown } from "../text/html-to-markdown.ts";
import { firstHeading } from "./markdown.ts";
import { readCoreProperties } from "./core-properties.ts";

const STYLES = ["p[style-name='Title'] => h1:fresh", "p[style-name='Subtitle'] => h2:fresh", "p[style-name='Code'] => pre:fresh", "u => "];

/** A Word document: headings by style, lists, tables, notes and text boxes. Page headers and footers repeat and are left out. */
export async function readDocx(bytes: Uint8Array, reading: Reading): Promise<ReadDocument> {
  const files = openZip(bytes, reading.budget);
  const properties = readCoreProperties(files.get("docProps/core.xml"), reading);
  const noPictures = mammoth.images.imgElement(() => Promise.resolve({ src: "" }));
  const { value } = await mammoth.convertToHtml({ buffer: repackZip(files) }, { styleMap: STYLES, convertImage: noPictures });
  const { body } = htmlToMarkdown(value, { isPage: false });
  return { title: properties.title ?? firstHeading(body), body, updatedAt: properties.updatedAt };
}
