import { ASSISTANT, permittedAudiences } from "../../conversation/stages/authorize.ts";
import { answerExtractively, DEFAULT_EXTRACTIVE_LIMITS } from "../../knowledge/answer-extractive.ts";
import type { EarlierMessage } from "../../knowledge/build-query.ts";
import { decideAnswer } from "../../knowledge/evidence/decide-answer.ts";
import { retrieveInSteps, type SearchSteps } from "../../knowledge/retrieve.ts";
import type { SearchFilter } from "../../knowledge/search-index.ts";
import { indexTerms, termsOf, wordsOf } from "../../knowledge/terms.ts";
import type { SearchAs, SearchHitView, SearchTestView } from "../../shapes/knowledge-search.ts";
import type { App } from "../app.ts";

/** Passages a turn looks at. */
const PASSAGES = 8;
const MOST_SHOWN = 30;

export type TestedSearch = { tenantId: string; as: SearchAs; query: string; earlier: readonly EarlierMessage[]; filter: SearchFilter };

/**
 * A search as a turn would make it for somebody, with what each step did and what the answerer would decide.
 * Without any audience nothing is searched. Throws as `retrieve`.
 */
export async function testSearch(app: Pick<App, "turns" | "policy" | "workspace">, { tenantId, as, query, earlier, filter }: TestedSearch): Promise<SearchTestView> {
  const audiences = audiencesOf(app, as);
  const { knowledge } = app.turns;
  const knowledgeVersion = await knowledge.indexes.ensureCurrent(tenantId);
  const needed = DEFAULT_EXTRACTIVE_LIMITS.minConfidence;
  if (audiences.length === 0) return { audiences, knowledgeVersion, model: null, reranker: null, parts: [], hits: [], decision: { kind: "decline", reason: "policy lets the asker read no audience, so nothing was searched", confidence: 0, needed, options: [], answer: null } };
  const steps = await retrieveInSteps(knowledge, { tenantId, audiences, query, earlier, filter, limit: PASSAGES, call: { stage: "try" } });
  const asked = { question: query, passages: steps.passages, earlier };
  const decision = decideAnswer({ ...asked, limits: DEFAULT_EXTRACTIVE_LIMITS });
  const answer = answerExtractively(asked);
  return {
    audiences, knowledgeVersion, model: steps.isByMeaning ? knowledge.indexes.modelOf(tenantId) : null, reranker: steps.reranker,
    parts: steps.parts.map(({ text, weight, hits }) => ({ text, weight, hits: hits.length })), hits: hitsOf(steps),
    decision: { kind: decision.kind, reason: decision.reason, confidence: decision.kind === "answer" ? decision.evidence.confidence : decision.confidence, needed, options: decision.kind === "ask_back" ? decision.options : [], answer: answer.kind === "answer" ? answer.text : null },
  };
}

/** Decided by the same policy as in turns and at the desk; chosen audiences are taken as they are, when there are such. */
function audiencesOf({ policy, workspace: { audiences } }: Pick<App, "policy" | "workspace">, as: SearchAs): string[] {
  if (as.kind === "audiences") return as.audiences.filter((audience) => audiences.includes(audience));
  if (as.kind === "contact") return permittedAudiences({ policy, audiences }, ASSISTANT, { channel: "web", isVerified: as.isVerified });
  return permittedAudiences({ policy, audiences }, { type: "HumanAgent", id: `a ${as.role}`, parents: [{ type: "Role", id: as.role }] }, {});
}

function hitsOf(steps: SearchSteps): SearchHitView[] {
  const terms = new Set(indexTerms(steps.question));
  const places = new Map(steps.passages.map((passage, place) => [passage.chunkId, place + 1]));
  const fused = new Map(steps.fused.map(({ chunk, score }, place) => [chunk.chunkId, { rank: place + 1, score }]));
  const found = new Map((steps.parts[0]?.hits ?? []).map((hit) => [hit.chunk.chunkId, hit]));
  // The outcome first, in its order: preferring the newer may have moved it against the reranker's.
  const ranked = [...steps.passages, ...steps.ranked.filter((passage) => !places.has(passage.chunkId))];
  return ranked.slice(0, MOST_SHOWN).map((passage, at) => {
    const place = places.get(passage.chunkId) ?? null;
    const hit = found.get(passage.chunkId);
    const before = fused.get(passage.chunkId);
    const { chunkId, documentId, title, heading, text, startOffset, score } = passage;
    const why = place !== null ? null : steps.ranked.findIndex((each) => each.chunkId === chunkId) < steps.passages.length ? "says nearly the same as a better one" : `below the first ${PASSAGES}`;
    return { chunkId, documentId, title, heading, text, startOffset, score, place, why, lexical: hit?.lexical ?? null, vector: hit?.vector ?? null, fusedRank: before?.rank ?? at + 1, fusedScore: before?.score ?? 0, matched: matchedIn(`${title} ${heading} ${text}`, terms) };
  });
}

/** The words of a text that stand for one of the terms, each once, as they are written there first. */
function matchedIn(text: string, terms: ReadonlySet<string>): string[] {
  const words = wordsOf(text);
  const matched = new Map<string, string>();
  for (const { term, word } of termsOf(words)) {
    const found = words[word];
    if (terms.has(term) && found !== undefined) matched.set(found.word.toLowerCase(), text.slice(found.start, found.end));
  }
  return [...matched.values()];
}
