import { z } from "zod";
import { findingKind, findingView, type FindingView } from "../../shapes/knowledge-upkeep.ts";
import { deriveId } from "../../lib/derive-id.ts";
import type { Database, Row, TransactionQuery } from "../../storage/database.ts";

export type FindingKind = z.output<typeof findingKind>;

/** `key`: what makes it the same finding the next time. `weight` 0..1000. */
export type Finding = { kind: FindingKind; documentId: string; otherId: string | null; passage: string | null; otherPassage: string | null; reason: string; weight: number; key: string };

const row = z.object({
  id: z.string(), kind: findingKind, status: z.enum(["open", "dismissed"]), document: findingView.shape.document, other: findingView.shape.other, passage: z.string().nullable(), other_passage: z.string().nullable(), reason: z.string(), weight: z.number(),
  first_at: z.string(), last_at: z.string(), decided_by: z.string().nullable(), decided_at: z.string().nullable(),
});

const headOf = (alias: string) => `jsonb_build_object('id', ${alias}.id, 'title', ${alias}.title, 'path', ${alias}.path, 'audience', to_jsonb(${alias}.audience))`;
// What is not served any more needs nobody's eye.
const VIEW = `select f.id, f.kind, f.status, ${headOf("d")} as document, case when o.id is null then null else ${headOf("o")} end as other, f.passage, f.other_passage, f.reason, f.weight, f.first_at, f.last_at, f.decided_by, f.decided_at
  from knowledge_finding f join document d on d.tenant_id = $1 and d.id = f.document_id and d.to_version is null
  left join document o on o.tenant_id = $1 and o.id = f.other_id and o.to_version is null
  where f.tenant_id = $1 and (f.other_id is null or o.id is not null)`;
const PAGE = { name: "finding_page", text: `${VIEW} and f.status = $2 and ($3::text is null or f.kind = $3) and ($4::integer is null or (f.weight, f.id) < ($4, $5)) order by f.weight desc, f.id desc limit $6` };
const ONE = { name: "finding_one", text: `${VIEW} and f.id = $2 and f.status <> 'gone'` };

/** The heaviest first. */
export async function listFindings(database: Database, tenantId: string, given: { kind: FindingKind | null; status: "open" | "dismissed"; after: { weight: number; id: string } | null; limit: number }): Promise<FindingView[]> {
  return (await database.query(tenantId, PAGE, [tenantId, given.status, given.kind, given.after?.weight ?? null, given.after?.id ?? "", given.limit])).map(findingOf);
}

export async function findFinding(database: Database, tenantId: string, id: string): Promise<FindingView | null> {
  const [found] = await database.query(tenantId, ONE, [tenantId, id]);
  return found === undefined ? null : findingOf(found);
}

function findingOf(given: Row): FindingView {
  const { other_passage: otherPassage, first_at: firstAt, last_at: lastAt, decided_by: decidedBy, decided_at: decidedAt, ...rest } = row.parse(given);
  return { ...rest, otherPassage, firstAt, lastAt, decidedBy, decidedAt };
}

/** Stores what was found; what was dismissed stays so. */
export async function putFindings(query: TransactionQuery, tenantId: string, findings: readonly Finding[], at: string): Promise<void> {
  for (const { kind, documentId, otherId, passage, otherPassage, reason, weight, key } of findings) {
    await query(
      `insert into knowledge_finding (tenant_id, id, kind, document_id, other_id, passage, other_passage, reason, weight, first_at, last_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)
       on conflict (tenant_id, id) do update set reason = excluded.reason, weight = excluded.weight, last_at = greatest(knowledge_finding.last_at, excluded.last_at), status = case when knowledge_finding.status = 'gone' then 'open' else knowledge_finding.status end`,
      [tenantId, deriveId("finding", `${tenantId}\n${kind}\n${key}`), kind, documentId, otherId, passage, otherPassage, reason, Math.max(0, Math.min(1000, Math.round(weight))), at],
    );
  }
}

/** Open findings of a kind that were last found before `at` are gone; of these documents only, where they are given. */
export async function closeFindings(query: TransactionQuery, tenantId: string, kind: FindingKind, { before, documentIds }: { before: string; documentIds: readonly string[] | null }): Promise<void> {
  await query("update knowledge_finding set status = 'gone' where tenant_id = $1 and kind = $2 and status = 'open' and last_at < $3 and ($4::text[] is null or document_id = any($4) or other_id = any($4))", [tenantId, kind, before, documentIds]);
}

export async function decideStored(query: TransactionQuery, tenantId: string, id: string, given: { to: "open" | "dismissed"; by: string | null; at: Date | null }): Promise<boolean> {
  const rows = await query("update knowledge_finding set status = $3, decided_by = $4, decided_at = $5 where tenant_id = $1 and id = $2 and status in ('open', 'dismissed') and status <> $3 returning id", [tenantId, id, given.to, given.by, given.at]);
  return rows.length > 0;
}

/** Open findings of what is served, by kind. */
export async function countFindings(database: Database, tenantId: string): Promise<Record<FindingKind, number>> {
  const counts: Record<FindingKind, number> = { contradiction: 0, outdated: 0, unused: 0, corrected: 0 };
  for (const each of await database.query(tenantId, { name: "finding_counts", text: `select kind, count(*) as count from (${VIEW} and f.status = 'open') open group by kind` }, [tenantId])) counts[findingKind.parse(each["kind"])] = Number(each["count"]);
  return counts;
}
