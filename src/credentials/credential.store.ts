import { z } from "zod";
import type { Database, TransactionQuery } from "../storage/database.ts";
import type { Sealed } from "./seal.ts";

const sealedRow = z.object({ key_id: z.string(), wrapped_key: z.string(), sealed: z.string() });
const toSealed = (row: unknown): Sealed => {
  const { key_id, wrapped_key, sealed } = sealedRow.parse(row);
  return { keyId: key_id, wrappedKey: wrapped_key, sealed };
};

export async function readCredential(database: Database, tenantId: string, name: string): Promise<Sealed | null> {
  const row = (await database.query(tenantId, { name: "credential_read", text: "select key_id, wrapped_key, sealed from credential where tenant_id = $1 and name = $2" }, [tenantId, name]))[0];
  return row === undefined ? null : toSealed(row);
}

export async function saveCredential(query: TransactionQuery, tenantId: string, name: string, given: Sealed & { by: string; at: Date }): Promise<void> {
  await query(
    "insert into credential (tenant_id, name, key_id, wrapped_key, sealed, updated_at, updated_by) values ($1, $2, $3, $4, $5, $6, $7) on conflict (tenant_id, name) do update set key_id = excluded.key_id, wrapped_key = excluded.wrapped_key, sealed = excluded.sealed, updated_at = excluded.updated_at, updated_by = excluded.updated_by",
    [tenantId, name, given.keyId, given.wrappedKey, given.sealed, given.at, given.by],
  );
}

/** False: there was none. */
export async function deleteCredential(query: TransactionQuery, tenantId: string, name: string): Promise<boolean> {
  return (await query("delete from credential where tenant_id = $1 and name = $2 returning name", [tenantId, name])).length > 0;
}

const listRow = z.object({ name: z.string(), key_id: z.string(), updated_at: z.coerce.string(), updated_by: z.string() });

/** Names only, never values. */
export async function listCredentials(database: Database, tenantId: string): Promise<{ name: string; keyId: string; updatedAt: string; updatedBy: string }[]> {
  const rows = await database.query(tenantId, { name: "credential_list", text: "select name, key_id, updated_at, updated_by from credential where tenant_id = $1 order by name" }, [tenantId]);
  return rows.map((row) => listRow.parse(row)).map((row) => ({ name: row.name, keyId: row.key_id, updatedAt: new Date(row.updated_at).toISOString(), updatedBy: row.updated_by }));
}

/** Puts the newly wrapped key in the place of the old one, unless the secret was changed meanwhile. */
export async function rewrapCredential(query: TransactionQuery, tenantId: string, name: string, before: Sealed, after: Sealed): Promise<void> {
  await query(
    "update credential set key_id = $4, wrapped_key = $5 where tenant_id = $1 and name = $2 and wrapped_key = $3 and sealed = $6",
    [tenantId, name, before.wrappedKey, after.keyId, after.wrappedKey, before.sealed],
  );
}
