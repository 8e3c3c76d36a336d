/** RFC 6901: one part of a pointer, escaped. */
export function escapePart(part: string | number): string {
  return String(part).replaceAll("~", "~0").replaceAll("/", "~1");
}

/** `joinPointer("/do/0", "a/b")` is `/do/0/a~1b`. */
export function joinPointer(base: string, ...parts: (string | number)[]): string {
  return base + parts.map((part) => `/${escapePart(part)}`).join("");
}

/** The parts of a pointer, unescaped. */
export function splitPointer(pointer: string): string[] {
  return pointer === "" ? [] : pointer.slice(1).split("/").map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}
