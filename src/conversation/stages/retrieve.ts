import type { Durable } from "../../durable/durable.ts";
import { answerExtractively } from "../../knowledge/answer-extractive.ts";
import { recordBlockedSearch } from "../../knowledge/block-search.ts";
import type { KnowledgeSettings } from "../../knowledge/knowledge-file.ts";
import type { SearchFilter } from "../../knowledge/search-index.ts";
import { loadPassages, retrieve, type Passage, type RetrieveDeps } from "../../knowledge/retrieve.ts";
import type { CallContext } from "../../models/call-context.ts";
import type { Decision, EarlierMessage, TurnContext } from "../turn.ts";
import { rewriteInStep, type Rewrite, type Rewriter } from "./rewrite-question.ts";

/** `options`: what it could be about, when the contact should be asked back. `reason` names the evidence, for whoever reads the trace. */
export type EvidenceVerdict = { kind: "answer" | "ask_back" | "decline"; reason: string; options: string[] };

/** What a turn has found for its question. */
export type Retrieved = {
  passages: Passage[];
  /** The search took the subject from earlier messages. */
  isCarried: boolean;
  /** How a model has put the question, where it was asked to; then the search went by that alone. */
  rewrite: Rewrite | null;
  /** Whether the passages are enough to answer by, or what they leave open; null where nothing was searched. */
  evidence: EvidenceVerdict | null;
};

/** `rewriter` null: what earlier messages tell is carried over by their words. `narrows`: what the workspace narrows searches by. */
export type RetrieveStageDeps = { knowledge: RetrieveDeps; rewriter: Rewriter | null; narrows: KnowledgeSettings["filterBy"] };

/** The question, and what was said before it, redacted. `rewrite`: as it was put when it was searched for before. */
export type AskedOfKnowledge = { text: string; history: readonly EarlierMessage[]; rewrite?: Rewrite | null };

const PASSAGES = 8;
const UNKNOWN_LANGUAGE = "und";
const POINTS_BACK = /^\s*(?:and|but|or|what about|how about|then|also|so)\b|\b(?:it|that|those|them|this one|the same|there)\b/i;

/**
 * Searches what the contact may read. A question that stands alone is asked alone. One that points back, or finds nothing, is put anew by
 * the model from the conversation; without a model, or when that fails, it takes its subject along from earlier messages.
 *
 * Replay: the rewriting and each search are journaled steps that keep ids; what they found is read again.
 */
export async function retrieveForTurn(deps: RetrieveStageDeps, durable: Pick<Durable, "step" | "signal">, context: TurnContext, decision: Decision, asked: AskedOfKnowledge): Promise<Retrieved> {
  if (decision.rights.audiences.length === 0) return blockSearch(deps.knowledge, durable, context);
  const pointsBack = POINTS_BACK.test(asked.text);
  const known = asked.rewrite ?? null;
  if (known !== null && known.query !== null) return searchFor(deps, durable, context, decision, known);
  const byWords = () => searchByWords(deps, durable, context, decision, asked.text);
  const rewriter = decision.rewrites === true && known === null && asked.history.length > 0 ? deps.rewriter : null;
  if (rewriter === null) return { ...(await byWords()), rewrite: known };
  const first = pointsBack ? null : await byWords();
  if (first !== null && !first.isCarried) return { ...first, rewrite: null };
  const rewrite = await rewriteInStep(rewriter, durable, { context, decision, question: asked.text, history: asked.history });
  return rewrite.query === null ? { ...(first ?? (await byWords())), rewrite } : searchFor(deps, durable, context, decision, rewrite);
}

/** By the question alone, as it was put by the model. */
async function searchFor(deps: RetrieveStageDeps, durable: Pick<Durable, "step">, context: TurnContext, decision: Decision, rewrite: Rewrite): Promise<Retrieved> {
  const query = rewrite.query ?? "";
  const passages = await inStep(deps.knowledge, durable, "search.rewritten", scopeOf(deps, context, decision), async (scope) => ({ found: await retrieve(deps.knowledge, { ...scope, query, limit: PASSAGES, call: callOf(context) }), isCarried: false }));
  return { passages: passages.found, isCarried: false, rewrite, evidence: weigh({ question: query, passages: passages.found }) };
}

async function searchByWords(deps: RetrieveStageDeps, durable: Pick<Durable, "step">, context: TurnContext, decision: Decision, query: string): Promise<Omit<Retrieved, "rewrite">> {
  const { found, isCarried } = await inStep(deps.knowledge, durable, "search", scopeOf(deps, context, decision), (scope) =>
    findByWords((asked) => retrieve(deps.knowledge, { ...scope, ...asked, limit: PASSAGES, call: callOf(context) }), { query, earlier: context.earlier }));
  // The same question as the built-in answerer is asked, so that the trace tells what it rests on whoever answers.
  return { passages: found, isCarried, evidence: weigh({ question: query, recentTerms: isCarried ? recentOf(context) : [], earlier: context.earlier, passages: found }) };
}

/** The passages for a question: of itself where it stands alone and they answer it, else with what was said before. `earlier` oldest first. */
export async function findByWords<Each extends Passage>(search: (asked: { query: string; earlier?: readonly EarlierMessage[] }) => Promise<Each[]>, { query, earlier }: { query: string; earlier: readonly EarlierMessage[] }): Promise<{ found: Each[]; isCarried: boolean }> {
  const alone = POINTS_BACK.test(query) ? [] : await search({ query });
  const leans = recentOf({ earlier }).length > 0 && answerExtractively({ question: query, passages: alone }).kind !== "answer";
  return { found: leans || alone.length === 0 ? await search({ query, earlier }) : alone, isCarried: leans };
}

/** What may be searched in this turn, and what the workspace narrows it by. */
function scopeOf({ narrows }: Pick<RetrieveStageDeps, "narrows">, { tenantId, channel }: TurnContext, { rights, understanding }: Decision): Scope {
  const filter = narrowingOf(narrows, { channel, language: understanding.language });
  return { tenantId, audiences: rights.audiences, ...(filter && { filter }) };
}

/** Undefined: nothing narrows it. Pure. */
export function narrowingOf(narrows: KnowledgeSettings["filterBy"], { channel, language }: { channel: string; language: string }): SearchFilter | undefined {
  const brand = narrows.brand[channel];
  const isByLanguage = narrows.language && language !== UNKNOWN_LANGUAGE;
  if (!isByLanguage && brand === undefined) return undefined;
  return { ...(isByLanguage ? { languages: [language, UNKNOWN_LANGUAGE, null] } : {}), ...(brand === undefined ? {} : { brands: [brand, null] }) };
}

/** The question has been redacted. */
function callOf({ turnId, conversationId, caseId, contact }: TurnContext): Partial<CallContext> {
  return { stage: "retrieve", turnId, conversationId, caseId, contactId: contact.id, dataClasses: [] };
}

type Scope = { tenantId: string; audiences: readonly string[]; filter?: SearchFilter };
type Found = { found: Passage[]; isCarried: boolean };

/** One search as one journaled step; a replay reads the same passages again by their ids. */
async function inStep(deps: RetrieveDeps, durable: Pick<Durable, "step">, name: string, scope: Scope, work: (scope: Scope) => Promise<Found>): Promise<Found> {
  let found: Passage[] | null = null;
  const searched = await durable.step(name, async () => {
    const made = await work(scope);
    found = made.found;
    return { chunkIds: made.found.map((passage) => passage.chunkId), isCarried: made.isCarried };
  });
  return { found: found ?? (await loadPassages(deps, { ...scope, chunkIds: searched.chunkIds })), isCarried: searched.isCarried };
}

/** Who may read nothing is searched nothing for; that it was asked is in the ledger. */
async function blockSearch(deps: RetrieveDeps, durable: Pick<Durable, "step">, context: TurnContext): Promise<Retrieved> {
  await durable.step("search", async () => {
    await recordBlockedSearch(deps.database, { tenantId: context.tenantId, asker: { actor: `contact:${context.contact.id}`, subjectId: context.conversationId, caseId: context.caseId }, at: new Date(context.receivedAtMs) });
    return { chunkIds: [], isCarried: false };
  });
  return { passages: [], isCarried: false, rewrite: null, evidence: { kind: "decline", reason: "the contact may read no audience; the search was blocked", options: [] } };
}

function weigh(asked: Parameters<typeof answerExtractively>[0]): EvidenceVerdict {
  const answer = answerExtractively(asked);
  if (answer.kind === "answer") return { kind: "answer", reason: `evidence ${answer.confidence.toFixed(2)}`, options: [] };
  return answer.kind === "ask_back" ? { kind: "ask_back", reason: answer.reason, options: answer.options } : { kind: "decline", reason: answer.reason, options: [] };
}

/** The contact's last messages before this turn; they tell what "it" is. */
export function recentOf(context: { earlier: readonly EarlierMessage[] }): string[] {
  return context.earlier.filter((message) => message.author === "contact").slice(-2).map((message) => message.text);
}
