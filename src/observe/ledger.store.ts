import type { Database, Row, TransactionQuery } from "../storage/database.ts";
import type { LedgerEntry } from "./ledger.ts";

const FIELDS = "e.id, e.kind, e.subject_id, e.case_id, e.actor, e.at, e.body";

export async function appendLedgerEntries(query: TransactionQuery, tenantId: string, entries: readonly LedgerEntry[]): Promise<void> {
  if (entries.length === 0) return;
  await query(
    `insert into ledger_entry (tenant_id, id, kind, subject_id, case_id, actor, at, body)
     select $1, * from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[], $8::text[])`,
    [tenantId, ...ledgerColumns(entries)],
  );
}

/** Entries as parallel arrays, in the order of `appendLedgerEntries`; for statements that append together with other work. */
export function ledgerColumns(entries: readonly LedgerEntry[]): unknown[] {
  return [entries.map((e) => e.id), entries.map((e) => e.kind), entries.map((e) => e.subjectId), entries.map((e) => e.caseId), entries.map((e) => e.actor), entries.map((e) => e.at), entries.map((e) => e.body)];
}

export async function listUnsealedTenants(database: Database): Promise<string[]> {
  return (await database.system("select distinct tenant_id from ledger_unsealed")).map((row) => String(row["tenant_id"]));
}

/** False when another process is sealing. */
export async function lockLedger(query: TransactionQuery, tenantId: string): Promise<boolean> {
  const rows = await query("select pg_try_advisory_xact_lock(hashtextextended($1, 1)) as taken", [tenantId]);
  return rows[0]?.["taken"] === true;
}

export async function readUnsealed(query: TransactionQuery, tenantId: string, limit: number): Promise<LedgerEntry[]> {
  const rows = await query(
    `with taken as (delete from ledger_unsealed where tenant_id = $1 and entry_id in (select entry_id from ledger_unsealed where tenant_id = $1 order by entry_id limit $2) returning entry_id)
     select ${FIELDS} from taken join ledger_entry e on e.tenant_id = $1 and e.id = taken.entry_id order by e.id`,
    [tenantId, limit],
  );
  return rows.map(toEntry);
}

export async function readLastLink(query: TransactionQuery, tenantId: string): Promise<{ seq: number; hash: string } | null> {
  const row = (await query("select seq, hash from ledger_link where tenant_id = $1 order by seq desc limit 1", [tenantId]))[0];
  return row ? { seq: Number(row["seq"]), hash: String(row["hash"]) } : null;
}

export async function insertLinks(query: TransactionQuery, tenantId: string, links: readonly { seq: number; entryId: string; previousHash: string; hash: string }[]): Promise<void> {
  await query(`insert into ledger_link (tenant_id, seq, entry_id, previous_hash, hash) select $1, * from unnest($2::bigint[], $3::text[], $4::text[], $5::text[])`, [
    tenantId, links.map((l) => l.seq), links.map((l) => l.entryId), links.map((l) => l.previousHash), links.map((l) => l.hash),
  ]);
}

export async function readLedgerPage(database: Database, tenantId: string, afterSeq: number, limit: number) {
  const rows = await database.query(
    tenantId,
    { name: "ledger_page", text: `select l.seq, l.entry_id, l.previous_hash, l.hash, ${FIELDS} from ledger_link l left join ledger_entry e on e.tenant_id = l.tenant_id and e.id = l.entry_id where l.tenant_id = $1 and l.seq > $2 order by l.seq limit $3` },
    [tenantId, afterSeq, limit],
  );
  return rows.map((row) => ({ seq: Number(row["seq"]), entryId: String(row["entry_id"]), previousHash: String(row["previous_hash"]), hash: String(row["hash"]), entry: row["id"] === null ? null : toEntry(row) }));
}

/** Entries that should have been chained by now: with no link, whether or not the sealing queue knows them. */
export async function countLateUnsealed(database: Database, tenantId: string): Promise<number> {
  const rows = await database.query(
    tenantId,
    { name: "ledger_late", text: `select count(*) as late from ledger_entry e where e.tenant_id = $1 and e.at < now() - interval '1 minute' and not exists (select from ledger_link l where l.tenant_id = e.tenant_id and l.entry_id = e.id)` },
    [tenantId],
  );
  return Number(rows[0]?.["late"] ?? 0);
}

/** Newest first; `before` is the last row's time and id. */
export async function listLedger(database: Database, tenantId: string, filter: { caseId?: string; before?: { at: string; id: string }; limit: number }) {
  let select = database.of(tenantId).selectFrom("ledger_entry as e").leftJoin("ledger_link as l", (join) => join.onRef("l.tenant_id", "=", "e.tenant_id").onRef("l.entry_id", "=", "e.id"))
    .select(["e.id", "e.kind", "e.subject_id", "e.case_id", "e.actor", "e.at", "e.body", "l.seq", "l.hash"]).where("e.tenant_id", "=", tenantId).orderBy("e.at", "desc").orderBy("e.id", "desc").limit(filter.limit);
  if (filter.caseId !== undefined) select = select.where("e.case_id", "=", filter.caseId);
  const before = filter.before;
  if (before) select = select.where((e) => e.or([e("e.at", "<", before.at), e.and([e("e.at", "=", before.at), e("e.id", "<", before.id)])]));
  return select.execute();
}

/** The entries of a kind that were made at these very moments. */
export async function findEntriesAt(database: Database, tenantId: string, kind: string, at: readonly string[]): Promise<LedgerEntry[]> {
  if (at.length === 0) return [];
  const rows = await database.query(tenantId, { name: "ledger_at", text: `select ${FIELDS} from ledger_entry e where e.tenant_id = $1 and e.at = any($3::timestamptz[]) and e.kind = $2` }, [tenantId, kind, at]);
  return rows.map(toEntry);
}

function toEntry(row: Row): LedgerEntry {
  const caseId = row["case_id"];
  return { id: String(row["id"]), kind: String(row["kind"]), subjectId: String(row["subject_id"]), caseId: typeof caseId === "string" ? caseId : null, actor: String(row["actor"]), at: String(row["at"]), body: String(row["body"]) };
}
