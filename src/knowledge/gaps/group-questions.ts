import { tellingTerms } from "./why-unanswered.ts";

/** A group of questions of one meaning. `terms`: how many of its questions hold each; `vector`: the sum of their embeddings by one model, null without. */
export type GapProfile = { id: string; questions: number; terms: Record<string, number>; vector: Float32Array | null };

/** `vector` of length 1, by the same model as the profiles' vectors. */
export type QuestionMeaning = { terms: readonly string[]; vector: Float32Array | null };

/** Questions share so much of their telling words, or are so near in meaning: chosen on the questions of the example shop. */
const SAME_WORDS = 0.5;
const SAME_MEANING = 0.8;
/** A group keeps its most frequent terms. */
const MOST_TERMS = 60;

export function meaningOf(text: string, vector: Float32Array | null): QuestionMeaning {
  return { terms: tellingTerms(text), vector };
}

/**
 * The group that a question belongs to, null for none: by the words it shares with the group's questions, the rarer the more,
 * or by the meaning where there is an embedding model. A group never moves and keeps its id; a question goes to one group, for good.
 *
 * Units: `nearness` 0..1. Replay: pure; the first of equally near groups.
 */
export function nearestGap(question: QuestionMeaning, gaps: readonly GapProfile[], rarity: ReadonlyMap<string, number> = rarityOf(gaps)): { id: string; nearness: number } | null {
  let best: { id: string; nearness: number } | null = null;
  for (const gap of gaps) {
    const words = cosine(question.terms, gap, rarity, gaps.length);
    const meaning = question.vector === null || gap.vector === null ? 0 : dot(question.vector, gap.vector);
    if (words < SAME_WORDS && meaning < SAME_MEANING) continue;
    const nearness = Math.max(words, meaning);
    if (best === null || nearness > best.nearness) best = { id: gap.id, nearness };
  }
  return best;
}

/** In how many groups each term stands. */
export function rarityOf(gaps: readonly GapProfile[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const gap of gaps) for (const term of Object.keys(gap.terms)) counts.set(term, (counts.get(term) ?? 0) + 1);
  return counts;
}

/** The group with one more question in it. */
export function withQuestion(gap: GapProfile, question: QuestionMeaning): GapProfile {
  const terms = { ...gap.terms };
  for (const term of question.terms) terms[term] = (terms[term] ?? 0) + 1;
  const kept = Object.entries(terms).toSorted(([one, a], [other, b]) => b - a || (one < other ? -1 : 1)).slice(0, MOST_TERMS);
  const vector = question.vector === null || (gap.vector !== null && gap.vector.length !== question.vector.length) ? gap.vector : gap.vector === null ? question.vector.slice() : gap.vector.map((value, at) => value + (question.vector?.[at] ?? 0));
  return { id: gap.id, questions: gap.questions + 1, terms: Object.fromEntries(kept), vector };
}

function cosine(terms: readonly string[], gap: GapProfile, rarity: ReadonlyMap<string, number>, gaps: number): number {
  const weightOf = (term: string) => Math.log(1 + (gaps + 1) / (1 + (rarity.get(term) ?? 0)));
  let product = 0;
  let own = 0;
  for (const term of terms) {
    const weight = weightOf(term);
    own += weight * weight;
    product += weight * weight * ((gap.terms[term] ?? 0) / gap.questions);
  }
  let other = 0;
  for (const [term, count] of Object.entries(gap.terms)) other += (weightOf(term) * (count / gap.questions)) ** 2;
  return own === 0 || other === 0 ? 0 : product / Math.sqrt(own * other);
}

/** Against the direction of a sum of vectors. */
function dot(one: Float32Array, sum: Float32Array): number {
  if (one.length !== sum.length) return 0;
  let product = 0;
  let length = 0;
  for (let at = 0; at < one.length; at += 1) {
    product += (one[at] ?? 0) * (sum[at] ?? 0);
    length += (sum[at] ?? 0) ** 2;
  }
  return length === 0 ? 0 : product / Math.sqrt(length);
}
