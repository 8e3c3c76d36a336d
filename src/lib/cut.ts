/** The first `most` UTF-16 units of a text, never half a character: half of one is no text, and PostgreSQL refuses it. */
export function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  const last = text.charCodeAt(most - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? most - 1 : most);
}

/** The same at a word's end, with an ellipsis for what is left out. */
export function shorten(line: string, most: number): string {
  return line.length <= most ? line : `${cut(line, most).replace(/\s+\S*$/, "")}…`;
}

/** The same, with an ellipsis for what is left out. */
export function excerpt(text: string, most: number): string {
  return text.length <= most ? text : `${cut(text, most)}…`;
}
