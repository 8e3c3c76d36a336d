import { CFB } from "@e965/xlsx";
import { isRecord } from "../../lib/is-record.ts";
import { Refused } from "./reading.ts";

/** The streams of a compound file (DOC, PPT, XLS, MSG and encrypted DOCX, XLSX, PPTX) by path, `Root Entry/` left out. Throws `Refused` (`broken`). */
export function openCompoundFile(bytes: Uint8Array): Map<string, Uint8Array> {
  const streams = new Map<string, Uint8Array>();
  const { FullPaths: paths, FileIndex: entries } = readWhole(bytes);
  if (!Array.isArray(paths) || !Array.isArray(entries)) return streams;
  paths.forEach((path: unknown, at) => {
    const entry: unknown = entries[at];
    if (typeof path !== "string" || !isRecord(entry)) return;
    const content = entry["content"];
    const name = path.replace(/^Root Entry\//, "");
    if (content instanceof Uint8Array) streams.set(name, content);
    else if (Array.isArray(content)) streams.set(name, Uint8Array.from(content.filter((byte) => typeof byte === "number")));
    else streams.set(name, new Uint8Array());
  });
  return streams;
}

/** The last parts of the streams' paths; empty when the file is damaged. */
export function readCompoundNames(bytes: Uint8Array): Set<string> {
  try {
    return new Set([...openCompoundFile(bytes).keys()].map((path) => path.split("/").findLast((part) => part !== "") ?? ""));
  } catch (error) {
    if (error instanceof Refused) return new Set();
    throw error;
  }
}

/** Refuses an Office file that is encrypted as a whole: its only content is the encrypted package. */
export function refuseEncryptedPackage(streams: ReadonlyMap<string, Uint8Array>): void {
  if ([...streams.keys()].some((path) => path.endsWith("EncryptedPackage") || path.endsWith("EncryptionInfo"))) {
    throw new Refused("encrypted", "The document is protected by a password. Remove the password and add it again.");
  }
}

function readWhole(bytes: Uint8Array): Record<string, unknown> {
  try {
    const read: unknown = CFB.read(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), { type: "buffer" });
    return isRecord(read) ? read : {};
  } catch (error) {
    throw new Refused("broken", "The file is damaged: its inner table of contents cannot be read. Save or download it again.", error);
  }
}
