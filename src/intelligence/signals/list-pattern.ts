import type { EntityPattern } from "../understander.ts";

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&");

/** Spaces of a name also match a hyphen or nothing, and its last word may stand in the plural: "Trail-Tents" is "trail tent". */
function partOf(name: string): string {
  return `${name.trim().split(/[\s-]+/).map(escaped).join("[\\s-]?")}(?:e?s)?`;
}

/** As a found value is looked up in the list: lower case, without spaces, hyphens and a plural. */
export function plainName(name: string): string {
  return name.toLowerCase().replace(/[\s-]+/g, "").replace(/e?s$/, "");
}

/**
 * The pattern that finds the names of a list, such as a workspace's products; longer names come first.
 *
 * Shapes: a found value is given back as the list has it (`Entity.normal`).
 */
export function listPattern(kind: string, names: readonly string[]): EntityPattern {
  const longestFirst = names.toSorted((one, other) => other.length - one.length);
  return {
    kind,
    pattern: `(?<![\\p{L}\\p{N}])(?:${longestFirst.map(partOf).join("|")})(?![\\p{L}\\p{N}])`,
    names: new Map(names.map((name) => [plainName(name), name])),
  };
}
