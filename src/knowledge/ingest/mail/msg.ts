import msgReader, { type FieldsData } from "@kenjiuno/msgreader";
import { Refused, validDate, type ReadDocument, type Reading } from "../reading.ts";
import type { MailAddress, MailFields } from "../parsed-document.ts";
import { decodeText } from "../text/decode-text.ts";
import { htmlToMarkdown } from "../text/html-to-markdown.ts";
import { parseMime } from "./mime-part.ts";
import { readMailFields } from "./mail-fields.ts";
import { writeMail, type AttachedFile } from "./write-mail.ts";

/** A mail as Outlook keeps it. The internet header is taken where the file holds one; what it lacks comes from Outlook's own fields. */
export function readMsg(bytes: Uint8Array, reading: Reading): Promise<ReadDocument> {
  const reader = new msgReader.default(Uint8Array.from(bytes).buffer);
  const data = reader.getFileData();
  if (data.error !== undefined) throw new Refused("broken", "The Outlook file is damaged and cannot be read. Save it again, or export it as EML.");
  const files = (data.attachments ?? []).map((attachment: FieldsData): AttachedFile => {
    const { fileName, content } = reader.getAttachment(attachment);
    const isMessage = attachment.innerMsgContent === true;
    return {
      bytes: content, name: isMessage ? `${fileName.replace(/\.msg$/i, "")}.msg` : fileName, mediaType: attachment.attachMimeTag ?? (isMessage ? "application/vnd.ms-outlook" : "application/octet-stream"),
      contentId: attachment.pidContentId ?? null, isInline: attachment.attachmentHidden === true,
    };
  });
  return writeMail(readFields(data), readBody(data), files, reading);
}

function readFields(data: FieldsData): Omit<MailFields, "attachments"> {
  const header = readMailFields(parseMime(Buffer.from(`${data.headers ?? ""}\r\n\r\n`)).headers);
  const people = (kind: string): MailAddress[] => (data.recipients ?? []).filter((one) => one.recipType === kind).map((one) => ({ name: one.name ?? "", address: one.smtpAddress ?? one.email ?? "" }));
  const sender = { name: data.senderName ?? "", address: data.senderSmtpAddress ?? data.senderEmail ?? "" };
  const either = (stated: MailAddress[], kept: MailAddress[]) => (stated.length > 0 ? stated : kept);
  return {
    ...header, from: either(header.from, sender.name === "" && sender.address === "" ? [] : [sender]), to: either(header.to, people("to")), cc: either(header.cc, people("cc")), bcc: either(header.bcc, people("bcc")),
    subject: data.subject ?? header.subject, date: header.date ?? validDate(data.clientSubmitTime ?? data.messageDeliveryTime)?.toISOString() ?? null,
    messageId: header.messageId ?? data.messageId?.replace(/^<|>$/g, "") ?? null,
  };
}

function readBody(data: FieldsData): string {
  const plain = (data.body ?? "").replace(/\r\n?/g, "\n");
  if (plain.trim() !== "") return plain;
  if (data.html !== undefined) return htmlToMarkdown(decodeText(data.html).text, { isPage: false }).body;
  return data.bodyHtml === undefined ? "" : htmlToMarkdown(data.bodyHtml, { isPage: false }).body;
}
