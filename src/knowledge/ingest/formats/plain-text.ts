import type { ReadDocument, Reading } from "../reading.ts";
import { decodeText } from "../text/decode-text.ts";

/** A text file as it is; its title is the file's name. */
export function readPlainText(bytes: Uint8Array, reading: Reading): ReadDocument {
  return { title: null, body: decodeWarned(bytes, reading) };
}

/** The text of a file, with a warning where its encoding had to be guessed. */
export function decodeWarned(bytes: Uint8Array, reading: Reading): string {
  const { text, encoding, isGuessed } = decodeText(bytes);
  if (isGuessed) reading.warn("encoding_guessed", `The file is not UTF-8; ${encoding} was assumed. Save it as UTF-8 if letters are wrong.`);
  return text;
}
