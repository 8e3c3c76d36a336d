import type { GroundingInput, GroundingVerdict, SentenceVerdict } from "../groundedness.ts";
import { readCertainty } from "../grounding/certainty.ts";
import type { Certainty } from "../grounding/certainty.ts";
import { isNamed, readNames } from "../grounding/names.ts";
import { createEvidence } from "../grounding/evidence.ts";
import type { Evidence, Support } from "../grounding/evidence.ts";
import { readEmptiness } from "../grounding/empty-sentences.ts";
import { indexSpecifics } from "../grounding/specific-index.ts";
import type { SpecificIndex } from "../grounding/specific-index.ts";
import { readSpecifics } from "../grounding/specifics.ts";
import type { Specific } from "../grounding/specifics.ts";
import { rateReply, readSigns, speaksOfWriter } from "../grounding/rate-reply.ts";
import type { RatedSentence, ReplySigns } from "../grounding/rate-reply.ts";
import { createWording } from "../grounding/wording.ts";
import type { Followed, Wording } from "../grounding/wording.ts";
import { readWords } from "../grounding/words.ts";
import type { SentenceWords } from "../grounding/words.ts";
import { splitSentences } from "../../lib/split-sentences.ts";

/** Answers at once, not by a promise. */
export type BuiltInJudge = { id: string; kind: "built-in"; judge(input: GroundingInput): GroundingVerdict };

/** A sentence needs this share of its weight in one place of the evidence. */
const SUPPORTED_FROM = 0.5;
/** The reasons of a claim in other words than the evidence's: nothing speaks against it. */
const PARTLY = "only partly in the evidence";
const NOTHING = "nothing in the evidence speaks of it";
const MISSING_SPECIFIC = 0.2;
const CONTRADICTION = 0.25;
const DENIAL = 0.4;
const OVERSURE = 0.49;
const ELSEWHERE = 0.8;
/** Evidence that says it word for word outranks what was told before. */
const NEAR_CERTAIN = 0.9;
const THIN_FROM = 0.3;
const CLOSE_FROM = 0.8;
const MOST_SENTENCES = 400;
const MOST_CHARACTERS = 50_000;

/** `isThin`: carried in part only, with nothing against it. */
type Judged = SentenceVerdict & RatedSentence & { isThin: boolean };

type Claim = { words: SentenceWords; specifics: readonly Specific[]; certainty: Certainty };

/** The reason a claim is not simply carried by its best place, and what is left of its share. */
function judgeClaim({ words, specifics, certainty }: Claim, evidence: Evidence, told: Evidence): { support: number; reason: string } {
  const found = evidence.support(words, specifics, certainty);
  const contradicted = found.share >= NEAR_CERTAIN ? null : told.contradiction(words, specifics);
  if (contradicted !== null) return { support: Math.min(CONTRADICTION, found.share), reason: `contradicts what this case was told: ${contradicted}` };
  const repeated = told.support(words, specifics, certainty);
  const best: Support = repeated.share > found.share ? repeated : found;
  if (best.isDenied) return { support: best.share * DENIAL, reason: "the evidence says the opposite" };
  if (best.isLessSure) return { support: best.share * OVERSURE, reason: "the evidence says it less surely" };
  if (best.isElsewhere) return { support: best.share * ELSEWHERE, reason: "its figures stand beside other words" };
  return { support: best.share, reason: best.share >= SUPPORTED_FROM ? "supported" : best.share === 0 ? NOTHING : PARTLY };
}

/** What a reply is held against, read once for all its sentences. */
type Shown = { evidence: Evidence; told: Evidence; wording: Wording; own: { index: SpecificIndex; words: ReadonlySet<string> } };

/** What a contact has said of themselves may be said back; a figure of theirs proves nothing about the house. */
const REPEATABLE: ReadonlySet<Specific["kind"]> = new Set(["email", "code"]);

function judgeSentence(sentence: string, { evidence, told, wording, own }: Shown): Judged {
  const { specifics, words: plain } = readSpecifics(sentence);
  const words = readWords(plain);
  const weight = words.stems.size;
  const isAboutWriter = weight > 0 && speaksOfWriter(sentence);
  const missing = [...specifics.filter((specific) => !evidence.has(specific) && !told.has(specific) && !(REPEATABLE.has(specific.kind) && own.index.has(specific))).map(({ text }) => text), ...readNames(sentence).filter((name) => !isNamed(name, wording.words) && !isNamed(name, own.words))];
  if (missing.length > 0) return { sentence, support: MISSING_SPECIFIC, isSupported: false, reason: `stands nowhere: ${missing.join(", ")}`, weight, isQuestion: false, isAboutWriter, isThin: false };
  const { support, reason } = judgeClaim({ words, specifics, certainty: readCertainty(sentence) }, evidence, told);
  const measured = { sentence, support: weight === 0 ? 1 : Math.round(support * 1000) / 1000, weight, isThin: false };
  const emptiness = weight === 0 ? "no content" : readEmptiness(sentence);
  if (emptiness !== null) return { ...measured, isSupported: true, reason: `claims nothing (${emptiness})`, isQuestion: emptiness === "question", isAboutWriter: false };
  return { ...measured, isSupported: support >= SUPPORTED_FROM, reason, isQuestion: false, isAboutWriter, isThin: reason === PARTLY && support >= THIN_FROM };
}

/** Beside a reply that follows its evidence closely, a sentence in freer words may pass; nothing exact in it may be missing or denied. */
function conclude(judged: readonly Judged[], followed: Followed): GroundingVerdict {
  const score = judged.length === 0 ? 1 : Math.round(rateReply(readSigns(judged, followed)) * 10_000) / 10_000;
  const sentences = judged.map(({ sentence, support, isSupported, reason, isThin }): SentenceVerdict => (isThin && score >= CLOSE_FROM ? { sentence, support, isSupported: true, reason: "in freer words, beside a reply that follows the evidence" } : { sentence, support, isSupported, reason }));
  return { isGrounded: sentences.every(({ isSupported }) => isSupported), score, sentences };
}

/** What the score is reckoned from; for whoever fits its weights. */
export function readReplySigns(input: GroundingInput): ReplySigns {
  const { judged, followed } = judgeAll(input);
  return readSigns(judged, followed);
}

/** Whether a verdict says no more than that the words are others: a reader for meaning may know better. */
export function isOnlyInOtherWords({ isSupported, reason }: SentenceVerdict): boolean {
  return !isSupported && (reason === PARTLY || reason === NOTHING);
}

function judgeAll({ reply, passages, facts, told, own = [] }: GroundingInput): { judged: Judged[]; followed: Followed } {
  const sentences = splitSentences(reply.slice(0, MOST_CHARACTERS));
  const shown: Shown = { evidence: createEvidence([...passages, ...facts]), told: createEvidence(told), wording: createWording([...passages, ...facts, ...told]), own: { index: indexSpecifics(own.flatMap((text) => readSpecifics(text).specifics)), words: createWording(own).words } };
  const judged = sentences.slice(0, MOST_SENTENCES).map(({ text }) => judgeSentence(text, shown));
  if (reply.length > MOST_CHARACTERS || sentences.length > MOST_SENTENCES) judged.push({ sentence: "", support: 0, isSupported: false, reason: "too long to judge", weight: 1, isQuestion: false, isAboutWriter: false, isThin: false });
  return { judged, followed: shown.wording.follow(reply.slice(0, MOST_CHARACTERS)) };
}

/**
 * The judge that needs no model: word overlap weighted by rarity, exact things, and negation.
 *
 * Units: about 1 ms for 2,000 characters against five passages; linear. Reads 50,000 characters and 400 sentences of a
 * reply (a longer one is not grounded) and 300,000 characters of evidence (what stands behind them supports nothing).
 * Limits: it knows no synonyms beyond a few and no inference; a true sentence in other words may be called unsupported.
 * Replay: pure.
 */
export function createBuiltInGroundingJudge(): BuiltInJudge {
  return {
    id: "built-in", kind: "built-in",
    judge(input) {
      const { judged, followed } = judgeAll(input);
      return conclude(judged, followed);
    },
  };
}
