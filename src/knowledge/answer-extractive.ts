import type { Citation } from "../shapes/conversation.ts";
import { composeAnswer, runAround, type AnswerLimits, type Run } from "./compose-answer.ts";
import { decideAnswer, type Evidence, type EvidenceInput } from "./evidence/decide-answer.ts";
import type { PassageAnalysis } from "./passage-units.ts";
import type { Passage } from "./retrieve.ts";
import { matchIn, matchUnit, type QuestionTerm } from "./score-units.ts";
import { isLightTerm } from "./terms.ts";

export type ExtractiveLimits = AnswerLimits & {
  /** Confidence an answer needs, 0..1; below it nothing is said. */
  minConfidence: number;
};

export const DEFAULT_EXTRACTIVE_LIMITS: ExtractiveLimits = { maxCharacters: 600, maxSentences: 3, minConfidence: 0.45 };

export type ExtractiveAnswer =
  /** `text` carries markers [1], [2] that `citations` explain; each `quote` is an exact span of its passage's text. */
  | { kind: "answer"; sentences: { text: string; passageIndex: number }[]; text: string; citations: Citation[]; confidence: number }
  /** `options`: two to four titles, or kinds of what was asked for, to choose from. */
  | { kind: "ask_back"; options: string[]; reason: string }
  | { kind: "none"; reason: string };

export type ExtractiveInput = Omit<EvidenceInput, "limits"> & { limits?: Partial<ExtractiveLimits> };

/**
 * Answers from the passages alone, in their own sentences: no model, no network, nothing invented.
 *
 * Picks the sentences that cover the question best (terms weighed by how telling they are, synonyms, neighbours, headings, the
 * kind of fact asked for); `decideAnswer` says whether they are enough, or whether to ask back.
 *
 * Units: `confidence` 0..1 (see `weighEvidence`). Expected outcomes are values; never throws.
 * Replay: pure and deterministic; safe outside a step.
 */
export function answerExtractively(input: ExtractiveInput): ExtractiveAnswer {
  const asked = JSON.stringify([input.question, input.recentTerms ?? [], input.earlier ?? null, input.limits ?? null]);
  const known = latest.get(input.passages);
  if (known?.asked === asked) return known.answer;
  const answer = findAnswer(input);
  latest.set(input.passages, { asked, answer });
  return answer;
}

/** The last answer from each list of passages: a turn asks whether there is one before it composes it. */
const latest = new WeakMap<readonly Passage[], { asked: string; answer: ExtractiveAnswer }>();

function findAnswer(input: ExtractiveInput): ExtractiveAnswer {
  const limits = { ...DEFAULT_EXTRACTIVE_LIMITS, ...input.limits };
  const decision = decideAnswer({ ...input, limits });
  if (decision.kind === "ask_back") return { kind: "ask_back", options: decision.options, reason: decision.reason };
  if (decision.kind === "decline") return { kind: "none", reason: decision.reason };
  const { evidence } = decision;
  const runs = [evidence.run, ...secondRun(evidence, limits)];
  return { kind: "answer", ...composeAnswer(runs, input.passages, evidence.analyses), confidence: evidence.confidence };
}

function inRun(term: QuestionTerm, analysis: PassageAnalysis, run: Run): number {
  let best = 0;
  for (let at = run.from; at < run.to; at += 1) {
    const unit = analysis.units[at];
    if (unit) best = Math.max(best, matchUnit(term, unit));
  }
  return best;
}

const MIN_SECOND_EVIDENCE = 0.5;

/** A second passage where it speaks of something asked that the first leaves out. */
function secondRun({ question, run: first, scored, terms, analyses }: Evidence, limits: ExtractiveLimits): Run[] {
  const analysis = analyses[first.passage];
  if (!analysis) return [];
  const open = terms.filter((term) => !isLightTerm(term.term) && term.matches.size > 0 && inRun(term, analysis, first) === 0 && matchIn(term, analysis.headingTerms) === 0 && matchIn(term, analysis.titleTerms) === 0);
  if (open.length === 0) return [];
  const used = lengthOf(analysis, first);
  const floor = 0.75 * (scored[0]?.score ?? 0);
  for (const unit of scored) {
    if (unit.score < floor) break;
    if (unit.evidence < MIN_SECOND_EVIDENCE) continue;
    const other = analyses[unit.passage];
    if (!other || (unit.passage === first.passage && unit.unit >= first.from && unit.unit < first.to)) continue;
    if (!open.some((term) => matchIn(term, other.units[unit.unit]?.terms ?? new Set()) > 0)) continue;
    const run = runAround(question, unit, scored, terms, other, { maxCharacters: limits.maxCharacters - used, maxSentences: Math.max(1, limits.maxSentences - (first.to - first.from)) });
    const overlaps = run.passage === first.passage && run.from < first.to && run.to > first.from;
    if (!overlaps && lengthOf(other, run) + used <= limits.maxCharacters) return [run];
  }
  return [];
}

function lengthOf(analysis: PassageAnalysis, run: Run): number {
  return analysis.units.slice(run.from, run.to).reduce((sum, unit) => sum + unit.text.length + 4, 0);
}
