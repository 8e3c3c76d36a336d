/** What stands in the place of a secret. */
export const MASK = "***";

const SHORTEST = 4;
/** A shorter piece of base64 could be anything. */
const SHORTEST_BASE64 = 6;

/** Replaces every text of the secrets, also as it stands in an address, in JSON, or anywhere in base64 (`user:password` is one text there). */
export function createMask(secrets: unknown): (text: string) => string {
  const forms = new Set(textsOf(secrets).flatMap(formsOf));
  const longestFirst = [...forms].sort((a, b) => b.length - a.length);
  return (text) => longestFirst.reduce((masked, secret) => masked.replaceAll(secret, MASK), text);
}

/** Every text in the value that is long enough to be hidden. */
export function textsOf(value: unknown): string[] {
  if (typeof value === "string") return value.length >= SHORTEST ? [value] : [];
  if (typeof value === "number") return textsOf(String(value));
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsOf) : [];
}

function formsOf(text: string): string[] {
  const escaped = JSON.stringify(text).slice(1, -1);
  const encoded = [0, 1, 2].map((offset) => base64Core(text, offset)).filter((core) => core.length >= SHORTEST_BASE64);
  return [text, escaped, encodeURIComponent(text.toWellFormed()), new URLSearchParams([["", text]]).toString().slice(1), Buffer.from(text).toString("base64"), ...encoded, ...encoded.map((core) => core.replaceAll("+", "-").replaceAll("/", "_"))];
}

/** The part of a base64 text that is the same whatever stands around it, when it begins at this offset of three bytes. */
function base64Core(text: string, offset: number): string {
  const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(text)]);
  return bytes.toString("base64").slice(Math.ceil((offset * 8) / 6), Math.floor((bytes.length * 8) / 6));
}
