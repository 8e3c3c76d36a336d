/** The entries of a text with commas between them, as settings and flags have it; empty ones do not count. */
export function splitList(text: string): string[] {
  return text.split(",").map((each) => each.trim()).filter((each) => each !== "");
}
