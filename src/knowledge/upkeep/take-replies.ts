import { deriveId } from "../../lib/derive-id.ts";
import { splitSentences } from "../../lib/split-sentences.ts";
import { draftArticle } from "../gaps/draft-article.ts";
import { listMaterial, listQuestionsSince, setDraft, setReplies } from "../gaps/gap.store.ts";
import type { TalkCorrection } from "./talk.ts";
import type { LookDeps } from "./upkeep-deps.ts";
import { namesInTalk } from "../names-in-talk.ts";
import { lockUpkeep } from "./upkeep.store.ts";
import { putCorrections, type Correction } from "./use.store.ts";
import { tellingTerms } from "../gaps/why-unanswered.ts";

type Place = { at: string; id: string };

const PAGE = 200;
const DRAFTS = 10;
const LONGEST_REPLY = 4_000;
const DAY_MS = 86_400_000;
/** A person's reply is waited for so long. */
const REPLY_DAYS = 30;
/** A draft that shares less of its words with what was sent says something else. */
const REWRITTEN = 0.5;
const MOST_SENTENCES = 40;

/** What people have replied to the questions of the last 30 days. Returns where the next page begins, null at the end. Replay: the same replies are stored again. */
export async function takeReplies(deps: LookDeps, tenantId: string, after: Place | null): Promise<Place | null> {
  const since = new Date(deps.clock.nowMs() - REPLY_DAYS * DAY_MS).toISOString();
  const asked = await listQuestionsSince(deps.database, tenantId, { since, after, limit: PAGE });
  const replies = (await deps.talks.replies(tenantId, asked)).map(({ questionId, texts, names, lastAt }) => ({ id: questionId, reply: deps.redact(texts.join("\n\n"), [...names, ...namesInTalk(texts)]).slice(0, LONGEST_REPLY), at: lastAt }));
  await deps.database.transaction(tenantId, async (query) => {
    await lockUpkeep(query, tenantId);
    await setReplies(query, tenantId, replies);
  });
  const last = asked.at(-1);
  return last === undefined || asked.length < PAGE ? null : { at: last.askedAt, id: last.id };
}

/** Drafts articles for open gaps with new replies. Returns where the next page begins, null at the end. Replay: a gap that has its draft is passed over. */
export async function draftArticles(deps: LookDeps, tenantId: string, after: string, signal: AbortSignal): Promise<string | null> {
  const material = await listMaterial(deps.database, tenantId, { after, limit: DRAFTS });
  for (const { gapId, lastAt, questions, answered } of material) {
    const plain = draftArticle({ questions, answered }, deps.claims);
    const draft = plain === null || deps.improve === null ? plain : ((await deps.improve(tenantId, { questions, answered }, plain, signal)) ?? plain);
    await setDraft(deps.database, tenantId, gapId, { draft, lastAt });
  }
  return material.length < DRAFTS ? null : (material.at(-1)?.gapId ?? null);
}

/** What people have set right. Returns where the next page begins, null at the end. Replay: a correction is stored once. */
export async function takeCorrections(deps: LookDeps, tenantId: string, after: Place): Promise<Place | null> {
  const given = await deps.talks.corrections(tenantId, { after, limit: PAGE });
  const corrections = given.flatMap((each) => correctionsOf(deps, tenantId, each));
  await deps.database.transaction(tenantId, async (query) => {
    await lockUpkeep(query, tenantId);
    await putCorrections(query, tenantId, corrections);
  });
  const last = given.at(-1);
  return last === undefined || given.length < PAGE ? null : { at: last.at, id: last.id };
}

/** A change of tone corrects no passage: what a person says instead has to say the opposite, leave the passage out, or be another text. */
function correctionsOf(deps: LookDeps, tenantId: string, given: TalkCorrection): Correction[] {
  const { kind, became } = given;
  const said = deps.redact(given.said, given.names);
  const instead = became === null ? null : deps.redact(became, given.names);
  const isOpposed = instead !== null && opposes(deps, said, instead);
  const cited = given.citations.filter((citation) => {
    if (kind === "draft_rejected" || isOpposed) return true;
    return kind === "draft_edited" && instead !== null && (!(became ?? "").includes(`[${citation.marker}]`) || sharedWords(said, instead) < REWRITTEN);
  });
  return cited.map(({ documentId, heading, quote }) => ({
    id: deriveId("fix", `${tenantId}\n${given.id}\n${documentId}\n${quote}`), documentId, heading, quote, kind: kind === "took_over" ? "contradicted" : kind, conversationId: given.conversationId, said: said.slice(0, LONGEST_REPLY), became: instead === null ? null : instead.slice(0, LONGEST_REPLY), at: given.at,
  }));
}

function opposes({ claims }: LookDeps, said: string, instead: string): boolean {
  return splitSentences(instead).slice(0, MOST_SENTENCES).some(({ text }) => !claims.isEmpty(text) && claims.contradiction(text, said) !== null);
}

function sharedWords(one: string, other: string): number {
  const [mine, theirs] = [new Set(tellingTerms(one)), new Set(tellingTerms(other))];
  const all = new Set([...mine, ...theirs]).size;
  return all === 0 ? 1 : [...mine].filter((term) => theirs.has(term)).length / all;
}
