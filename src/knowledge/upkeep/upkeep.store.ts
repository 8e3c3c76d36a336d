import { z } from "zod";
import type { Database, TransactionQuery } from "../../storage/database.ts";
import { HEADING_SEPARATOR } from "../knowledge.store.ts";

/** SQL of the daily look itself: how far it has come, and the articles it reads, whoever may see them; never the input of an answer. */

/** Times ISO 8601 UTC. `checkedVersion`, `checkedDocument`: the last article that was compared with the others. */
export type UpkeepState = { nextAt: string; handedAt: string | null; startedAt: string | null; endedAt: string | null; turnsUntil: string; correctionsUntil: string; checkedVersion: number; checkedDocument: string; error: string | null };

const STATE = { name: "upkeep_state", text: "select * from knowledge_upkeep where tenant_id = $1" };
const BEGINNING = "1970-01-01T00:00:00Z";

export async function readState(database: Database, tenantId: string): Promise<UpkeepState | null> {
  const [found] = await database.query(tenantId, STATE, [tenantId]);
  if (found === undefined) return null;
  const time = (column: string) => (found[column] === null ? null : String(found[column]));
  return {
    nextAt: String(found["next_at"]), handedAt: time("handed_at"), startedAt: time("started_at"), endedAt: time("ended_at"), turnsUntil: String(found["turns_until"]), correctionsUntil: String(found["corrections_until"]),
    checkedVersion: Number(found["checked_version"]), checkedDocument: String(found["checked_document"]), error: time("error"),
  };
}

/** Makes the state when there is none. `nextAt` null: what it was. */
export async function setDue(database: Database, tenantId: string, { nextAt, isForced }: { nextAt: Date; isForced: boolean }): Promise<void> {
  await database.query(tenantId, { name: "upkeep_due", text: "insert into knowledge_upkeep (tenant_id, next_at, turns_until, corrections_until) values ($1, $2, $3, $3) on conflict (tenant_id) do update set next_at = case when $4 then least(knowledge_upkeep.next_at, excluded.next_at) else knowledge_upkeep.next_at end" }, [tenantId, nextAt, BEGINNING, isForced]);
}

/** Takes the look that is due, or that was handed on before `lostBefore` and has not ended; false when there is none. */
export async function claimDue(database: Database, tenantId: string, given: { at: Date; nextAt: Date; lostBefore: Date }): Promise<boolean> {
  const rows = await database.query(
    tenantId,
    { name: "upkeep_claim", text: "update knowledge_upkeep set handed_at = $2, next_at = $3 where tenant_id = $1 and (next_at <= $2 or (handed_at < $4 and (ended_at is null or ended_at < handed_at))) returning tenant_id" },
    [tenantId, given.at, given.nextAt, given.lostBefore],
  );
  return rows.length > 0;
}

export async function setBegun(database: Database, tenantId: string, at: Date): Promise<void> {
  await database.query(tenantId, { name: "upkeep_begun", text: "update knowledge_upkeep set started_at = $2, error = null where tenant_id = $1" }, [tenantId, at]);
}

/** `until`: everything before it was read; null after a failure. */
export async function setEnded(database: Database, tenantId: string, { at, until, error }: { at: Date; until: string | null; error: string | null }): Promise<void> {
  await database.query(tenantId, { name: "upkeep_ended", text: "update knowledge_upkeep set ended_at = $2, turns_until = coalesce($3, turns_until), corrections_until = coalesce($3, corrections_until), error = $4 where tenant_id = $1" }, [tenantId, at, until, error]);
}

export async function setChecked(query: TransactionQuery, tenantId: string, at: { version: number; id: string }): Promise<void> {
  await query("update knowledge_upkeep set checked_version = $2, checked_document = $3 where tenant_id = $1", [tenantId, at.version, at.id]);
}

/** One step of the look at a time; held to the end of the transaction. */
export async function lockUpkeep(query: TransactionQuery, tenantId: string): Promise<void> {
  await query("select pg_advisory_xact_lock(hashtextextended('baton.upkeep.' || $1, 0))", [tenantId]);
}

export type ArticleChunk = { id: string; heading: string; text: string };
export type Article = { id: string; fromVersion: number; title: string; audience: string[]; body: string; chunks: ArticleChunk[] };

/** Served articles that began after this one, in the order they began. */
export async function listArticlesAfter(database: Database, tenantId: string, { after, limit }: { after: { version: number; id: string }; limit: number }): Promise<Article[]> {
  const rows = await database.query(
    tenantId,
    {
      name: "upkeep_articles",
      text: `select d.id, d.from_version, d.title, d.audience, d.body, coalesce((select jsonb_agg(jsonb_build_object('id', c.id, 'heading', c.heading, 'text', c.body) order by c.ordinal) from chunk c where c.tenant_id = $1 and c.document_id = d.id and c.revision = d.revision), '[]') as chunks
        from document d where d.tenant_id = $1 and d.to_version is null and (d.from_version, d.id) > ($2, $3) order by d.from_version, d.id limit $4`,
    },
    [tenantId, after.version, after.id, limit],
  );
  return rows.map((each) => ({ id: String(each["id"]), fromVersion: Number(each["from_version"]), title: String(each["title"]), audience: listOf(each["audience"]), body: String(each["body"]), chunks: chunksOf(each["chunks"]) }));
}

/** Served articles that name a year, by id. */
export async function listDatedArticles(database: Database, tenantId: string, { after, limit }: { after: string; limit: number }): Promise<{ id: string; body: string }[]> {
  const rows = await database.query(tenantId, { name: "upkeep_dated", text: "select id, body from document where tenant_id = $1 and to_version is null and id > $2 and body ~ '(19|20)[0-9]{2}' order by id limit $3" }, [tenantId, after, limit]);
  return rows.map((each) => ({ id: String(each["id"]), body: String(each["body"]) }));
}

function listOf(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

const storedChunks = z.array(z.object({ id: z.string(), heading: z.string(), text: z.string() }));

/** The heading without the title that stands before it. */
function chunksOf(value: unknown): ArticleChunk[] {
  return storedChunks.parse(value).map((chunk) => ({ ...chunk, heading: chunk.heading.split(HEADING_SEPARATOR).slice(1).join(HEADING_SEPARATOR) }));
}
