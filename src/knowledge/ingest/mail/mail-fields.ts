import { addressParser } from "postal-mime";
import { validDate } from "../reading.ts";
import type { MailAddress, MailFields } from "../parsed-document.ts";
import { decodeHeader, mapWords } from "./encoded-words.ts";

/** Private-use characters that stand for decoded words while addresses are taken apart: a name may hold a comma. */
const PLACE_FROM = 0xe000;
const MAX_PLACES = 6_000;

/** The fields of a mail out of its header (values byte by byte, names in lower case). */
export function readMailFields(headers: ReadonlyMap<string, string>): Omit<MailFields, "attachments"> {
  const value = (name: string) => headers.get(name) ?? "";
  return {
    from: readAddresses(value("from")), to: readAddresses(value("to")), cc: readAddresses(value("cc")), bcc: readAddresses(value("bcc")), replyTo: readAddresses(value("reply-to")),
    subject: decodeHeader(value("subject")), date: readMailDate(value("date")), messageId: readIds(value("message-id"))[0] ?? null, inReplyTo: readIds(value("in-reply-to")), references: readIds(value("references")),
  };
}

/** Mailboxes of a field; groups are flattened. */
function readAddresses(field: string): MailAddress[] {
  const words: string[] = [];
  const plain = mapWords(field.slice(0, 500_000), (word) => {
    if (words.length >= MAX_PLACES) return word.replace(/[",;<>()@:]/g, " ");
    words.push(word);
    return String.fromCharCode(PLACE_FROM + words.length - 1);
  }, decodeBare);
  const restore = (text: string) => text.replace(/[\ue000-\uf8ff]/g, (place) => words[place.charCodeAt(0) - PLACE_FROM] ?? place).replace(/\s+/g, " ").trim();
  return addressParser(plain, { flatten: true }).flatMap((one) => (one.address === undefined ? [] : [{ name: restore(one.name), address: restore(one.address) }]));
}

function decodeBare(text: string): string {
  const decoded = /[\u0080-\u00ff]/.test(text) ? decodeHeader(text) : text;
  return `${/^\s/.test(text) ? " " : ""}${decoded.trim()}${/\s$/.test(text) ? " " : ""}`;
}

/** ISO 8601 UTC, or null when the field is none. Comments and the name of the day are left out, since they are often wrong. */
function readMailDate(field: string): string | null {
  const plain = field.replace(/\([^()]*\)/g, " ").replace(/^\s*[A-Za-z]{3,9}\s*,/, " ").trim();
  return validDate(plain)?.toISOString() ?? null;
}

function readIds(field: string): string[] {
  const ids = [...field.matchAll(/<([^<>]+)>/g)].map(([, id = ""]) => id.trim());
  return ids.length > 0 || field.trim() === "" ? ids : [decodeHeader(field)];
}
