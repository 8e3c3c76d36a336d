import { putFindings, closeFindings, type Finding } from "./finding.store.ts";
import { findContradictions } from "./find-contradictions.ts";
import { findPastDays } from "./find-outdated.ts";
import type { LookDeps } from "./upkeep-deps.ts";
import { listArticlesAfter, listDatedArticles, lockUpkeep, setChecked, type Article } from "./upkeep.store.ts";
import { findCorrected, findOftenCorrected, findUnused } from "./use.store.ts";

const ARTICLES = 20;
const DATED = 200;
const NEIGHBOURS = 8;
const MOST_CHUNKS = 200;
const QUERY = 600;
const DAY_MS = 86_400_000;
/** An article that no answer has cited for so long serves nobody. */
const UNUSED_DAYS = 90;
/** Corrections older than this no longer count. */
const CORRECTED_DAYS = 180;
/** An article that has not changed for so long, and is corrected again and again, is outdated. */
const OLD_DAYS = 180;

/**
 * Compares the next articles that are new or changed with those nearest to them that the same people may read.
 * Returns whether there are more. Replay: goes on with the article after the last one stored.
 */
export async function compareArticles(deps: LookDeps, tenantId: string, after: { version: number; id: string }, startedAt: string): Promise<{ version: number; id: string } | null> {
  const articles = await listArticlesAfter(deps.database, tenantId, { after, limit: ARTICLES });
  const last = articles.at(-1);
  if (last === undefined) return null;
  await deps.search.indexes.ensureCurrent(tenantId);
  const found: Finding[] = [];
  for (const article of articles) found.push(...(await contradictionsOf(deps, tenantId, article)));
  const next = { version: last.fromVersion, id: last.id };
  await deps.database.transaction(tenantId, async (query) => {
    await lockUpkeep(query, tenantId);
    await putFindings(query, tenantId, found, startedAt);
    await closeFindings(query, tenantId, "contradiction", { before: startedAt, documentIds: articles.map(({ id }) => id) });
    await setChecked(query, tenantId, next);
  });
  return next;
}

async function contradictionsOf(deps: LookDeps, tenantId: string, article: Article): Promise<Finding[]> {
  const found: Finding[] = [];
  for (const { heading, text } of article.chunks.slice(0, MOST_CHUNKS)) {
    const hits = await deps.search.index.search({ tenantId, audiences: article.audience, query: `${article.title} ${heading} ${text}`.slice(0, QUERY), limit: NEIGHBOURS });
    for (const { chunk } of hits) {
      if (chunk.documentId === article.id) continue;
      for (const { sentence, other, weight } of findContradictions({ title: article.title, heading, text }, { title: chunk.title, heading: chunk.heading, text: chunk.text }, deps.claims)) {
        const [one, two] = article.id < chunk.documentId ? [{ id: article.id, text: sentence }, { id: chunk.documentId, text: other }] : [{ id: chunk.documentId, text: other }, { id: article.id, text: sentence }];
        found.push({ kind: "contradiction", documentId: one.id, otherId: two.id, passage: one.text, otherPassage: two.text, reason: "The two say different things about the same.", weight, key: [one.id, one.text, two.id, two.text].join("\n") });
      }
    }
  }
  return found;
}

/** Articles that promise something for a day which has passed. Returns where the next page begins, null at the end. Replay: the same is found again. */
export async function findOutdated(deps: LookDeps, tenantId: string, after: string, startedAt: string): Promise<string | null> {
  const articles = await listDatedArticles(deps.database, tenantId, { after, limit: DATED });
  const nowMs = deps.clock.nowMs();
  const found = articles.flatMap(({ id, body }) => findPastDays(body, nowMs, deps.claims).map(({ sentence, day }): Finding => {
    const monthsAgo = (nowMs - Date.parse(day)) / (30 * DAY_MS);
    return { kind: "outdated", documentId: id, otherId: null, passage: sentence, otherPassage: null, reason: `${day} has passed.`, weight: 500 + Math.min(400, monthsAgo * 20), key: `${id}\n${sentence}` };
  }));
  await deps.database.transaction(tenantId, async (query) => {
    await lockUpkeep(query, tenantId);
    await putFindings(query, tenantId, found, startedAt);
  });
  return articles.length < DATED ? null : (articles.at(-1)?.id ?? null);
}

/** What follows from how articles were used; what is not found any more is gone. Replay: the same is found again. */
export async function findByUse(deps: LookDeps, tenantId: string, startedAt: string): Promise<void> {
  const nowMs = deps.clock.nowMs();
  const daysAgo = (days: number) => new Date(nowMs - days * DAY_MS);
  await deps.database.transaction(tenantId, async (query) => {
    await lockUpkeep(query, tenantId);
    const found = [
      ...(await findCorrected(query, tenantId, daysAgo(CORRECTED_DAYS))),
      ...(await findOftenCorrected(query, tenantId, { since: daysAgo(CORRECTED_DAYS), changedBefore: daysAgo(OLD_DAYS) })),
      ...(await findUnused(query, tenantId, { since: daysAgo(UNUSED_DAYS), days: UNUSED_DAYS })),
    ];
    await putFindings(query, tenantId, found, startedAt);
    for (const kind of ["corrected", "outdated", "unused"] as const) await closeFindings(query, tenantId, kind, { before: startedAt, documentIds: null });
  });
}
