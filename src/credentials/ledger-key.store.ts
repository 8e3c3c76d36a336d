import type { Database, Row, TransactionQuery } from "../storage/database.ts";
import type { Sealed } from "./seal.ts";

/** SQL of the private halves of the keys that sign ledgers, which are stored sealed. */

export type SealedLedgerKey = Sealed & { id: string };

const NEWEST = "select id, key_id, wrapped_key, sealed from ledger_key where tenant_id = $1 order by created_at desc, id limit 1";

/** One process makes a key at a time; held to the end of the transaction. */
export async function lockLedgerKeys(query: TransactionQuery, tenantId: string): Promise<void> {
  await query("select pg_advisory_xact_lock(hashtextextended('baton.ledger_key.' || $1, 0))", [tenantId]);
}

export async function readNewestKey(query: TransactionQuery, tenantId: string): Promise<SealedLedgerKey | null> {
  const [row] = await query(NEWEST, [tenantId]);
  return row === undefined ? null : toKey(row);
}

export async function insertLedgerKey(query: TransactionQuery, tenantId: string, key: SealedLedgerKey & { publicKey: string; at: Date }): Promise<void> {
  await query("insert into ledger_key (tenant_id, id, public_key, key_id, wrapped_key, sealed, created_at) values ($1, $2, $3, $4, $5, $6, $7)", [tenantId, key.id, key.publicKey, key.keyId, key.wrappedKey, key.sealed, key.at]);
}

/** Those that another master key wraps than this one. */
export async function listKeysNotUnder(database: Database, tenantId: string, keyId: string): Promise<SealedLedgerKey[]> {
  return (await database.query(tenantId, { name: "ledger_keys_not_under", text: "select id, key_id, wrapped_key, sealed from ledger_key where tenant_id = $1 and key_id <> $2" }, [tenantId, keyId])).map(toKey);
}

export async function rewrapLedgerKey(query: TransactionQuery, tenantId: string, id: string, after: Pick<Sealed, "keyId" | "wrappedKey">): Promise<void> {
  await query("update ledger_key set key_id = $3, wrapped_key = $4 where tenant_id = $1 and id = $2", [tenantId, id, after.keyId, after.wrappedKey]);
}

function toKey(row: Row): SealedLedgerKey {
  return { id: String(row["id"]), keyId: String(row["key_id"]), wrappedKey: String(row["wrapped_key"]), sealed: String(row["sealed"]) };
}
