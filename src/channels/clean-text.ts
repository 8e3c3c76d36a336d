import { messageEmpty, messageTooLong } from "./channels.errors.ts";

const MESSAGE_LIMIT = 16_000;

// Everything invisible that can break a terminal, a log or a page: C0 and C1 but tab and line feed, bidi overrides, BOM.
const UNWANTED = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufeff]/g;

/**
 * A message's text as it is stored: well-formed Unicode, NFC, line ends as \n, no control characters, trimmed.
 * Throws `channels.message_empty`, `channels.message_too_long` (both 422).
 */
export function cleanText(raw: string): string {
  if (raw.length > MESSAGE_LIMIT * 2) throw messageTooLong();
  const text = raw.toWellFormed().normalize("NFC").replace(/\r\n?/g, "\n").replace(UNWANTED, "").trim();
  if (text === "") throw messageEmpty();
  if (text.length > MESSAGE_LIMIT) throw messageTooLong();
  return text;
}
