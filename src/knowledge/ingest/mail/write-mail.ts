import { sha256Bytes } from "../../../lib/sha256.ts";
import type { MailAttachment, MailFields } from "../parsed-document.ts";
import { validDate, type ReadDocument, type Reading } from "../reading.ts";
import { oneLine } from "../text/clean-markdown.ts";

/** `isInline` for pictures that belong to the text: signatures and logos are not read. */
export type AttachedFile = { bytes: Uint8Array; name: string | null; mediaType: string; contentId: string | null; isInline: boolean };

const PICTURE_FROM_BYTES = 20_000;

/** A mail as a document: its text, then the text of each attachment that can be read, under a heading with its name. */
export async function writeMail(fields: Omit<MailFields, "attachments">, text: string, files: readonly AttachedFile[], reading: Reading): Promise<ReadDocument> {
  const parts = [text];
  const attachments: MailAttachment[] = [];
  for (const file of files) {
    const { attachment, body } = await readAttachment(file, reading);
    attachments.push(attachment);
    if (body !== null) parts.push(`## ${oneLine(file.name ?? "Attachment")}`, body);
  }
  const body = parts.filter((part) => part.trim() !== "").join("\n\n");
  if (body === "") reading.warn("no_text", "The mail has no text.");
  return { title: fields.subject === "" ? null : fields.subject, body, updatedAt: validDate(fields.date), mail: { ...fields, attachments } };
}

async function readAttachment(file: AttachedFile, reading: Reading): Promise<{ attachment: MailAttachment; body: string | null }> {
  const facts = { name: file.name, mediaType: file.mediaType, byteLength: file.bytes.byteLength, sha256: sha256Bytes(file.bytes), contentId: file.contentId };
  if (file.mediaType.startsWith("image/") && (file.isInline || file.bytes.byteLength < PICTURE_FROM_BYTES)) return { attachment: { ...facts, outcome: { kind: "left_out", reason: "a picture that belongs to the text" } }, body: null };
  const read = await reading.readInner({ bytes: file.bytes, name: file.name ?? "", mediaType: file.mediaType });
  if (read.kind === "ok") return { attachment: { ...facts, outcome: { kind: "read", format: read.document.format } }, body: read.document.body };
  if (read.code !== "empty") reading.warn("part_refused", `The attachment ${file.name ?? "without a name"} was left out (${read.code}): ${read.reason}`);
  return { attachment: { ...facts, outcome: { kind: "left_out", reason: read.reason } }, body: null };
}
