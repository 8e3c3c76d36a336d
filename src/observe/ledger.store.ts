import type { Database, Row, TransactionQuery } from "../storage/database.ts";
import type { StoredEntry, StoredLink } from "./ledger-chain.ts";
import type { LedgerEntry } from "./ledger.ts";

const FIELDS = "e.id, e.kind, e.subject_id, e.case_id, e.actor, e.at, e.body";
/** As hashes are made of it: to the microsecond. */
const STORED = `e.id, e.salt, e.kind, e.subject_id, e.case_id, e.actor, to_char(e.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as exact_at, e.body`;

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

/** Takes the oldest that wait out of the queue. What has a link already is left out: a queue that was tampered with stops nobody. */
export async function readUnsealed(query: TransactionQuery, tenantId: string, limit: number): Promise<StoredEntry[]> {
  const rows = await query(
    `with taken as (delete from ledger_unsealed where tenant_id = $1 and entry_id in (select entry_id from ledger_unsealed where tenant_id = $1 order by entry_id limit $2) returning entry_id)
     select ${STORED} from taken join ledger_entry e on e.tenant_id = $1 and e.id = taken.entry_id
     where not exists (select from ledger_link l where l.tenant_id = $1 and l.entry_id = taken.entry_id) order by e.id`,
    [tenantId, limit],
  );
  return rows.map(toStored);
}

/** `isOld`: of before links had `entry_hash`. */
export async function readLastLink(query: TransactionQuery, tenantId: string): Promise<{ seq: number; hash: string; isOld: boolean } | null> {
  const row = (await query("select seq, hash, entry_hash from ledger_link where tenant_id = $1 order by seq desc limit 1", [tenantId]))[0];
  return row ? { seq: Number(row["seq"]), hash: String(row["hash"]), isOld: row["entry_hash"] === null } : null;
}

export async function insertLinks(query: TransactionQuery, tenantId: string, links: readonly { seq: number; entryId: string; previousHash: string; hash: string; entryHash: string }[]): Promise<void> {
  await query(`insert into ledger_link (tenant_id, seq, entry_id, previous_hash, hash, entry_hash) select $1, * from unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[])`, [
    tenantId, links.map((l) => l.seq), links.map((l) => l.entryId), links.map((l) => l.previousHash), links.map((l) => l.hash), links.map((l) => l.entryHash),
  ]);
}

export async function readLedgerPage(database: Database, tenantId: string, afterSeq: number, limit: number): Promise<StoredLink[]> {
  const rows = await database.query(
    tenantId,
    { name: "ledger_page", text: `select l.seq, l.entry_id, l.previous_hash, l.hash, l.entry_hash, ${STORED} from ledger_link l left join ledger_entry e on e.tenant_id = l.tenant_id and e.id = l.entry_id where l.tenant_id = $1 and l.seq > $2 order by l.seq limit $3` },
    [tenantId, afterSeq, limit],
  );
  return rows.map((row) => ({ seq: Number(row["seq"]), entryId: String(row["entry_id"]), previousHash: String(row["previous_hash"]), hash: String(row["hash"]), entryHash: textOf(row["entry_hash"]), entry: row["id"] === null ? null : toStored(row) }));
}

/**
 * Entries without a link. `late`: those that wait for it longer than any should; `smuggled`: those that do not even wait, which no
 * entry that was made by the right way ever is.
 */
export async function countUnchained(database: Database, tenantId: string): Promise<{ late: number; smuggled: number }> {
  const [row] = await database.query(
    tenantId,
    {
      name: "ledger_unchained",
      text: `select count(*) filter (where u.entry_id is not null and (e.at < now() - interval '1 minute')) as late, count(*) filter (where u.entry_id is null) as smuggled
        from ledger_entry e left join ledger_unsealed u on u.tenant_id = e.tenant_id and u.entry_id = e.id
        where e.tenant_id = $1 and not exists (select from ledger_link l where l.tenant_id = e.tenant_id and l.entry_id = e.id)`,
    },
    [tenantId],
  );
  return { late: Number(row?.["late"] ?? 0), smuggled: Number(row?.["smuggled"] ?? 0) };
}

/** `kind` and its beginnings (`turn` for `turn.replied`); times ISO 8601, `to` not with it. `before`: the last row's time and id. */
export type LedgerFilter = { caseId?: string | undefined; subjectId?: string | undefined; kind?: string | undefined; actor?: string | undefined; from?: string | undefined; to?: string | undefined; before?: { at: string; id: string }; limit: number };

/** Newest first. */
export async function listLedger(database: Database, tenantId: string, filter: LedgerFilter) {
  let select = database.of(tenantId).selectFrom("ledger_entry as e").leftJoin("ledger_link as l", (join) => join.onRef("l.tenant_id", "=", "e.tenant_id").onRef("l.entry_id", "=", "e.id"))
    .select(["e.id", "e.kind", "e.subject_id", "e.case_id", "e.actor", "e.at", "e.body", "l.seq", "l.hash"]).where("e.tenant_id", "=", tenantId).orderBy("e.at", "desc").orderBy("e.id", "desc").limit(filter.limit);
  const { caseId, subjectId, kind, actor, from, to } = filter;
  if (caseId !== undefined) select = select.where("e.case_id", "=", caseId);
  if (subjectId !== undefined) select = select.where("e.subject_id", "=", subjectId);
  if (kind !== undefined) select = select.where((e) => e.or([e("e.kind", "=", kind), e(e.fn<boolean>("starts_with", ["e.kind", e.val(`${kind}.`)]), "=", true)]));
  if (actor !== undefined) select = select.where("e.actor", "=", actor);
  if (from !== undefined) select = select.where("e.at", ">=", from);
  if (to !== undefined) select = select.where("e.at", "<", to);
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

function toStored(row: Row): StoredEntry {
  return { id: String(row["id"]), salt: textOf(row["salt"]), kind: String(row["kind"]), subjectId: String(row["subject_id"]), caseId: textOf(row["case_id"]), actor: String(row["actor"]), at: String(row["exact_at"]), body: String(row["body"]) };
}

function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

/** The body of the newest entry of a kind; null: there is none. */
export async function newestOfKind(query: TransactionQuery, tenantId: string, kind: string): Promise<string | null> {
  return textOf((await query("select body from ledger_entry where tenant_id = $1 and kind = $2 order by at desc, id desc limit 1", [tenantId, kind]))[0]?.["body"]);
}

/** One process records the configuration at a time; held to the end of the transaction. */
export async function lockConfiguration(query: TransactionQuery, tenantId: string): Promise<void> {
  await query("select pg_advisory_xact_lock(hashtextextended('baton.configuration.' || $1, 0))", [tenantId]);
}
