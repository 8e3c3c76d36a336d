import { z } from "zod";
import type { Database } from "../storage/database.ts";
import type { Sealed } from "./seal.ts";

export type TokenKey = { tenantId: string; key: string };
export type StoredToken = Sealed & { freshUntilMs: number };

const tokenRow = z.object({ key_id: z.string(), wrapped_key: z.string(), sealed: z.string(), fresh_until: z.coerce.date() });

/** Null: there is none that is fresh. */
export async function readToken(database: Database, { tenantId, key }: TokenKey, now: Date): Promise<StoredToken | null> {
  const row = (await database.query(tenantId, { name: "token_read", text: "select key_id, wrapped_key, sealed, fresh_until from access_token where tenant_id = $1 and key = $2 and fresh_until > $3" }, [tenantId, key, now]))[0];
  if (row === undefined) return null;
  const { key_id, wrapped_key, sealed, fresh_until } = tokenRow.parse(row);
  return { keyId: key_id, wrappedKey: wrapped_key, sealed, freshUntilMs: fresh_until.getTime() };
}

const LEASE = {
  name: "token_lease",
  text: `insert into access_token as t (tenant_id, key, leased_until) values ($1, $2, $4) on conflict (tenant_id, key) do update set leased_until = excluded.leased_until
    where (t.leased_until is null or t.leased_until <= $3) and (t.fresh_until is null or t.fresh_until <= $3) returning key`,
};

/** Takes the right to ask the authority; false when another process has it, or has stored a fresh token meanwhile. */
export async function leaseToken(database: Database, { tenantId, key }: TokenKey, now: Date, until: Date): Promise<boolean> {
  return (await database.query(tenantId, LEASE, [tenantId, key, now, until])).length > 0;
}

/** Stores what the authority gave and ends the lease; nothing when the lease was over and is another's. */
export async function storeToken(database: Database, { tenantId, key }: TokenKey, token: StoredToken, leasedUntil: Date): Promise<void> {
  await database.query(
    tenantId,
    { name: "token_store", text: "update access_token set key_id = $3, wrapped_key = $4, sealed = $5, fresh_until = $6, leased_until = null where tenant_id = $1 and key = $2 and leased_until = $7" },
    [tenantId, key, token.keyId, token.wrappedKey, token.sealed, new Date(token.freshUntilMs), leasedUntil],
  );
}

/** Ends a lease whose holder got nothing, unless it is another's by now. */
export async function releaseToken(database: Database, { tenantId, key }: TokenKey, leasedUntil: Date): Promise<void> {
  await database.query(tenantId, { name: "token_release", text: "update access_token set leased_until = null where tenant_id = $1 and key = $2 and leased_until = $3" }, [tenantId, key, leasedUntil]);
}

/** Ends a token's life, if it is still this one. */
export async function endToken(database: Database, { tenantId, key }: TokenKey, sealed: string): Promise<void> {
  await database.query(tenantId, { name: "token_end", text: "update access_token set fresh_until = null, sealed = null where tenant_id = $1 and key = $2 and sealed = $3" }, [tenantId, key, sealed]);
}
