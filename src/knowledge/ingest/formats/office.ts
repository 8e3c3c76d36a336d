import { parseOffice, type SupportedFileType } from "officeparser";
import { messageOf } from "../../../lib/app-error.ts";
import { openZip, repackZip } from "../open-zip.ts";
import { Refused, validDate, type FormatReader, type ReadDocument, type Reading } from "../reading.ts";
import { readCoreProperties, usefulTitle } from "./core-properties.ts";
import { firstHeading } from "./markdown.ts";
import { writeOfficeTree } from "./office-tree.ts";

/** Slides and OpenDocument texts; everything packed is counted before it is unpacked. */
export function officeReader(type: "pptx" | "odt" | "odp"): FormatReader {
  return async (bytes, reading) => {
    const files = openZip(bytes, reading.budget);
    const manifest = files.get("META-INF/manifest.xml");
    if (manifest && Buffer.from(manifest).includes("encryption-data")) throw new Refused("encrypted", "The document is protected by a password. Remove the password and add it again.");
    const properties = readCoreProperties(files.get("docProps/core.xml") ?? files.get("meta.xml"), reading);
    const read = await parse(repackZip(files), type, reading);
    return { ...read, title: properties.title ?? read.title, updatedAt: properties.updatedAt ?? read.updatedAt ?? null };
  };
}

/** Rich text. */
export function readRtf(bytes: Uint8Array, reading: Reading): Promise<ReadDocument> {
  return parse(bytes, "rtf", reading);
}

async function parse(bytes: Uint8Array, type: SupportedFileType & ("pptx" | "odt" | "odp" | "rtf"), reading: Reading): Promise<ReadDocument> {
  const decompressionLimits = { maxUncompressedBytes: reading.limits.maxUnpackedBytes, maxZipEntries: 20_000 };
  const tree = await parseOffice(Buffer.from(bytes), { fileType: type, extractAttachments: false, ocr: false, ignoreComments: true, ignoreHeadersAndFooters: true, ignoreSlideMasters: true, decompressionLimits }).catch((error: unknown) => {
    if (/password|encrypted/i.test(messageOf(error))) throw new Refused("encrypted", "The document is protected by a password. Remove the password and add it again.", error);
    throw error;
  });
  const body = writeOfficeTree(tree.content);
  return { title: usefulTitle(tree.metadata.title) ?? firstHeading(body), body, updatedAt: validDate(tree.metadata.modified) };
}
