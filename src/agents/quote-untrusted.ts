import { randomBytes } from "node:crypto";

/** Longest text quoted, in characters (UTF-16). */
const MAX_QUOTED_CHARACTERS = 8_000;

/** Control characters but line feed and tab, and those that turn the writing direction. */
const HIDDEN = /(?![\n\t])[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;
/** A bracket of any width before our tag's name, with slashes, spaces or characters without width between, or nothing. */
const LIKE_OUR_TAG = /[<\uff1c\u2039\ufe64](?=[\s/\uff0f\u200b-\u200f\u2060\ufeff]*untrusted)/giu;

/**
 * Wraps text that somebody else wrote (a tool's result, a passage), so that a model can tell where it ends.
 *
 * Shapes: `<untrusted id="…">` text `</untrusted id="…">`. The id is drawn after the text is known, anew for each block and
 *   never one the text holds, so no text can close its own block. Anything in it that looks like our tag loses its bracket,
 *   and control characters other than line feed and tab are dropped.
 * Limits: cut at `maxCharacters`, with the number of characters left out said inside.
 * Replay: random; no journaled value may depend on the id.
 */
export function quoteUntrusted(text: string, maxCharacters: number = MAX_QUOTED_CHARACTERS): string {
  const clean = text.toWellFormed().replace(HIDDEN, "");
  const body = cut(clean, maxCharacters).replace(LIKE_OUR_TAG, "(");
  let id = newNonce();
  while (body.includes(id)) id = newNonce();
  return `<untrusted id="${id}">\n${body}\n</untrusted id="${id}">`;
}

function cut(text: string, maxCharacters: number): string {
  if (text.length <= maxCharacters) return text;
  return `${text.slice(0, maxCharacters).toWellFormed()}\n[cut here: ${text.length - maxCharacters} characters left out]`;
}

function newNonce(): string {
  return randomBytes(8).toString("hex");
}
