import type { Citation } from "../shapes/conversation.ts";
import { composeAnswer, runAround, type AnswerLimits, type Run } from "./compose-answer.ts";
import { analysePassage, type PassageAnalysis } from "./passage-units.ts";
import { analyseQuestion, type Question } from "./question.ts";
import type { Passage } from "./retrieve.ts";
import { matchIn, matchUnit, scoreUnits, weighTerms, type QuestionTerm, type ScoredUnit } from "./score-units.ts";
import { isLightTerm } from "./terms.ts";
import { weighEvidence } from "./weigh-evidence.ts";

export type ExtractiveLimits = AnswerLimits & {
  /** Confidence an answer needs, 0..1; below it nothing is said. */
  minConfidence: number;
};

export const DEFAULT_EXTRACTIVE_LIMITS: ExtractiveLimits = { maxCharacters: 600, maxSentences: 3, minConfidence: 0.45 };

export type ExtractiveAnswer =
  /** `text` carries markers [1], [2] that `citations` explain; each `quote` is an exact span of its passage's text. */
  | { kind: "answer"; sentences: { text: string; passageIndex: number }[]; text: string; citations: Citation[]; confidence: number }
  /** `options`: two to four titles to choose from. */
  | { kind: "ask_back"; options: string[]; reason: string }
  | { kind: "none"; reason: string };

export type ExtractiveInput = {
  question: string;
  /** Best first, as `retrieve` gives them; the order counts, the scores do not. */
  passages: readonly Passage[];
  /** The contact's earlier messages, oldest first; they help when the question points back. */
  recentTerms?: readonly string[];
  limits?: Partial<ExtractiveLimits>;
};

/**
 * Answers from the passages alone, in their own sentences: no model, no network, nothing invented.
 *
 * Picks the sentences that cover the question best (terms weighed by how telling they are, synonyms, neighbours, headings,
 * the kind of fact asked for) and declines where what was asked for is not there.
 *
 * Units: `confidence` 0..1 (see `weighEvidence`). Expected outcomes are values; never throws.
 * Replay: pure and deterministic; safe outside a step.
 */
export function answerExtractively(input: ExtractiveInput): ExtractiveAnswer {
  const asked = JSON.stringify([input.question, input.recentTerms ?? [], input.limits ?? null]);
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
  if (input.passages.length === 0) return { kind: "none", reason: "no passage was found" };
  const question = analyseQuestion(input.question, input.recentTerms);
  if (question.weights.size === 0) return { kind: "none", reason: "the message names no subject" };
  const analyses = input.passages.map(analysePassage);
  const terms = weighTerms(question, analyses);
  const scored = scoreUnits(question, terms, analyses).filter((unit) => (analyses[unit.passage]?.units[unit.unit]?.text.length ?? Infinity) <= limits.maxCharacters);
  const best = scored[0];
  const analysis = best && analyses[best.passage];
  if (!best || !analysis) return { kind: "none", reason: "no sentence speaks of what was asked" };
  if (question.isFragment) {
    const options = optionsOf(scored, input.passages);
    if (options.length > 1) return { kind: "ask_back", options, reason: "the message names a subject but no question" };
  }
  const run = runAround(question, best, scored, terms, analysis, limits);
  const confidence = Math.round(weighEvidence(question, terms, analysis, best, run) * 1000) / 1000;
  if (confidence < limits.minConfidence) return { kind: "none", reason: `evidence ${confidence.toFixed(2)}, ${limits.minConfidence} is needed` };
  const runs = [run, ...secondRun(question, run, scored, terms, analyses, limits)];
  return { kind: "answer", ...composeAnswer(runs, input.passages, analyses), confidence };
}

/** The titles of the documents that the best units stand in. */
function optionsOf(scored: readonly ScoredUnit[], passages: readonly Passage[]): string[] {
  const best = scored[0]?.score ?? 0;
  const options = new Map<string, string>();
  for (const unit of scored) {
    const passage = passages[unit.passage];
    if (passage && unit.score >= 0.6 * best && !options.has(passage.documentId) && options.size < 4) options.set(passage.documentId, passage.title);
  }
  return [...new Set(options.values())];
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
function secondRun(question: Question, first: Run, scored: readonly ScoredUnit[], terms: readonly QuestionTerm[], analyses: readonly PassageAnalysis[], limits: ExtractiveLimits): Run[] {
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
