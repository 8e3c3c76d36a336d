/** Soft hyphens, zero-width blanks and tag characters: nobody sees them, and they split words. Joiners and marks of direction stay. */
const HIDDEN = /[\u00ad\u200b\u2060\ufeff\u{e0000}-\u{e007f}]/gu;
/** Controls but tab, line feed and form feed. */
const CONTROLS = /(?![\t\n\f])\p{Cc}/gu;
const LONE_SURROGATE = /\p{Cs}/gu;

/**
 * Markdown as it is kept: NFC, no invisible characters, at most one blank line, no blanks at line ends.
 *
 * Code keeps its inner white space. Replay: pure; the same text twice is the same.
 */
export function cleanMarkdown(text: string): string {
  const plain = text.replace(/\r\n?/g, "\n").replace(HIDDEN, "").replace(CONTROLS, "").replace(LONE_SURROGATE, "\ufffd").replaceAll("\u00a0", " ").normalize("NFC");
  return plain.replace(/[ \t]+$/gm, "").replaceAll("\f", "\n\n").replace(/\n{3,}/g, "\n\n").replace(/^\n+|\s+$/g, "");
}

/** One line of text: white space single. */
export function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

/** Plain text inside Markdown: what would be read as a mark at its beginning is escaped. */
export function escapeLine(text: string): string {
  return text.replace(/^(\s*)([#>]|[-+*](?=\s)|\d+[.)](?=\s))/, (_, blank: string, mark: string) => `${blank}${mark.slice(0, -1)}\\${mark.slice(-1)}`);
}
