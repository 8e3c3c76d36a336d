import { analysePassage, type PassageAnalysis } from "../passage-units.ts";
import type { Passage } from "../retrieve.ts";

/** From this share of common terms on two passages say the same; from the lower one on they are about the same. */
const SAME = 0.95;
const ALIKE = 0.6;
/** Two scores this close tell nothing about which passage is better. */
const NEARLY_EQUAL = 0.05;
/** Documents that came together have times that differ a little; that tells nothing. */
const NEWER_MS = 24 * 3_600_000;
/** A passage of fewer terms may differ in the one word that counts. */
const FEWEST_TERMS = 8;

/**
 * The passages without those that repeat an earlier one: of near-identical ones the newer is shown, at the better one's place.
 * Numbers must agree: "30 days" and "14 days" are not the same. Replay: pure.
 */
export function withoutNearDuplicates(passages: readonly Passage[]): Passage[] {
  const kept: Passage[] = [];
  for (const passage of passages) {
    const at = kept.findIndex((other) => isSame(other, passage));
    const other = kept[at];
    if (other === undefined) kept.push(passage);
    else if (isNewer(passage, other)) kept[at] = { ...passage, score: other.score };
  }
  return kept;
}

/** Of two neighbours of nearly equal score that are about the same, the newer comes first. Replay: pure. */
export function preferNewer(passages: readonly Passage[]): Passage[] {
  const ordered = [...passages];
  for (let at = 1; at < ordered.length; at += 1) {
    const above = ordered[at - 1];
    const below = ordered[at];
    if (!above || !below || below.score < above.score * (1 - NEARLY_EQUAL) || !isNewer(below, above)) continue;
    if (shared(analysePassage(above), analysePassage(below)) < ALIKE) continue;
    ordered[at - 1] = { ...below, score: above.score };
    ordered[at] = { ...above, score: below.score };
  }
  return ordered;
}

function isNewer(passage: Passage, other: Passage): boolean {
  return passage.updatedAtMs !== null && other.updatedAtMs !== null && passage.updatedAtMs - other.updatedAtMs >= NEWER_MS;
}

function isSame(left: Passage, right: Passage): boolean {
  const [one, two] = [analysePassage(left), analysePassage(right)];
  if (Math.min(one.allTerms.size, two.allTerms.size) < FEWEST_TERMS) return left.text.trim() === right.text.trim() && left.title === right.title && left.heading === right.heading;
  return shared(one, two) >= SAME && numbersOf(left.text) === numbersOf(right.text);
}

/** Common terms as a share of all terms of both, 0..1. */
function shared(left: PassageAnalysis, right: PassageAnalysis): number {
  let common = 0;
  for (const term of left.allTerms) if (right.allTerms.has(term)) common += 1;
  return common / Math.max(1, left.allTerms.size + right.allTerms.size - common);
}

function numbersOf(text: string): string {
  return [...new Set(text.match(/\d+/g) ?? [])].sort().join(" ");
}
