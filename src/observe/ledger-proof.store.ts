import type { Database, Row, TransactionQuery } from "../storage/database.ts";
import type { LedgerAnchor, LedgerKey, SignedHead } from "./ledger-signature.ts";

/** SQL of what proves a ledger: its signed end, its anchors, its public keys, and what may be taken out of it. */

const HEAD = "select seq, hash, at, key_id, signature from ledger_head where tenant_id = $1";

export async function readHead(database: Database, tenantId: string): Promise<SignedHead | null> {
  return toHead((await database.query(tenantId, { name: "ledger_head", text: HEAD }, [tenantId]))[0]);
}

export async function readHeadWithin(query: TransactionQuery, tenantId: string): Promise<SignedHead | null> {
  return toHead((await query(HEAD, [tenantId]))[0]);
}

export async function saveHead(query: TransactionQuery, tenantId: string, head: SignedHead): Promise<void> {
  await query(
    "insert into ledger_head (tenant_id, seq, hash, at, key_id, signature) values ($1, $2, $3, $4, $5, $6) on conflict (tenant_id) do update set seq = excluded.seq, hash = excluded.hash, at = excluded.at, key_id = excluded.key_id, signature = excluded.signature",
    [tenantId, head.seq, head.hash, head.at, head.keyId, head.signature],
  );
}

export async function readLedgerKeys(database: Database, tenantId: string): Promise<LedgerKey[]> {
  return toKeys(await database.query(tenantId, { name: "ledger_keys", text: "select id, public_key from ledger_key where tenant_id = $1 order by created_at, id" }, [tenantId]));
}

export async function readLedgerKeysWithin(query: TransactionQuery, tenantId: string): Promise<LedgerKey[]> {
  return toKeys(await query("select id, public_key from ledger_key where tenant_id = $1", [tenantId]));
}

/** The oldest first. */
export async function readAnchors(database: Database, tenantId: string): Promise<LedgerAnchor[]> {
  const rows = await database.query(tenantId, { name: "ledger_anchors", text: "select day, seq, hash, at, key_id, signature from ledger_anchor where tenant_id = $1 order by day" }, [tenantId]);
  return rows.map(toAnchor);
}

/** The anchor of a day; null: there is none. */
export async function readAnchor(query: TransactionQuery, tenantId: string, day: string): Promise<LedgerAnchor | null> {
  const [row] = await query("select day, seq, hash, at, key_id, signature from ledger_anchor where tenant_id = $1 and day = $2", [tenantId, day]);
  return row === undefined ? null : toAnchor(row);
}

/** False: the day has one. */
export async function insertAnchor(query: TransactionQuery, tenantId: string, anchor: LedgerAnchor): Promise<boolean> {
  const rows = await query("insert into ledger_anchor (tenant_id, day, seq, hash, at, key_id, signature) values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing returning day", [
    tenantId, anchor.day, anchor.seq, anchor.hash, anchor.at, anchor.keyId, anchor.signature,
  ]);
  return rows.length > 0;
}

/** What may be taken out, by `ledger_forget`: chained, older than `before`, of nobody and no case that is held. */
const FORGETTABLE = `from ledger_entry e join ledger_link l on l.tenant_id = e.tenant_id and l.entry_id = e.id
  where e.tenant_id = $1 and e.at < $2 and e.at < now() - interval '30 days' and l.entry_hash is not null and e.kind not in ('ledger.contents_removed', 'ledger.anchored')
    and not is_held($1, case when e.actor like 'contact:%' then substr(e.actor, 9) when e.subject_id like 'cont\\_%' then e.subject_id end, case when e.subject_id like 'conv\\_%' then e.subject_id end, e.case_id)`;

export async function countForgettable(database: Database, tenantId: string, before: Date): Promise<number> {
  return Number((await database.query(tenantId, { name: "ledger_forgettable", text: `select count(*) as count ${FORGETTABLE}` }, [tenantId, before]))[0]?.["count"] ?? 0);
}

export async function listForgettable(query: TransactionQuery, tenantId: string, before: Date, limit: number): Promise<{ id: string; seq: number }[]> {
  return (await query(`select e.id, l.seq ${FORGETTABLE} order by l.seq limit $3`, [tenantId, before, limit])).map((row) => ({ id: String(row["id"]), seq: Number(row["seq"]) }));
}

/** Returns how many went. */
export async function forgetEntries(query: TransactionQuery, tenantId: string, ids: readonly string[]): Promise<number> {
  return Number((await query("select ledger_forget($1, $2::text[]) as gone", [tenantId, ids]))[0]?.["gone"] ?? 0);
}

function toHead(row: Row | undefined): SignedHead | null {
  return row === undefined ? null : { seq: Number(row["seq"]), hash: String(row["hash"]), at: String(row["at"]), keyId: String(row["key_id"]), signature: String(row["signature"]) };
}

function toAnchor(row: Row): LedgerAnchor {
  return { day: String(row["day"]), seq: Number(row["seq"]), hash: String(row["hash"]), at: String(row["at"]), keyId: String(row["key_id"]), signature: String(row["signature"]) };
}

function toKeys(rows: readonly Row[]): LedgerKey[] {
  return rows.map((row) => ({ id: String(row["id"]), publicKey: String(row["public_key"]) }));
}
