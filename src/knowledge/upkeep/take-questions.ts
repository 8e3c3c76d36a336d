import { AppError } from "../../lib/app-error.ts";
import { newId } from "../../lib/ids.ts";
import type { TransactionQuery } from "../../storage/database.ts";
import { titleOf } from "../gaps/draft-article.ts";
import { putProfile, putQuestion, readProfiles, unknownQuestions, type NewQuestion } from "../gaps/gap.store.ts";
import { meaningOf, nearestGap, rarityOf, withQuestion, type GapProfile } from "../gaps/group-questions.ts";
import type { TalkTurn } from "./talk.ts";
import type { LookDeps } from "./upkeep-deps.ts";
import { lockUpkeep } from "./upkeep.store.ts";
import { putUses } from "./use.store.ts";
import { whyUnanswered, type WhyUnanswered } from "../gaps/why-unanswered.ts";

const TURNS = 200;
const LONGEST_QUESTION = 1_000;
const EMBED_MS = 30_000;

type Open = { turn: TalkTurn; why: WhyUnanswered; text: string };

/**
 * Takes in a page of turns: which articles they used, and which questions they left open, each put to the group of its meaning.
 * Returns where the next page begins, null at the end. Replay: a turn that was taken in is not taken in again.
 */
export async function takeQuestions(deps: LookDeps, tenantId: string, after: { at: string; id: string }, signal: AbortSignal): Promise<{ at: string; id: string } | null> {
  const turns = await deps.talks.turns(tenantId, { after, limit: TURNS });
  const open = turns.flatMap((turn): Open[] => {
    const why = whyUnanswered(turn);
    return why === null ? [] : [{ turn, why, text: deps.redact(turn.text, turn.names).slice(0, LONGEST_QUESTION) }];
  });
  const vectors = await vectorsOf(deps, tenantId, open.map(({ text }) => text), signal);
  await deps.database.transaction(tenantId, async (query) => {
    await lockUpkeep(query, tenantId);
    await putUses(query, tenantId, turns.map((turn) => ({ chunkIds: turn.foundChunkIds, citedDocumentIds: turn.citations.map(({ documentId }) => documentId), at: turn.startedAt })));
    const fresh = await unknownQuestions(query, tenantId, open.map(({ turn }) => turn.turnId));
    await group(deps, query, tenantId, open.map((each, at) => ({ ...each, vector: vectors[at] ?? null })).filter(({ turn }) => fresh.has(turn.turnId)));
  });
  const last = turns.at(-1);
  return last === undefined || turns.length < TURNS ? null : { at: last.startedAt, id: last.turnId };
}

async function group(deps: LookDeps, query: TransactionQuery, tenantId: string, open: readonly (Open & { vector: Float32Array | null })[]): Promise<void> {
  if (open.length === 0) return;
  const model = deps.embedder?.id ?? null;
  const gaps = await readProfiles(query, tenantId, model);
  const rarity = rarityOf(gaps);
  const subjects = new Map<string, { subject: string; at: string }>();
  for (const { turn, why, text, vector } of open) {
    const meaning = meaningOf(text, vector);
    const near = nearestGap(meaning, gaps, rarity);
    const at = near === null ? -1 : gaps.findIndex(({ id }) => id === near.id);
    const before: GapProfile = gaps[at] ?? { id: newId("gap", deps.clock.nowMs()), questions: 0, terms: {}, vector: null };
    const grown = withQuestion(before, meaning);
    if (at < 0) gaps.push(grown);
    else gaps[at] = grown;
    for (const term of meaning.terms) if (before.terms[term] === undefined) rarity.set(term, (rarity.get(term) ?? 0) + 1);
    if (!subjects.has(grown.id)) subjects.set(grown.id, { subject: titleOf([text]) ?? text.slice(0, 120), at: turn.startedAt });
    const question: NewQuestion = { id: turn.turnId, gapId: grown.id, conversationId: turn.conversationId, caseId: turn.caseId, contactId: turn.contactId, why, text, askedAt: turn.startedAt };
    await putQuestion(query, tenantId, question);
  }
  for (const profile of gaps) {
    const given = subjects.get(profile.id);
    if (given !== undefined) await putProfile(query, tenantId, profile, { ...given, model });
  }
}

/** Without vectors, words alone decide: a model that fails costs nearness, not the look. */
async function vectorsOf({ embedder }: LookDeps, tenantId: string, texts: readonly string[], signal: AbortSignal): Promise<(Float32Array | null)[]> {
  if (embedder === null || texts.length === 0) return [];
  try {
    return await embedder.embed(texts, "query", AbortSignal.any([signal, AbortSignal.timeout(EMBED_MS)]), { tenantId, purpose: "index", stage: "upkeep", dataClasses: [], audiences: [] });
  } catch (error) {
    if (error instanceof AppError && error.code.startsWith("models.")) return [];
    throw error;
  }
}
