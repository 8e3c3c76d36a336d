import type { z } from "zod";
import { correctionView } from "../../shapes/knowledge-upkeep.ts";
import type { Database, TransactionQuery } from "../../storage/database.ts";
import type { Finding } from "./finding.store.ts";

/** SQL of what articles were used for, and what people set right. */

export type Use = { chunkIds: readonly string[]; citedDocumentIds: readonly string[]; at: string };

/** When documents were last found and cited. Replay: the latest time stays. */
export async function putUses(query: TransactionQuery, tenantId: string, uses: readonly Use[]): Promise<void> {
  const found = uses.flatMap(({ chunkIds, at }) => chunkIds.map((id) => ({ id, at })));
  const cited = uses.flatMap(({ citedDocumentIds, at }) => citedDocumentIds.map((id) => ({ id, at })));
  await query(
    `insert into document_use (tenant_id, document_id, last_found_at, last_cited_at)
     select $1, id, max(at), max(at) filter (where is_cited) from (
       select c.document_id as id, f.at, false as is_cited from jsonb_to_recordset($2::jsonb) as f (id text, at timestamptz) join chunk c on c.tenant_id = $1 and c.id = f.id
       union all select id, at, true from jsonb_to_recordset($3::jsonb) as u (id text, at timestamptz)) used group by id
     on conflict (tenant_id, document_id) do update set last_found_at = greatest(document_use.last_found_at, excluded.last_found_at), last_cited_at = greatest(document_use.last_cited_at, excluded.last_cited_at)`,
    [tenantId, JSON.stringify(found), JSON.stringify(cited)],
  );
}

export type Correction = { id: string; documentId: string; heading: string; quote: string; kind: "draft_rejected" | "draft_edited" | "contradicted"; conversationId: string; said: string; became: string | null; at: string };

export async function putCorrections(query: TransactionQuery, tenantId: string, corrections: readonly Correction[]): Promise<void> {
  await query(
    `insert into passage_correction (tenant_id, id, document_id, heading, quote, kind, conversation_id, said, became, at)
     select $1, c.id, c."documentId", c.heading, c.quote, c.kind, c."conversationId", c.said, c.became, c.at
     from jsonb_to_recordset($2::jsonb) as c (id text, "documentId" text, heading text, quote text, kind text, "conversationId" text, said text, became text, at timestamptz) on conflict (tenant_id, id) do nothing`,
    [tenantId, JSON.stringify(corrections)],
  );
}

/** The latest 50. */
export async function listCorrections(database: Database, tenantId: string, documentId: string): Promise<z.output<typeof correctionView>[]> {
  const rows = await database.query(tenantId, { name: "corrections", text: "select id, kind, heading, quote, conversation_id, said, became, at from passage_correction where tenant_id = $1 and document_id = $2 order by at desc, id limit 50" }, [tenantId, documentId]);
  return rows.map(({ conversation_id: conversationId, ...rest }) => correctionView.parse({ ...rest, conversationId }));
}

/** Served passages that people set right since then, heaviest first; those that have been rewritten are left out. */
export async function findCorrected(query: TransactionQuery, tenantId: string, since: Date): Promise<Finding[]> {
  const rows = await query(
    `select c.document_id, c.quote, count(*) as times from passage_correction c join document d on d.tenant_id = $1 and d.id = c.document_id and d.to_version is null and position(c.quote in d.body) > 0
     where c.tenant_id = $1 and c.at > $2 group by c.document_id, c.quote order by times desc limit 1000`,
    [tenantId, since],
  );
  return rows.map((each) => {
    const [documentId, quote, times] = [String(each["document_id"]), String(each["quote"]), Number(each["times"])];
    return { kind: "corrected", documentId, otherId: null, passage: quote, otherPassage: null, reason: times === 1 ? "A person set right an answer from this passage." : `People set right ${times} answers from this passage.`, weight: 200 * times, key: `${documentId}\n${quote}` };
  });
}

/** Articles that have not changed since `changedBefore` and were corrected three times or more since `since`. */
export async function findOftenCorrected(query: TransactionQuery, tenantId: string, { since, changedBefore }: { since: Date; changedBefore: Date }): Promise<Finding[]> {
  const rows = await query(
    `select d.id, d.updated_at, count(*) as times from passage_correction c join document d on d.tenant_id = $1 and d.id = c.document_id and d.to_version is null and d.updated_at < $3
     where c.tenant_id = $1 and c.at > $2 group by d.id, d.updated_at having count(*) >= 3 order by times desc limit 1000`,
    [tenantId, since, changedBefore],
  );
  return rows.map((each) => {
    const [documentId, updatedAt, times] = [String(each["id"]), String(each["updated_at"]).slice(0, 10), Number(each["times"])];
    return { kind: "outdated", documentId, otherId: null, passage: null, otherPassage: null, reason: `Not changed since ${updatedAt}, and people set right ${times} answers from it.`, weight: 400 + 50 * times, key: `${documentId}\ncorrected\n${updatedAt}` };
  });
}

/** Articles served since before `since` that no answer has cited from then on; none as long as nothing else was cited either. */
export async function findUnused(query: TransactionQuery, tenantId: string, { since, days }: { since: Date; days: number }): Promise<Finding[]> {
  const rows = await query(
    `select d.id, u.last_found_at, u.last_cited_at from document d left join document_use u on u.tenant_id = $1 and u.document_id = d.id
     where d.tenant_id = $1 and d.to_version is null and coalesce(u.last_cited_at, '-infinity') < $2
       and (select coalesce(min(k.made_at), d.updated_at) from document e join knowledge_change k on k.tenant_id = $1 and k.version = e.from_version where e.tenant_id = $1 and e.id = d.id) < $2
       and exists (select from document_use other where other.tenant_id = $1 and other.last_cited_at > $2)
     order by u.last_found_at nulls first, d.id limit 5000`,
    [tenantId, since],
  );
  return rows.map((each) => {
    const documentId = String(each["id"]);
    const isFound = each["last_found_at"] !== null && Date.parse(String(each["last_found_at"])) > since.getTime();
    return { kind: "unused", documentId, otherId: null, passage: null, otherPassage: null, reason: isFound ? `Found for questions, but cited in no answer for ${days} days.` : `Neither found nor cited for ${days} days.`, weight: isFound ? 150 : 100, key: documentId };
  });
}
