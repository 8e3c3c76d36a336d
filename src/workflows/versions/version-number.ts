import { isScalar, parseDocument } from "yaml";

/** What of a version number is raised: `patch` for a mended fault, `minor` for something new. */
export const VERSION_PARTS = ["patch", "minor"] as const;
export type VersionPart = (typeof VERSION_PARTS)[number];

/** The number after the highest of these; what stands behind a hyphen or a plus does not count. Pure. */
export function nextVersion(numbers: readonly string[], part: VersionPart): string {
  const [major, minor, patch] = numbers.map(partsOf).sort(byOrder).at(-1) ?? [0, 0, 0];
  return part === "patch" ? `${major}.${minor}.${patch + 1}` : `${major}.${minor + 1}.0`;
}

/** The document's text with another version number and nothing else changed. Throws when it has none. Pure. */
export function withVersion(text: string, version: string): string {
  const node = parseDocument(text).getIn(["document", "version"], true);
  if (!isScalar(node) || !node.range) throw new Error("the document has no version");
  const [start, end] = node.range;
  const quote = /^["']/.exec(text.slice(start))?.[0] ?? "";
  return `${text.slice(0, start)}${quote}${version}${quote}${text.slice(end)}`;
}

type Parts = readonly [major: number, minor: number, patch: number];

function partsOf(number: string): Parts {
  const [, major = "0", minor = "0", patch = "0"] = /^(\d+)\.(\d+)\.(\d+)/.exec(number) ?? [];
  return [Number(major), Number(minor), Number(patch)];
}

function byOrder(left: Parts, right: Parts): number {
  return left[0] - right[0] || left[1] - right[1] || left[2] - right[2];
}
