import { contactTexts, type EarlierMessage } from "../build-query.ts";
import { runAround, type AnswerLimits, type Run } from "../compose-answer.ts";
import { analysePassage, type PassageAnalysis } from "../passage-units.ts";
import { analyseQuestion, type Question } from "../question.ts";
import type { Passage } from "../retrieve.ts";
import { scoreUnits, weighTerms, type QuestionTerm, type ScoredUnit } from "../score-units.ts";
import { indexTerms, isLightTerm } from "../terms.ts";
import { weighEvidence } from "../weigh-evidence.ts";
import { kindsOf } from "./kinds-of.ts";
import { openReferences } from "./open-references.ts";

export type EvidenceInput = {
  question: string;
  /** Best first, as `retrieve` gives them; the order counts, the scores do not. */
  passages: readonly Passage[];
  /** The contact's earlier messages, oldest first; they help when the question points back. */
  recentTerms?: readonly string[];
  /**
   * The whole conversation before the question, oldest first, empty when there was none; it tells what is known and what the talk
   * is about. Left out: nobody knows, and then nothing is asked back for its sake.
   */
  earlier?: readonly EarlierMessage[];
  limits: AnswerLimits & { minConfidence: number };
};

/** What the passages hold for a question. `confidence` 0..1, see `weighEvidence`; `run` is where the best evidence stands. */
export type Evidence = {
  question: Question;
  terms: readonly QuestionTerm[];
  analyses: readonly PassageAnalysis[];
  scored: readonly ScoredUnit[];
  best: ScoredUnit;
  run: Run;
  confidence: number;
};

/** `reason` names the evidence, in words for whoever reads the trace. `options`: two to four things it could be about. */
export type AnswerDecision =
  | { kind: "answer"; reason: string; evidence: Evidence }
  | { kind: "ask_back"; reason: string; options: string[]; confidence: number }
  | { kind: "decline"; reason: string; confidence: number };

/** From as many kinds on, "the loan" could be any of them; fewer are enough where the question has left the talk behind. */
const MANY_KINDS = 3;
const TWO_KINDS = 2;
/** Evidence so good that nobody need ask. */
const BEYOND_DOUBT = 0.9;
/** The first passages share less than this of their words with the talk so far: the question jumped. */
const UNRELATED = 0.1;
const FIRST_PASSAGES = 3;
/** A talk of fewer informative terms (a greeting) is about nothing yet. */
const FEWEST_OF_TALK = 10;
/** A question of fewer informative terms gives no hint of another subject. */
const FEWEST_OF_SUBJECT = 3;
const MOST_OPTIONS = 4;

/**
 * Whether to answer from these passages, to ask back, or to decline: by the evidence they hold, and by what the conversation
 * leaves open.
 *
 * Asked back is: a word or two without a question; a reference that nothing explains ("the loan") where the passages know three
 * kinds of it or more, or two when the question leaves the talk behind; and a question that leaves it behind without evidence for an
 * answer. The limits of these were chosen on the development half of `mtrag_un` (219 questions; the neighbouring values do as well)
 * and leave the shop's questions as they were; how much evidence an answer needs was not (see `weighEvidence`).
 * Replay: pure and deterministic.
 */
export function decideAnswer(input: EvidenceInput): AnswerDecision {
  if (input.passages.length === 0) return { kind: "decline", reason: "no passage was found", confidence: 0 };
  const question = analyseQuestion(input.question, input.recentTerms);
  if (question.weights.size === 0) return { kind: "decline", reason: "the message names no subject", confidence: 0 };
  const evidence = gatherEvidence(question, input);
  if (evidence === null) return { kind: "decline", reason: "no sentence speaks of what was asked", confidence: 0 };
  const { confidence } = evidence;
  const titles = question.isFragment ? titlesOf(evidence, input.passages) : [];
  if (titles.length > 1) return { kind: "ask_back", options: titles, reason: "the message names a subject but no question", confidence };
  const hasJumped = isJump(input);
  const open = confidence < BEYOND_DOUBT ? openKinds(input, hasJumped) : null;
  if (open !== null) return { kind: "ask_back", options: open.kinds.slice(0, MOST_OPTIONS), reason: `"${open.reference}" could be any of ${open.kinds.length} kinds`, confidence };
  if (confidence >= input.limits.minConfidence) return { kind: "answer", reason: `evidence ${confidence.toFixed(2)} in passage ${evidence.best.passage + 1}`, evidence };
  const lacking = `evidence ${confidence.toFixed(2)}, ${input.limits.minConfidence} is needed`;
  const subjects = hasJumped && informativeTerms(input.question).size >= FEWEST_OF_SUBJECT ? titlesOf(evidence, input.passages) : [];
  if (subjects.length > 1) return { kind: "ask_back", options: subjects, reason: `${lacking}, and nothing ties the question to the talk so far`, confidence };
  return { kind: "decline", reason: lacking, confidence };
}

function gatherEvidence(question: Question, input: EvidenceInput): Evidence | null {
  const analyses = input.passages.map(analysePassage);
  const terms = weighTerms(question, analyses);
  const scored = scoreUnits(question, terms, analyses).filter((unit) => (analyses[unit.passage]?.units[unit.unit]?.text.length ?? Infinity) <= input.limits.maxCharacters);
  const best = scored[0];
  const analysis = best && analyses[best.passage];
  if (!best || !analysis) return null;
  const run = runAround(question, best, scored, terms, analysis, input.limits);
  const confidence = Math.round(weighEvidence(question, terms, analysis, best, run) * 1000) / 1000;
  return { question, terms, analyses, scored, best, run, confidence };
}

/** The titles of the documents that the best units stand in. */
function titlesOf({ scored }: Evidence, passages: readonly Passage[]): string[] {
  const best = scored[0]?.score ?? 0;
  const titles = new Map<string, string>();
  for (const unit of scored) {
    const passage = passages[unit.passage];
    if (passage && unit.score >= 0.6 * best && !titles.has(passage.documentId) && titles.size < MOST_OPTIONS) titles.set(passage.documentId, passage.title);
  }
  return [...new Set(titles.values())];
}

/** The open reference of which the passages know most kinds; null when none has many. After a jump nothing in the talk explains one. */
function openKinds({ question, passages, earlier }: EvidenceInput, hasJumped: boolean): { reference: string; kinds: string[] } | null {
  if (earlier === undefined) return null;
  let most: { reference: string; kinds: string[] } | null = null;
  for (const { text, words } of openReferences(question, hasJumped ? new Set() : termsOfTalk(earlier))) {
    for (const word of words) {
      const kinds = kindsOf(word, passages);
      if (kinds.length >= (hasJumped ? TWO_KINDS : MANY_KINDS) && kinds.length > (most?.kinds.length ?? 0)) most = { reference: text, kinds };
    }
  }
  return most;
}

/** Whether what was found has nothing to do with what was talked about. */
function isJump({ passages, earlier = [] }: EvidenceInput): boolean {
  if (contactTexts(earlier).length === 0) return false;
  const talk = termsOfTalk(earlier);
  if ([...talk].filter((term) => !isLightTerm(term)).length < FEWEST_OF_TALK) return false;
  const shares = passages.slice(0, FIRST_PASSAGES).map((passage) => {
    const terms = [...analysePassage(passage).allTerms].filter((term) => !isLightTerm(term));
    return terms.filter((term) => talk.has(term)).length / Math.max(1, terms.length);
  });
  return shares.reduce((sum, share) => sum + share, 0) < UNRELATED * shares.length;
}

function informativeTerms(text: string): Set<string> {
  return new Set(indexTerms(text).filter((term) => !isLightTerm(term)));
}

const LONGEST_TALK = 20_000;

function termsOfTalk(earlier: readonly EarlierMessage[]): Set<string> {
  return new Set(indexTerms(earlier.filter((message) => message.author !== "system").map((message) => message.text).join("\n").slice(-LONGEST_TALK)));
}
